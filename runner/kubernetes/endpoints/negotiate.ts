// Content negotiation: what an Accept header gets, and the refusals of what nothing answers.
import { StatusError } from '../status-error.ts'

/** The form of an answer. */
export interface Format {
  readonly media: 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf'
  /** What objects are shown as; themselves if absent. */
  readonly as?: 'Table' | 'PartialObjectMetadata'
  readonly metaVersion: 'v1' | 'v1beta1'
  readonly pretty: boolean
}

const medias = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const streamed = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
const shown: Readonly<Record<string, Format['as']>> = {
  Table: 'Table',
  PartialObjectMetadata: 'PartialObjectMetadata',
  PartialObjectMetadataList: 'PartialObjectMetadata',
}

/** The plain form: of errors that come before negotiation. */
export const plainFormat: Format = { media: 'application/json', metaVersion: 'v1', pretty: false }

/** What can be answered beside JSON and YAML: streams of changes, tables, and whether the kind is a custom one, without protobuf. */
export interface Available {
  readonly streams: boolean
  readonly custom: boolean
  /** False for reviews, that nobody makes a table of; true if absent. */
  readonly tables?: boolean
}

/** Picks the form of an answer; throws StatusError NotAcceptable. */
export function negotiate(headers: Headers, query: URLSearchParams, { streams, custom, tables = true }: Available): Format {
  const accept = headers.get('accept') ?? ''
  const pretty = isPretty(headers, query)
  if (accept === '' || accept === '*/*') return { media: 'application/json', metaVersion: 'v1', pretty }
  const clauses = readClauses(accept)
  let served = false
  for (const { media, parameters } of clauses) {
    const answer = mediaOf(media)
    if (answer === undefined) continue
    served = true
    const as = parameters.get('as')
    const protobuf = answer === 'application/vnd.kubernetes.protobuf'
    if (as === undefined && protobuf && custom) continue
    if (as === undefined) return { media: answer, metaVersion: 'v1', pretty }
    if (as === 'Table' && (protobuf || !tables)) continue
    const form = shown[as]
    const metaVersion = parameters.get('v')
    if (form && parameters.get('g') === 'meta.k8s.io' && (metaVersion === 'v1' || metaVersion === 'v1beta1'))
      return { media: answer, as: form, metaVersion, pretty }
  }
  if (served) throw new StatusError('NotAcceptable', `only the following media types are accepted: ${medias.join(', ')}`)
  const available = streams ? [...medias, ...streamed] : medias
  throw new StatusError('NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`, { details: {} })
}

/** The form of an error: what was accepted where that can be told. */
export function errorFormat(headers: Headers, query: URLSearchParams): Format {
  try {
    const { media, pretty } = negotiate(headers, query, { streams: false, custom: false })
    return { media, metaVersion: 'v1', pretty }
  } catch {
    return plainFormat
  }
}

function mediaOf(media: string): Format['media'] | undefined {
  if (media === 'application/yaml' || media === 'application/vnd.kubernetes.protobuf') return media
  return media === 'application/json' || media === '*/*' || media === 'application/*' ? 'application/json' : undefined
}

interface Clause {
  readonly media: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

function readClauses(accept: string): readonly Clause[] {
  const clauses = accept.split(',').map((text): Clause => {
    const [media = '', ...rest] = text.split(';').map((part) => part.trim())
    const parameters = new Map(rest.map((part): [string, string] => [part.split('=')[0] ?? '', part.slice(part.indexOf('=') + 1)]))
    return { media, quality: Number(parameters.get('q') ?? 1), parameters }
  })
  return clauses.toSorted((a, b) => b.quality - a.quality)
}

/** People who look with a browser or by hand get indented JSON. */
export function isPretty(headers: Headers, query: URLSearchParams): boolean {
  const asked = query.get('pretty')
  if (asked !== null) return asked !== 'false' && asked !== '0'
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers.get('user-agent') ?? '')
}
