// Plays a recorded row of HTTP requests against a cluster, and says where its answers differ from the real server's.
import type { RecordedCluster } from './recorded-cluster.ts'

/** A recorded row. */
export interface HttpFact {
  readonly name: string
  readonly about: string
  readonly namespace: string
  readonly server: string
  readonly steps: readonly (HttpStep | { readonly sleep: number })[]
}

interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly raw?: boolean
  readonly contentType?: string
  readonly accept?: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly stream?: boolean
  readonly whole?: boolean
  readonly shape?: 'bytes' | 'openapi' | 'openapi2'
  readonly shorten?: boolean
  readonly meanwhile?: readonly HttpRequest[]
}

interface HttpStep {
  readonly request: HttpRequest
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly response: unknown
  readonly during?: readonly number[]
}

/** What a step answered beside what was recorded, both masked. */
export interface Compared {
  readonly step: number
  readonly request: string
  readonly expected: string
  readonly actual: string
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Plays all steps of a row in its namespace and answers the comparison of each. */
export async function replayFact(cluster: RecordedCluster, fact: HttpFact): Promise<Compared[]> {
  const { clock } = cluster
  const metadata = { name: fact.namespace }
  await cluster.admin.create(
    { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
    { apiVersion: 'v1', kind: 'Namespace', metadata },
  )
  await cluster.settle()
  const answers: Answer[] = []
  const compared: Compared[] = []
  for (const [index, step] of fact.steps.entries()) {
    if ('sleep' in step) {
      await clock.advance(step.sleep * 1000)
      answers.push({ status: 0, headers: {}, body: undefined })
      continue
    }
    const answer = await ask(cluster, fact, step.request, answers)
    answers.push(answer)
    await cluster.settle()
    const { method, path } = step.request
    const expected = { status: step.status, headers: comparedHeaders(step.headers), body: method === 'HEAD' ? '' : step.response }
    const actual = { status: answer.status, headers: comparedHeaders(answer.headers), body: answer.body }
    compared.push({ step: index + 1, request: `${method} ${path}`, expected: masked(expected, fact), actual: masked(actual, fact) })
  }
  return compared
}

async function ask(cluster: RecordedCluster, fact: HttpFact, request: HttpRequest, answers: readonly Answer[]): Promise<Answer> {
  const fill = (text: string): string =>
    text
      .replace(/\bNS\b/g, fact.namespace)
      .replace(/\$\{(\d+)\.([^}]+)\}/g, (_, step: string, path: string) => lookUp(answers[Number(step)], path))
      .replace(/"\\"(\w+)\\" repeated (\d+) times"/g, (_, part: string, count: string) => JSON.stringify(part.repeat(Number(count))))
  const headers = new Headers({ 'user-agent': 'curl/8.14.1', accept: request.accept ?? 'application/json' })
  if (request.token !== 'none') headers.set('authorization', `Bearer ${fill(request.token ?? 'admin-token')}`)
  for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, fill(value))
  const body = request.body === undefined ? undefined : request.raw ? fill(String(request.body)) : request.body === '' ? '' : fill(JSON.stringify(request.body))
  if (body !== undefined) headers.set('content-type', request.contentType ?? 'application/json')
  if (request.contentType === '') headers.delete('content-type')
  const url = `https://192.0.2.10:59007${fill(request.path)}`
  const bytes = body === undefined ? undefined : new TextEncoder().encode(body)
  const response = await cluster.host.fetch(new Request(url, { method: request.method, headers, ...(bytes ? { body: bytes } : {}) }), { address: '127.0.0.1' })
  if (request.stream) await letPass(cluster, fact, request, answers)
  const answered = new Uint8Array(await response.arrayBuffer())
  if (request.shape === 'bytes') return { status: response.status, headers: Object.fromEntries(response.headers), body: firstBytes(answered) }
  const text = new TextDecoder().decode(answered)
  return { status: response.status, headers: Object.fromEntries(response.headers), body: shaped(text, request, response) }
}

/** What is asked while a watch is open; then the watch's time passes. */
async function letPass(cluster: RecordedCluster, fact: HttpFact, request: HttpRequest, answers: readonly Answer[]): Promise<void> {
  for (const other of request.meanwhile ?? []) await ask(cluster, fact, other, answers)
  await cluster.clock.advance(Number(/timeoutSeconds=(\d+)/.exec(request.path)?.[1] ?? 0) * 1000)
}

function shaped(text: string, request: HttpRequest, response: Response): unknown {
  if (request.method === 'HEAD') return ''
  if (request.stream && response.status === 200) return text.trim() === '' ? [] : jsonLines(text)
  if (request.whole) return text
  if (request.shape === 'openapi' && response.status === 200) return openApiShape(JSON.parse(text) as OpenApi)
  if (request.shape === 'openapi2' && response.status === 200) return swaggerShape(JSON.parse(text) as Swagger)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The first bytes as they were recorded: what cannot be printed in hexadecimal. The length of a protobuf part is chance. */
function firstBytes(bytes: Uint8Array): unknown {
  const shown = Array.from(bytes.slice(0, 24), (byte) => (byte < 32 || byte > 126 ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte)))
  return { '@first': shown.join('') }
}

interface OpenApi {
  readonly openapi: string
  readonly paths: Readonly<Record<string, object>>
  readonly components?: { readonly schemas?: object }
}

/** Paths, their methods, and the names of schemas: what was recorded of a document. */
function openApiShape({ openapi, paths, components }: OpenApi): unknown {
  const methods = Object.entries(paths).map(([path, item]) => [
    path,
    Object.keys(item)
      .filter((name) => name !== 'parameters')
      .sort(),
  ])
  return { openapi, paths: Object.fromEntries(methods), schemas: Object.keys(components?.schemas ?? {}) }
}

interface Swagger {
  readonly swagger: string
  readonly paths: object
  readonly definitions: object
}

/** How many paths and definitions there are: what was recorded of the older document. */
function swaggerShape({ swagger, paths, definitions }: Swagger): unknown {
  return { swagger, paths: Object.keys(paths).length, definitions: Object.keys(definitions).length }
}

/** One value a line, or one pretty value. */
function jsonLines(text: string): unknown[] {
  try {
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
  } catch {
    return [JSON.parse(text) as unknown]
  }
}

const headerNames = ['cache-control', 'content-type', 'retry-after', 'vary', 'warning', 'x-content-type-options']

function comparedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(headerNames.filter((name) => headers[name] !== undefined).map((name) => [name, (headers[name] ?? '').replaceAll('\n', ', ')]))
}

function lookUp(answer: Answer | undefined, path: string): string {
  let here: unknown = path.startsWith('@headers.') ? answer?.headers : answer?.body
  for (const name of path.replace(/^@headers\./, '').split('.')) here = typeof here === 'object' && here !== null ? Reflect.get(here, name) : undefined
  return String(here)
}

const hiddenKeys = new Set(['resourceVersion', 'uid', 'continue', 'clusterIP', 'gitCommit', 'buildDate', 'goVersion', 'platform', 'ca.crt', 'description'])

/** Chance hidden as the recordings' README lists it; the order of members counts. */
function masked(value: unknown, fact: HttpFact): string {
  const shown = JSON.stringify(value, (key, member: unknown) => {
    if (hiddenKeys.has(key) && typeof member === 'string') return `<${key}>`
    if (key === 'nodePort' && typeof member === 'number') return '<node port>'
    if (key === 'clusterIPs') return ['<clusterIP>']
    if (key === 'cells' && Array.isArray(member)) return member.map((cell) => (typeof cell === 'string' && /^(\d+[ydhms])+$/.test(cell) ? '<age>' : cell))
    if ((key === 'resourceRules' || key === 'nonResourceRules') && Array.isArray(member)) return member.map((rule) => JSON.stringify(rule)).sort()
    return member
  })
  return maskText(shown.replaceAll(fact.server, '<server>'))
}

const patterns: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/(current: |in record \()\d+/g, '$1<rv>'],
  [/(\\*"resourceVersion\\*": ?\\*")\d+/g, '$1<rv>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----(\\*n)?/g, '<certificate>'],
  [/\b(g|kube-api-access)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1-<suffix>'],
  [/(\\\\x12)\\\\x[0-9a-f]{2}\\\\x[0-9a-f]{2}"/g, '$1<length>"'],
  [/(resourceVersion: \\?")\d+/g, '$1<rv>'],
  [/-[bcdfghjklmnpqrstvwxz2456789]{8,10}\b/g, '-<hash>'],
  [/hash=[0-9A-F]{128}/g, 'hash=<hash>'],
  [/\b10\.(0|244)\.\d+\.\d+\b/g, '<address>'],
  [/\b3[0-2]\d{3}\/TCP/g, '<node port>/TCP'],
  [/(127\.0\.0\.1|192\.0\.2\.10):\d+/g, '<server>'],
  [/"(RS|ES)256"/g, '"<algorithm>"'],
]

function maskText(text: string): string {
  return patterns.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
}
