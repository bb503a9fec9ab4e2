// What can be done at a path of a resource, as the documents tell it (apiserver `endpoints/installer.go`; custom kinds: apiextensions `openapi/builder`).
import type { JsonObject } from '../../base/json.ts'
import type { ResourceInfo, SubresourceInfo } from '../kind.ts'
import { describeOperation, idAndTag, type NamedOperation, operationName } from './operation-names.ts'
import { connectParameters, managerOfPatches, type QueryParameter, queryParameters } from './parameters.ts'

/** Names of the schemas that a resource's operations speak of. */
export interface OperationSchemas {
  readonly object: string
  readonly list: string
  readonly subresource: (name: string) => string
  readonly deleteOptions: string
  /** What a delete answers, and what the delete of a collection does. */
  readonly deleted: string
  readonly status: string
  readonly patch: string
  readonly watchEvent: string
}

/** Where operations are, and on what. */
export interface OperationPlace {
  readonly path: string
  readonly resource: ResourceInfo
  readonly subresource?: SubresourceInfo
  readonly schemas: OperationSchemas
}

/** The method of each action; actions that are not here connect, and are methods themselves. */
const methods: Readonly<Record<string, string>> = {
  delete: 'delete',
  deletecollection: 'delete',
  get: 'get',
  list: 'get',
  patch: 'patch',
  post: 'post',
  put: 'put',
  watch: 'get',
  watchlist: 'get',
}

/** Operations by method. */
export function operationsAt(place: OperationPlace, actions: readonly string[]): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(actions.map((action) => [methods[action] ?? action, operationOf(place, action)]))
}

/** The same for a path that is connected to: every method is passed on. */
export function connectionsAt(place: OperationPlace, names: readonly string[]): Readonly<Record<string, JsonObject>> {
  const content = { '*/*': { schema: { type: 'string' } } }
  const operations = names.map((method) => {
    const named = { ...place, action: `connect ${method}`, subresource: place.subresource?.name ?? '' }
    return [method, { ...headOf(named), parameters: ownParameters(place), responses: answers({ content }), ...extensions(place, 'connect') }] as const
  })
  return Object.fromEntries(operations)
}

function operationOf(place: OperationPlace, action: string): JsonObject {
  const named = { ...place, action, subresource: place.subresource?.name ?? '' }
  return {
    ...headOf(named),
    parameters: [...parametersOf(place, action), queryParameter('pretty', queryParameters.pretty)],
    ...requestBody(place, action),
    responses: responses(place, action),
    ...extensions(place, action),
  }
}

function headOf(named: NamedOperation): JsonObject {
  return { description: describeOperation(named), ...idAndTag(operationName(named), named.path) }
}

function extensions({ resource, subresource }: OperationPlace, action: string): JsonObject {
  const { group, version, kind } = resource.source === 'custom' ? resource : (subresource?.responseKind ?? resource)
  return { 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': { group, kind, version } }
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
const deleteParameters = ['dryRun', 'gracePeriodSeconds', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents', 'propagationPolicy']
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation']

const actionParameters: Readonly<Record<string, readonly string[]>> = {
  list: listParameters,
  watch: listParameters,
  watchlist: listParameters,
  post: writeParameters,
  put: writeParameters,
  patch: [...writeParameters, 'force'],
  delete: deleteParameters,
  deletecollection: [...listParameters.filter((name) => name !== 'watch' && name !== 'allowWatchBookmarks'), ...deleteParameters],
}

/** Custom kinds say that a GET takes a version, and that a collection is deleted as it is listed. */
const customParameters: Readonly<Record<string, readonly string[]>> = { get: ['resourceVersion'], deletecollection: listParameters }

function parametersOf(place: OperationPlace, action: string): readonly JsonObject[] {
  const names = (place.resource.source === 'custom' ? customParameters[action] : undefined) ?? actionParameters[action] ?? []
  const shared = names.map((name) => queryParameter(name, queryParameters[name], action === 'patch' && name === 'fieldManager' ? managerOfPatches : ''))
  return [...shared, ...ownParameters(place)]
}

function ownParameters({ resource, subresource }: OperationPlace): readonly JsonObject[] {
  const own = connectParameters[`${resource.plural}/${subresource?.name}`] ?? {}
  return Object.entries(own).map(([name, parameter]) => queryParameter(name, parameter))
}

function queryParameter(name: string, parameter: QueryParameter | undefined, more = ''): JsonObject {
  const { type = 'string', description = '' } = parameter ?? {}
  return { description: description + more, in: 'query', name, schema: { type, uniqueItems: true } }
}

/** kubectl reads from here whether a kind takes strategic merge patches; custom resources do not. */
const patchTypes: Readonly<Record<ResourceInfo['source'], readonly string[]>> = {
  'built-in': ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json'],
  custom: ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'],
  aggregated: [],
}

function requestBody({ resource: { source }, schemas, subresource }: OperationPlace, action: string): JsonObject {
  const any = source === 'custom' ? ['application/json', 'application/yaml'] : ['*/*']
  if (action === 'patch') return { requestBody: { content: contentOf(patchTypes[source], schemas.patch), required: true } }
  if (action === 'post' || action === 'put') {
    const schema = subresource ? schemas.subresource(subresource.name) : schemas.object
    return { requestBody: { content: contentOf(any, schema), required: true } }
  }
  const takesOptions = action === 'delete' || (action === 'deletecollection' && source !== 'custom')
  return takesOptions ? { requestBody: { content: contentOf(any, schemas.deleteOptions) } } : {}
}

const written = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']
const watched = [...written, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'].sort()
const customTypes = ['application/json', 'application/yaml']

/** Which codes beside 200 an action answers with the same body. */
const furtherCodes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  post: { 201: 'Created', 202: 'Accepted' },
  put: { 201: 'Created' },
  patch: { 201: 'Created' },
  delete: { 202: 'Accepted' },
}

function responses(place: OperationPlace, action: string): JsonObject {
  const { resource, schemas, subresource } = place
  const custom = resource.source === 'custom'
  const streams = action === 'list' || action.startsWith('watch')
  if (subresource?.name === 'log') return answers({ content: textOf([...written, 'text/plain']) })
  const content = contentOf(custom ? customTypes : streams ? watched : written, schemaOf(place, action, schemas))
  return answers({ content, codes: custom && action === 'patch' ? {} : (furtherCodes[action] ?? {}) })
}

function schemaOf({ subresource }: OperationPlace, action: string, schemas: OperationSchemas): string {
  if (action === 'list') return schemas.list
  if (action.startsWith('watch')) return schemas.watchEvent
  if (action === 'deletecollection') return schemas.status
  if (action === 'delete') return schemas.deleted
  return subresource ? schemas.subresource(subresource.name) : schemas.object
}

function answers({ content, codes = {} }: { readonly content: JsonObject; readonly codes?: Readonly<Record<string, string>> }): JsonObject {
  const further = Object.entries(codes).map(([code, description]) => [code, { description, content }])
  return { 200: { description: 'OK', content }, ...Object.fromEntries(further), 401: { description: 'Unauthorized' } }
}

function contentOf(types: readonly string[], schema: string): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: { $ref: `#/components/schemas/${schema}` } }]))
}

function textOf(types: readonly string[]): JsonObject {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]))
}
