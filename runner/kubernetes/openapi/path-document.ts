// The paths of an OpenAPI v3 document: what can be done with each resource, and with which kinds.
import type { JsonObject } from '../../base/json.ts'
import type { ResourceInfo } from '../kind.ts'
import { apiVersionOf } from '../object.ts'

/** Names of the schemas that a resource's operations speak of. */
export interface OperationSchemas {
  readonly object: string
  readonly list: string
  readonly subresource: (name: string) => string
  readonly deleteOptions: string
  readonly status: string
  readonly patch: string
  readonly watchEvent: string
}

/** `/api/v1` or `/apis/apps/v1`. */
export function basePath(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === '' ? `/api/${resource.version}` : `/apis/${apiVersionOf(resource)}`
}

/** Path items of a resource and its subresources. */
export function resourcePaths(resource: ResourceInfo, schemas: OperationSchemas): Record<string, JsonObject> {
  const base = basePath(resource)
  const place = resource.namespaced ? '/namespaces/{namespace}' : ''
  const collection = `${base}${place}/${resource.plural}`
  const paths: Record<string, JsonObject> = {}
  const add = (path: string, operations: JsonObject): void => {
    if (Object.keys(operations).length > 0) paths[path] = { ...operations, parameters: pathParameters(path) }
  }
  const can = operationsOf(resource, schemas, resource.verbs)
  add(collection, can(collectionVerbs, schemas.object))
  add(`${collection}/{name}`, can(objectVerbs, schemas.object))
  if (resource.namespaced) add(`${base}/${resource.plural}`, can(['list'], schemas.object))
  if (resource.verbs.includes('watch')) {
    for (const path of watchPaths(base, place, resource)) add(path, can(['watch'], schemas.object))
  }
  for (const subresource of resource.subresources) {
    const name = schemas.subresource(subresource.name)
    const own = operationsOf({ ...resource, ...subresource.responseKind }, schemas, subresource.verbs)
    const path = `${collection}/{name}/${subresource.name}`
    add(path, own(subresourceVerbs, name))
    if (subresource.name === 'proxy') {
      add(path, proxyOperations(own(subresourceVerbs, name)))
      add(`${path}/{path}`, proxyOperations(own(subresourceVerbs, name)))
    }
  }
  return paths
}

const collectionVerbs = ['list', 'create', 'deletecollection']
const objectVerbs = ['get', 'update', 'patch', 'delete']
const subresourceVerbs = ['get', 'create', 'update', 'patch', 'delete']

const methods: Readonly<Record<string, { readonly method: string; readonly action: string }>> = {
  get: { method: 'get', action: 'get' },
  list: { method: 'get', action: 'list' },
  watch: { method: 'get', action: 'watchlist' },
  create: { method: 'post', action: 'post' },
  update: { method: 'put', action: 'put' },
  patch: { method: 'patch', action: 'patch' },
  delete: { method: 'delete', action: 'delete' },
  deletecollection: { method: 'delete', action: 'deletecollection' },
}

function watchPaths(base: string, place: string, resource: ResourceInfo): readonly string[] {
  const own = `${base}/watch${place}/${resource.plural}`
  const everywhere = resource.namespaced ? [`${base}/watch/${resource.plural}`] : []
  return [...everywhere, own, ...(resource.verbs.includes('get') ? [`${own}/{name}`] : [])]
}

type Operations = (verbs: readonly string[], schema: string) => JsonObject

function operationsOf(
  kind: { readonly group: string; readonly version: string; readonly kind: string; readonly source: ResourceInfo['source'] },
  schemas: OperationSchemas,
  allowed: readonly string[],
): Operations {
  const groupVersionKind = { group: kind.group, kind: kind.kind, version: kind.version }
  return (verbs, schema) => {
    const operations: Record<string, JsonObject> = {}
    for (const verb of verbs) {
      const found = methods[verb]
      if (!found || !allowed.includes(verb)) continue
      operations[found.method] = {
        ...parametersOf(verb),
        ...requestBody(verb, { schema, schemas, source: kind.source }),
        responses: responses(verb, schema, schemas),
        'x-kubernetes-action': found.action,
        'x-kubernetes-group-version-kind': groupVersionKind,
      }
    }
    return operations
  }
}

function proxyOperations(operations: JsonObject): JsonObject {
  return { ...operations, head: operations.get, options: operations.get }
}

const text = { type: 'string', uniqueItems: true }
const flag = { type: 'boolean', uniqueItems: true }
const number = { type: 'integer', uniqueItems: true }

const queryParameters: Readonly<Record<string, JsonObject>> = {
  allowWatchBookmarks: flag,
  continue: text,
  dryRun: text,
  fieldManager: text,
  fieldSelector: text,
  fieldValidation: text,
  force: flag,
  gracePeriodSeconds: number,
  labelSelector: text,
  limit: number,
  orphanDependents: flag,
  propagationPolicy: text,
  resourceVersion: text,
  resourceVersionMatch: text,
  sendInitialEvents: flag,
  timeoutSeconds: number,
  watch: flag,
}

const listParameters = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
]
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy']

const verbParameters: Readonly<Record<string, readonly string[]>> = {
  list: listParameters,
  watch: listParameters,
  create: ['dryRun', 'fieldManager', 'fieldValidation'],
  update: ['dryRun', 'fieldManager', 'fieldValidation'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
  delete: deleteParameters,
  deletecollection: [...new Set([...listParameters, ...deleteParameters])].filter((name) => name !== 'watch' && name !== 'allowWatchBookmarks'),
}

function parametersOf(verb: string): JsonObject {
  const names = verbParameters[verb]
  return names ? { parameters: names.map((name) => ({ name, in: 'query', schema: queryParameters[name] })) } : {}
}

function pathParameters(path: string): readonly JsonObject[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return names.map((name) => ({ name, in: 'path', required: true, schema: text }))
}

/** kubectl reads from here whether a kind takes strategic merge patches; custom resources do not. */
const patchTypes: Readonly<Record<ResourceInfo['source'], readonly string[]>> = {
  'built-in': ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'],
  custom: ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
  aggregated: [],
}

interface BodyOptions {
  readonly schema: string
  readonly schemas: OperationSchemas
  readonly source: ResourceInfo['source']
}

function requestBody(verb: string, { schema, schemas, source }: BodyOptions): JsonObject {
  if (verb === 'patch') return { requestBody: { content: contentOf(patchTypes[source], schemas.patch), required: true } }
  if (verb === 'create' || verb === 'update') return { requestBody: { content: contentOf(['*/*'], schema), required: true } }
  return verb === 'delete' || verb === 'deletecollection' ? { requestBody: { content: contentOf(['*/*'], schemas.deleteOptions) } } : {}
}

function responses(verb: string, schema: string, schemas: OperationSchemas): JsonObject {
  const name = verb === 'list' ? schemas.list : verb === 'watch' ? schemas.watchEvent : verb.startsWith('delete') ? schemas.status : schema
  const content = contentOf(['application/json', 'application/yaml'], name)
  const created = verb === 'create' || verb === 'update' || verb === 'patch' ? { 201: { description: 'Created', content } } : {}
  return { 200: { description: 'OK', content }, ...created, 401: { description: 'Unauthorized' } }
}

function contentOf(types: readonly string[], schema: string): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]))
}
