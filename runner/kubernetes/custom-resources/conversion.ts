// Conversion of custom objects by the webhook of their definition (apiextensions-apiserver `pkg/apiserver/conversion/webhook_converter.go`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { WebhookAnswer, WebhookCall } from '../kind.ts'
import { validateAnnotations, validateLabels } from '../kinds/metadata.ts'
import { at, type KubernetesObject, parseApiVersion } from '../object.ts'
import { plainError } from '../registry/errors.ts'
import type { FieldError } from '../status-error.ts'

/** The webhook of a definition; undefined for one whose objects differ in their apiVersion alone. */
export function conversionOf(definition: KubernetesObject): ConversionWebhook | undefined {
  const conversion = at(definition, 'spec', 'conversion')
  const clientConfig = at(conversion, 'webhook', 'clientConfig')
  if (at(conversion, 'strategy') !== 'Webhook' || !isObject(clientConfig)) return undefined
  const versions = at(conversion, 'webhook', 'conversionReviewVersions')
  const reviewVersion = (Array.isArray(versions) ? versions : []).find((version) => version === 'v1' || version === 'v1beta1')
  return {
    name: `conversion_webhook_for_${definition.metadata.name ?? ''}`,
    clientConfig,
    reviewVersion: reviewVersion === undefined ? '' : String(reviewVersion),
  }
}

/** Whom to ask. */
export interface ConversionWebhook {
  readonly name: string
  readonly clientConfig: JsonObject
  /** Version of the ConversionReview that is sent; empty where the server knows none of those that are named. */
  readonly reviewVersion: string
}

/** Thrown where work cannot go on without an object in another version; `convert` fetches it, and then the work is begun again. */
export class Unconverted {
  readonly conversions: Conversions
  readonly object: KubernetesObject
  readonly apiVersion: string

  constructor(conversions: Conversions, object: KubernetesObject, apiVersion: string) {
    this.conversions = conversions
    this.object = object
    this.apiVersion = apiVersion
  }
}

/** The objects that a webhook has converted for work that is under way. */
export class Conversions {
  readonly webhook: ConversionWebhook
  readonly #known = new Map<string, KubernetesObject>()

  constructor(webhook: ConversionWebhook) {
    this.webhook = webhook
  }

  /** The object in another version. Throws Unconverted until its conversion is known. */
  get(object: KubernetesObject, apiVersion: string): KubernetesObject {
    const known = this.#known.get(keyOf(object, apiVersion))
    if (!known) throw new Unconverted(this, object, apiVersion)
    return known
  }

  /** Remembers a conversion until the function that it returns is called. */
  learn({ object, apiVersion }: Pick<Unconverted, 'object' | 'apiVersion'>, converted: KubernetesObject): () => void {
    const key = keyOf(object, apiVersion)
    this.#known.set(key, converted)
    return () => void this.#known.delete(key)
  }
}

function keyOf(object: KubernetesObject, apiVersion: string): string {
  return `${apiVersion} ${JSON.stringify(object)}`
}

/** How long a conversion is waited for, in seconds (apiserver `pkg/util/webhook/webhook.go`). */
const patience = 30

/** Asks the webhook for what was missing, and remembers it until the function that it returns is called. Throws StatusError. */
export async function convert(missing: Unconverted, asking: { uid: string; call(asking: WebhookCall): Promise<WebhookAnswer> }): Promise<() => void> {
  const { conversions, object, apiVersion } = missing
  const { name, clientConfig, reviewVersion } = conversions.webhook
  if (reviewVersion === '') throw plainError('no supported conversion review versions')
  const request = { uid: asking.uid, desiredAPIVersion: apiVersion, objects: [object as unknown as Json] }
  const review = { kind: 'ConversionReview', apiVersion: `apiextensions.k8s.io/${reviewVersion}`, request }
  const answer = await asking.call({ name, clientConfig, seconds: patience, review })
  // A program that nobody wrote down is taken to change nothing.
  if ('notSimulated' in answer) return conversions.learn(missing, { ...object, apiVersion })
  const failed = (why: string): Error => plainError(`conversion webhook for ${kindOf(object)} ${why}`)
  if ('problem' in answer) throw failed(`failed: ${answer.problem}`)
  const [converted, why] = readAnswer(answer.body, review)
  if (!converted) throw failed(why)
  const wrong = faultOf(object, converted, apiVersion)
  if (wrong !== undefined) throw failed(wrong)
  const metadata = withOwnMaps(object.metadata, section(converted.metadata))
  if (typeof metadata === 'string') throw failed(`returned invalid metadata: ${metadata}`)
  return conversions.learn(missing, { ...converted, apiVersion, kind: object.kind, metadata } as KubernetesObject)
}

/** As Go prints a GroupVersionKind. */
function kindOf({ apiVersion, kind }: KubernetesObject): string {
  return `${apiVersion}, Kind=${kind}`
}

function readAnswer(
  body: Json,
  { apiVersion, request }: { readonly apiVersion: string; readonly request: { readonly uid: string } },
): [JsonObject | undefined, string] {
  const no = (why: string): [undefined, string] => [undefined, `failed: ${why}`]
  const response = at(body, 'response')
  const strict = apiVersion.endsWith('/v1')
  const [group, version] = apiVersion.split('/')
  const got = parseApiVersion(String(at(body, 'apiVersion') ?? ''))
  const said = `${got.group}/${got.version}, Kind=${String(at(body, 'kind') ?? '')}`
  const wanted = `${group}/${version}, Kind=ConversionReview`
  if (strict && said !== wanted) return no(`expected webhook response of ${wanted}, got ${said}`)
  if (!isObject(response)) return no('no response provided')
  if (strict && response.uid !== request.uid) return no(`expected response.uid=${JSON.stringify(request.uid)}, got ${JSON.stringify(response.uid ?? '')}`)
  const status = String(at(response, 'result', 'status') ?? '')
  const message = String(at(response, 'result', 'message') ?? '')
  if (status !== 'Success') return no(message === '' ? `response.result.status was '${status}', not 'Success'` : message)
  const objects = Array.isArray(response.convertedObjects) ? response.convertedObjects : []
  if (objects.length !== 1) return [undefined, `returned ${objects.length} objects, expected 1`]
  return [section(objects[0]), '']
}

function faultOf(object: KubernetesObject, converted: JsonObject, apiVersion: string): string | undefined {
  if (converted.apiVersion !== apiVersion)
    return `returned invalid object at index 0: invalid groupVersion (expected ${apiVersion}, received ${String(converted.apiVersion ?? '')})`
  if (converted.kind !== object.kind)
    return `returned invalid object at index 0: invalid kind (expected ${object.kind}, received ${String(converted.kind ?? '')})`
  for (const [field, word] of identities) {
    const [before, after] = [String(object.metadata[field] ?? ''), String(at(converted, 'metadata', field) ?? '')]
    if (before !== after) return `returned invalid object: must have the same ${word}: ${before} != ${after}`
  }
  return isObject(converted.metadata) ? undefined : 'returned invalid metadata: missing metadata in converted object'
}

const identities = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const

/** The metadata as it was, with the labels and annotations that the webhook wants; or why they are refused. */
function withOwnMaps(before: KubernetesObject['metadata'], wanted: JsonObject): KubernetesObject['metadata'] | string {
  const { labels: _l, annotations: _a, ...rest } = before
  const maps: Record<string, JsonObject> = {}
  for (const [name, check] of mapChecks) {
    const map = wanted[name]
    if (map === undefined || map === null) continue
    if (!isObject(map)) return `invalid metadata.${name} of type ${goType(map)} in converted object`
    const odd = Object.entries(map).find(([, value]) => typeof value !== 'string')
    if (odd) return `metadata.${name}[${odd[0]}] must be a string, but is ${goType(odd[1])} in converted object`
    const errors = [...check(map, name === 'labels' ? 'metadata.labels' : 'metadata.annotation')]
    if (errors.length > 0) return together(errors)
    maps[name] = map
  }
  return { ...rest, ...maps } as KubernetesObject['metadata']
}

const mapChecks = [
  ['labels', validateLabels],
  ['annotations', validateAnnotations],
] as const

/** Errors as Go's aggregates print them. */
function together(errors: readonly FieldError[]): string {
  const texts = errors.map(({ field, message }) => `${field}: ${message}`)
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

function goType(value: Json | undefined): string {
  if (typeof value === 'string' || typeof value === 'number') return typeof value === 'string' ? 'string' : Number.isInteger(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : isObject(value) ? 'map[string]interface {}' : '<nil>'
}

function section(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
