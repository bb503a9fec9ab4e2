// The OpenAPI v2 document of all groups together, for clients that still ask for it.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { customKey, type OpenApiSource, openApiDocument, openApiInfo, openApiPaths } from './document.ts'
import { customForSwagger } from './swagger-custom.ts'

/** The document as JSON: the v3 documents joined and put into the older form. */
export function swaggerDocument(source: OpenApiSource): JsonObject {
  const paths: Record<string, Json> = {}
  const definitions: Record<string, Json> = {}
  for (const path of openApiPaths(source)) {
    const document = openApiDocument(path, source) ?? {}
    for (const [name, item] of members(document.paths)) paths[name] = pathItem(item)
    for (const [name, schema] of members(member(document.components, 'schemas')))
      definitions[name] = isCustom(schema, source) ? olderSchema(customForSwagger(object(schema))) : olderSchema(schema, withoutDefault)
  }
  return { swagger: '2.0', info: openApiInfo(source), paths: sorted(paths), definitions: sorted(definitions), ...security }
}

const security = {
  securityDefinitions: { BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' } },
  security: [{ BearerToken: [] }],
}

function isCustom(schema: Json, { customs }: OpenApiSource): boolean {
  const [kind] = list(member(schema, 'x-kubernetes-group-version-kind'))
  const { group = '', version = '', kind: name = '' } = object(kind)
  return customs.has(customKey({ group: String(group), version: String(version), kind: String(name) }))
}

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch'])

function pathItem(item: Json): Json {
  const entries = members(item).map(([name, value]) => {
    if (name === 'parameters') return [name, list(value).map(olderParameter)] as const
    return [name, methods.has(name) ? operation(value) : value] as const
  })
  return Object.fromEntries(entries)
}

function operation(value: Json): Json {
  const { requestBody, parameters, responses, ...rest } = object(value)
  const body = content(requestBody)
  const required = member(requestBody, 'required') === true
  const all = [
    ...(body ? [{ in: 'body', name: 'body', schema: olderSchema(body.schema), ...(required && { required }) }] : []),
    ...list(parameters).map(olderParameter),
  ]
  return {
    ...rest,
    consumes: body ? inOrder(body.types) : ['*/*'],
    produces: inOrder(content(object(responses)[200])?.types ?? []),
    schemes: ['https'],
    ...(all.length === 0 ? {} : { parameters: all }),
    responses: Object.fromEntries(members(responses).map(([code, response]) => [code, olderResponse(response)])),
  }
}

/** The order in which the server registers what it writes (apiserver `negotiation.MediaTypesForSerializer`). */
const written = ['text/plain', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** Patches stand as `installer.go` has them. */
const patches = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml']

function inOrder(types: readonly string[]): readonly string[] {
  const place = (type: string): number => [...written, ...patches].indexOf(type.split(';')[0] ?? '') + (type.includes(';') ? written.length : 0)
  return [...types].sort((a, b) => place(a) - place(b))
}

function olderResponse(response: Json): Json {
  const { description = '' } = object(response)
  const body = content(response)
  return body ? { description, schema: olderSchema(body.schema) } : { description }
}

function olderParameter(parameter: Json): Json {
  const { schema, ...rest } = object(parameter)
  return { ...object(schema), ...rest }
}

function content(holder: Json | undefined): { readonly types: readonly string[]; readonly schema: Json } | undefined {
  const types = members(member(holder, 'content'))
  const schema = types[0] && member(types[0][1], 'schema')
  return schema === undefined ? undefined : { types: types.map(([type]) => type), schema }
}

/** The older form never told of the defaults of built-in kinds. */
function withoutDefault({ default: _, ...schema }: JsonObject): JsonObject {
  return schema
}

/** References move to `definitions` and may have siblings; alternatives become a string. */
function olderSchema(schema: Json, change: (schema: JsonObject) => JsonObject = (same) => same): Json {
  const { $ref, allOf, oneOf, properties, items, additionalProperties, ...rest } = change(object(schema))
  const below = (each: Json): Json => olderSchema(each, change)
  if (typeof $ref === 'string') return { $ref: $ref.replace('#/components/schemas/', '#/definitions/') }
  const [wrapped] = list(allOf)
  return {
    ...rest,
    ...(oneOf === undefined ? {} : { type: 'string' }),
    ...(items === undefined ? {} : { items: below(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: below(additionalProperties) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(members(properties).map(([name, property]) => [name, below(property)])) }),
    ...(wrapped === undefined ? {} : object(below(wrapped))),
  }
}

function members(value: Json | undefined): readonly (readonly [string, Json])[] {
  return Object.entries(object(value)).flatMap(([name, item]) => (item === undefined ? [] : [[name, item] as const]))
}

function member(value: Json | undefined, name: string): Json | undefined {
  return object(value)[name]
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {}
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}

function sorted(value: Readonly<Record<string, Json>>): JsonObject {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
