// Answers as bytes: JSON as Go prints it, or YAML; objects and lists as they are, as Tables, or as metadata alone.
import { goJson } from '../../base/go-json.ts'
import type { JsonObject } from '../../base/json.ts'
import { encodeProtobuf } from '../encoding/encode-protobuf.ts'
import { formatYaml } from '../encoding/yaml.ts'
import type { KubernetesObject } from '../object.ts'
import type { ListPage } from '../registry/list.ts'
import { asJson } from '../registry/plain.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import type { StatusError } from '../status-error.ts'
import { type Format, plainFormat } from './negotiate.ts'
import { partialMetadata, readIncludeObject, tableOf } from './table.ts'

/** How an object is to be shown. */
export interface Showing {
  readonly resource: ServedResource
  readonly format: Format
  readonly query: URLSearchParams
  readonly now: number
}

/** One object in the form that was negotiated. */
export function objectBody(object: KubernetesObject, { resource, format, query, now }: Showing): JsonObject {
  if (format.as === 'PartialObjectMetadata') return partialMetadata(object, format.metaVersion)
  if (format.as !== 'Table') return asJson(object)
  const metadata = { resourceVersion: object.metadata.resourceVersion }
  return tableOf(resource, [object], { now, metaVersion: format.metaVersion, includeObject: readIncludeObject(query), metadata })
}

/** A list in the form that was negotiated. */
export function listBody(page: ListPage, { resource, format, query, now }: Showing): JsonObject {
  const { items, resourceVersion, remainingItemCount } = page
  const metadata = {
    resourceVersion,
    ...(page.continue === undefined ? {} : { continue: page.continue }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  }
  const { metaVersion } = format
  if (format.as === 'Table') return tableOf(resource, items, { now, metaVersion, includeObject: readIncludeObject(query), metadata })
  if (format.as === 'PartialObjectMetadata') {
    const shown = items.map((object) => partialMetadata(object, metaVersion))
    return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${metaVersion}`, metadata, items: shown }
  }
  const { info, apiVersion } = resource
  // Unstructured lists say also that they do not go on, and their members are sorted.
  const unstructured = { continue: page.continue ?? '', ...(remainingItemCount === undefined ? {} : { remainingItemCount }), resourceVersion }
  if (resource.custom) return { apiVersion, items: items.map(asJson), kind: info.listKind, metadata: unstructured }
  return { kind: info.listKind, apiVersion, metadata, items: items.map(withoutType) }
}

/** A body in bytes with its headers. */
export function respond(body: JsonObject, format: Format, options: { readonly status?: number; readonly headers?: Headers } = {}): Response {
  const message = format.media === 'application/vnd.kubernetes.protobuf' ? encodeProtobuf(body) : undefined
  const bytes = message ?? encode(body, format)
  const headers = new Headers(options.headers)
  headers.set('content-type', message || format.media === 'application/yaml' ? format.media : 'application/json')
  headers.set('content-length', String(bytes.length))
  return new Response(bytes, { status: options.status ?? 200, headers })
}

/** The Status of a refusal. */
export function respondError(error: StatusError, format: Format = plainFormat): Response {
  const headers = new Headers()
  if (error.details?.retryAfterSeconds !== undefined) headers.set('retry-after', String(error.details.retryAfterSeconds))
  return respond(error.toStatus(), format, { status: error.code, headers })
}

function encode(body: JsonObject, { media, pretty }: Format): Uint8Array<ArrayBuffer> {
  const text = media === 'application/yaml' ? formatYaml(body) : pretty ? goJson(body, true) : `${goJson(body)}\n`
  return new TextEncoder().encode(text)
}

/** Items of a built-in list do not say their kind. */
export function withoutType(object: KubernetesObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = asJson(object)
  return rest
}
