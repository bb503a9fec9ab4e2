// The paths of an OpenAPI v3 document: what can be done with each resource, and with which kinds.
import { equal, isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { ResourceInfo, SubresourceInfo } from '../kind.ts'
import { apiVersionOf } from '../object.ts'
import { connectionsAt, type OperationPlace, type OperationSchemas, operationsAt } from './operations.ts'

/** `/api/v1` or `/apis/apps/v1`. */
export function basePath(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === '' ? `/api/${resource.version}` : `/apis/${apiVersionOf(resource)}`
}

/** Path items of a resource and its subresources. */
export function resourcePaths(resource: ResourceInfo, schemas: OperationSchemas): Record<string, JsonObject> {
  const paths: Record<string, JsonObject> = {}
  const base = basePath(resource)
  const collection = `${base}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`
  const add = (path: string, verbs: readonly string[]): void => addPath(paths, { path, resource, schemas }, actionsOf(resource.verbs, verbs))
  add(collection, ['list', 'create', 'deletecollection'])
  add(`${collection}/{name}`, ['get', 'update', 'patch', 'delete'])
  if (resource.namespaced) add(`${base}/${resource.plural}`, ['list'])
  if (resource.verbs.includes('watch') && resource.source === 'built-in') addWatchPaths(paths, base, { path: collection, resource, schemas })
  for (const subresource of resource.subresources) {
    const place = { path: `${collection}/{name}/${subresource.name}`, resource, subresource, schemas }
    const connects = connectMethods(subresource)
    if (connects.length === 0) addPath(paths, place, actionsOf(subresource.verbs, ['get', 'create', 'update', 'patch', 'delete']))
    else addConnections(paths, place, connects)
  }
  return paths
}

const actions: Readonly<Record<string, string>> = { create: 'post', update: 'put' }

/** The verbs among those that are looked for, as actions. */
function actionsOf(verbs: readonly string[], wanted: readonly string[]): readonly string[] {
  return wanted.filter((verb) => verbs.includes(verb)).map((verb) => actions[verb] ?? verb)
}

function addPath(paths: Record<string, JsonObject>, place: OperationPlace, at: readonly string[]): void {
  if (at.length > 0) paths[place.path] = pathItem(place, operationsAt(place, at))
}

/** The older way to watch, by a path of its own. */
function addWatchPaths(paths: Record<string, JsonObject>, base: string, place: OperationPlace): void {
  const { path, resource } = place
  const own = path.replace(base, `${base}/watch`)
  const all = resource.namespaced ? [`${base}/watch/${resource.plural}`, own] : [own]
  for (const each of all) addPath(paths, { ...place, path: each }, ['watchlist'])
  if (resource.verbs.includes('get')) addPath(paths, { ...place, path: `${own}/{name}` }, ['watch'])
}

const streams = new Set(['attach', 'exec', 'portforward'])
const everyMethod = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put']

function connectMethods({ name }: SubresourceInfo): readonly string[] {
  if (name === 'proxy') return everyMethod
  return streams.has(name) ? ['get', 'post'] : []
}

function addConnections(paths: Record<string, JsonObject>, place: OperationPlace, methods: readonly string[]): void {
  paths[place.path] = pathItem(place, connectionsAt(place, methods))
  if (place.subresource?.name !== 'proxy') return
  const below = { ...place, path: `${place.path}/{path}` }
  paths[below.path] = pathItem(below, connectionsAt(below, methods))
}

/** Parameters that all operations of a path have stand beside them (kube-openapi `builder3/openapi.go`, `buildOpenAPISpec`). */
function pathItem(place: OperationPlace, operations: Readonly<Record<string, JsonObject>>): JsonObject {
  const each = Object.values(operations)
  const [first, ...others] = each.map(parametersOf)
  const common = (first ?? []).filter((parameter) => others.every((list) => list.some((other) => equal(other, parameter))))
  const own = Object.entries(operations).map(([method, operation]) => {
    const { parameters: _, ...rest } = operation
    const left = parametersOf(operation).filter((parameter) => !common.some((other) => equal(other, parameter)))
    return [method, { ...rest, ...(left.length > 0 && { parameters: byName(left) }) }] as const
  })
  const parameters = byName([...common, ...pathParameters(place)])
  return { ...Object.fromEntries(own), ...(parameters.length > 0 && { parameters }) }
}

function parametersOf({ parameters }: JsonObject): readonly JsonObject[] {
  return Array.isArray(parameters) ? (parameters as readonly Json[]).filter(isObject) : []
}

/** By name; of two that are called alike the one in the path comes first. */
function byName(parameters: readonly JsonObject[]): readonly JsonObject[] {
  const key = ({ name, in: place }: JsonObject): string => `${name} ${place}`
  return [...parameters].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function pathParameters({ path, resource, subresource }: OperationPlace): readonly JsonObject[] {
  const kind = resource.source === 'custom' ? resource.kind : (subresource?.responseKind.kind ?? resource.kind)
  const words: Readonly<Record<string, string>> = {
    name: `name of the ${kind}`,
    namespace: 'object name and auth scope, such as for teams and projects',
    path: 'path to the resource',
  }
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    description: words[name] ?? '',
    in: 'path',
    name,
    required: true,
    schema: { type: 'string', uniqueItems: true },
  }))
}
