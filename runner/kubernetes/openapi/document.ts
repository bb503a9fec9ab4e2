// The documents under /openapi/v3: an index, and for each group version what it serves and the schemas of its kinds.
import { sha512 } from '@noble/hashes/sha2.js'
import { isObject, type JsonObject } from '../../base/json.ts'
import { toHex } from '../../base/p256.ts'
import type { ResourceInfo } from '../kind.ts'
import { apiVersionOf } from '../object.ts'
import { returnsDeleted } from '../registry/traits.ts'
import type { Describe } from './descriptions.ts'
import { typeNameOf } from './facts.ts'
import { idAndTag } from './operation-names.ts'
import type { OperationSchemas } from './operations.ts'
import { basePath, resourcePaths } from './path-document.ts'
import { addTypeSchema, reference, type SchemaCollection } from './type-document.ts'

/** Schemas of custom kinds (`openAPIV3Schema`), by `group/version Kind`. */
export type CustomSchemas = ReadonlyMap<string, JsonObject>

/** What the documents are made of. */
export interface OpenApiSource {
  readonly resources: readonly ResourceInfo[]
  readonly customs: CustomSchemas
  readonly gitVersion: string
  /** What is said of built-in types, where somebody says it. */
  readonly describe?: Describe | undefined
}

/** The answer of `/openapi/v3`: each document's path with a hash that changes with it. */
export function openApiIndex(source: OpenApiSource): JsonObject {
  const paths = openApiPaths(source).map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${openApiHash(path, source)}` }])
  return { paths: Object.fromEntries(paths) }
}

/** The hash of a document, as its ETag has it. */
export function openApiHash(path: string, source: OpenApiSource): string {
  const mine = source.resources.filter((resource) => basePath(resource) === `/${path}`)
  const content = mine.map((resource) => JSON.stringify([resource.plural, resource.verbs, source.customs.get(customKey(resource)) ?? null]))
  return toHex(sha512(new TextEncoder().encode([source.gitVersion, source.describe ? 'described' : 'bare', path, ...content].join('\n')))).toUpperCase()
}

/** The document of a path of the index (`api/v1`, `apis/apps`), or undefined if the server has no such document. */
export function openApiDocument(path: string, source: OpenApiSource): JsonObject | undefined {
  if (!openApiPaths(source).includes(path)) return undefined
  const collection: SchemaCollection = { schemas: {}, describe: source.describe }
  const mine = source.resources.filter((resource) => basePath(resource) === `/${path}`)
  const custom = mine.length > 0 && mine.every(({ source: from }) => from === 'custom')
  const paths: Record<string, JsonObject> = custom ? {} : { ...ownPath(path, mine.length > 0, collection) }
  for (const resource of mine) Object.assign(paths, resourcePaths(resource, schemasOf(resource, source.customs, collection)))
  return {
    openapi: '3.0.0',
    info: custom ? { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' } : openApiInfo(source),
    paths: sorted(paths),
    components: { ...(Object.keys(collection.schemas).length > 0 && { schemas: sorted(collection.schemas) }), ...(!custom && { securitySchemes }) },
  }
}

/** What the documents are of: a server says which minor version it emulates (apiserver `config.go`, `completeOpenAPIV3`). */
export function openApiInfo({ gitVersion }: OpenApiSource): JsonObject {
  return { title: 'Kubernetes', version: gitVersion.match(/\d+\.\d+/)?.[0] ?? gitVersion }
}

/** Paths of all documents, sorted: `api/v1`, `apis/apps`, `apis/apps/v1` ... */
export function openApiPaths({ resources }: OpenApiSource): readonly string[] {
  const groups = resources.flatMap((resource) => {
    const path = basePath(resource).slice(1)
    return resource.group === '' || resource.source === 'custom' ? [path] : [`apis/${resource.group}`, path]
  })
  return [...new Set(['.well-known/openid-configuration', 'api', 'apis', 'openid/v1/jwks', 'version', ...groups])].sort()
}

/** `group/version Kind`, the key of `CustomSchemas`. */
export function customKey(resource: { readonly group: string; readonly version: string; readonly kind: string }): string {
  return `${apiVersionOf(resource)} ${resource.kind}`
}

const securitySchemes = { BearerToken: { description: 'Bearer Token authentication', in: 'header', name: 'authorization', type: 'apiKey' } }

interface OwnPath {
  readonly name: string
  readonly description: string
  readonly type: string
}

const ownPaths: Readonly<Record<string, OwnPath>> = {
  api: { name: 'getAPIVersions', description: 'get available API versions', type: 'meta.v1.APIVersions' },
  apis: { name: 'getAPIVersions', description: 'get available API versions', type: 'meta.v1.APIGroupList' },
  version: { name: 'getCodeVersion', description: 'get the version information for this server', type: 'version.Info' },
}
const groupPath: OwnPath = { name: 'getAPIGroup', description: 'get information of a group', type: 'meta.v1.APIGroup' }
const versionPath: OwnPath = { name: 'getAPIResources', description: 'get available resources', type: 'meta.v1.APIResourceList' }

/** What answers at the paths of a service account's issuer (apiserver `pkg/routes/openidmetadata.go`). */
const issuerPaths: Readonly<Record<string, { readonly words: JsonObject; readonly type: string }>> = {
  '.well-known/openid-configuration': {
    words: {
      description: "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
      operationId: 'getServiceAccountIssuerOpenIDConfiguration',
      tags: ['WellKnown'],
    },
    type: 'application/json',
  },
  'openid/v1/jwks': {
    words: {
      description: 'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
      operationId: 'getServiceAccountIssuerOpenIDKeyset',
      tags: ['openid'],
    },
    type: 'application/jwk-set+json',
  },
}

/** What discovery answers at the document's own path. */
function ownPath(path: string, isGroupVersion: boolean, collection: SchemaCollection): Record<string, JsonObject> {
  const issuer = issuerPaths[path]
  if (issuer) return { [`/${path}/`]: { get: { ...issuer.words, ...answer([issuer.type], { type: 'string' }) } } }
  const { name, description, type } = ownPaths[path] ?? (isGroupVersion ? versionPath : groupPath)
  const types = path === 'version' ? ['application/json'] : ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']
  const said = path === 'version' ? { operationId: name, tags: [path] } : idAndTag(name, path)
  return { [`/${path}/`]: { get: { description, ...said, ...answer(types, reference(addTypeSchema(type, collection))) } } }
}

function answer(types: readonly string[], schema: JsonObject): JsonObject {
  const content = Object.fromEntries(types.map((type) => [type, { schema }]))
  return { responses: { 200: { description: 'OK', content }, 401: { description: 'Unauthorized' } } }
}

function schemasOf(resource: ResourceInfo, customs: CustomSchemas, collection: SchemaCollection): OperationSchemas {
  const custom = customs.get(customKey(resource))
  const add = (type: string): string => addTypeSchema(type, collection)
  const builtIn = (apiVersion: string, kind: string): string => add(typeNameOf(apiVersion, kind) ?? 'meta.v1.Status')
  const apiVersion = apiVersionOf(resource)
  const object = resource.source === 'custom' ? addCustomKind(resource, custom ?? {}, collection) : builtIn(apiVersion, resource.kind)
  const hasList = resource.verbs.includes('list')
  const list = resource.source === 'custom' ? addCustomList(resource, object, collection) : hasList ? builtIn(apiVersion, resource.listKind) : object
  return {
    object,
    list,
    subresource: (name) => {
      const kind = resource.subresources.find((subresource) => subresource.name === name)?.responseKind
      if (!kind || kind.kind === resource.kind) return object
      const type = typeNameOf(apiVersionOf(kind), kind.kind)
      return type === undefined ? object : add(type)
    },
    deleteOptions: resource.verbs.includes('delete') ? add('meta.v1.DeleteOptions') : object,
    deleted: resource.verbs.includes('delete') && !returnsDeleted(resource) ? add('meta.v1.Status') : object,
    status: resource.verbs.includes('deletecollection') ? add('meta.v1.Status') : object,
    patch: resource.verbs.includes('patch') ? add('Patch') : object,
    watchEvent: resource.verbs.includes('watch') && resource.source === 'built-in' ? add('meta.v1.WatchEvent') : object,
  }
}

function addCustomKind(resource: ResourceInfo, schema: JsonObject, collection: SchemaCollection): string {
  const name = customName(resource, resource.kind)
  const own = ownFields('core.v1.ConfigMap', reference(addTypeSchema('meta.v1.ObjectMeta', collection)), collection)
  const properties = isObject(schema.properties) ? schema.properties : {}
  collection.schemas[name] = {
    ...schema,
    type: 'object',
    properties: { ...properties, ...own },
    'x-kubernetes-group-version-kind': [kindOf(resource, resource.kind)],
  }
  return name
}

function addCustomList(resource: ResourceInfo, item: string, collection: SchemaCollection): string {
  const name = customName(resource, resource.listKind)
  const own = ownFields('core.v1.ConfigMapList', reference(addTypeSchema('meta.v1.ListMeta', collection)), collection)
  const said = describedList(resource, collection)
  const selectable = collection.schemas[item]?.['x-kubernetes-selectable-fields']
  collection.schemas[name] = {
    ...said.list,
    type: 'object',
    required: ['items'],
    properties: { ...own, metadata: { ...own.metadata, ...said.metadata }, items: { ...said.items, type: 'array', items: reference(item) } },
    ...(selectable === undefined ? {} : { 'x-kubernetes-selectable-fields': selectable }),
    'x-kubernetes-group-version-kind': [kindOf(resource, resource.listKind)],
  }
  return name
}

/** What the builder of definitions says of their lists (apiextensions `controller/openapi/builder`). */
function describedList({ kind, listKind, plural }: ResourceInfo, { describe }: SchemaCollection): Readonly<Record<'list' | 'items' | 'metadata', JsonObject>> {
  if (!describe) return { list: {}, items: {}, metadata: {} }
  const conventions = 'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
  return {
    list: { description: `${listKind} is a list of ${kind}` },
    items: { description: `List of ${plural}. ${conventions}` },
    metadata: { description: `Standard list metadata. ${conventions}#types-kinds` },
  }
}

/** What every object has, described as a built-in type's. */
function ownFields(like: string, metadata: JsonObject, { describe }: SchemaCollection): Record<string, JsonObject> {
  const said = describe?.(like)?.fields
  const text = (name: string): JsonObject => (said?.has(name) ? { description: said.get(name) } : {})
  return {
    apiVersion: { ...text('apiVersion'), type: 'string' },
    kind: { ...text('kind'), type: 'string' },
    metadata: { ...text('metadata'), allOf: [metadata] },
  }
}

/** `demo.example.com` and `v1` give `com.example.demo.v1.Widget`. */
function customName({ group, version }: ResourceInfo, kind: string): string {
  return [...group.split('.').reverse(), version, kind].join('.')
}

function kindOf({ group, version }: ResourceInfo, kind: string): JsonObject {
  return { group, kind, version }
}

function sorted(members: Readonly<Record<string, JsonObject>>): JsonObject {
  return Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))
}
