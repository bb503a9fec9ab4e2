// The OpenAPI documents: an index and one document for each group version (v3), all in one (v2), made when first asked for.
import { goJson } from '../../base/go-json.ts'
import type { JsonObject } from '../../base/json.ts'
import { customKey, type OpenApiSource, openApiDocument, openApiHash, openApiIndex } from '../openapi/document.ts'
import { swaggerDocument } from '../openapi/swagger.ts'
import { swaggerProtobuf } from '../openapi/swagger-protobuf.ts'
import type { Route, RouteRequest, RouteServer } from './route.ts'

/** The rows of `/openapi`. */
export const openApiRoutes: readonly Route[] = [
  { method: 'GET', path: '/openapi/v2', handle: answerSwagger },
  { method: 'GET', path: '/openapi/v3', handle: answerIndex },
  { method: 'GET', path: '/openapi/v3/*', handle: answerDocument },
]

interface Made {
  readonly source: OpenApiSource
  readonly documents: Map<string, string | undefined>
  index?: string
  swagger?: string
  swaggerBytes?: Uint8Array<ArrayBuffer>
}

const made = new WeakMap<object, Made>()
/** Documents of built-in groups are the same on every server of a version. */
const builtIn = new Map<string, string>()

function answerIndex({ server }: RouteRequest): Response {
  const known = madeFor(server)
  known.index ??= goJson(openApiIndex(known.source))
  return new Response(known.index, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

function answerDocument(request: RouteRequest): Response {
  const { server, path, headers, query } = request
  const name = path.slice('/openapi/v3/'.length).replace(/\/$/, '')
  if (name === '') return answerIndex(request)
  const known = madeFor(server)
  const text = documentText(known, name)
  if (text === undefined) return new Response(null, { status: 404 })
  const hash = openApiHash(name, known.source)
  const etag = `"${hash}"`
  const caching: Record<string, string> = query.get('hash') === hash ? { 'cache-control': 'public, immutable' } : {}
  if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { ...caching, etag, vary: 'Accept' } })
  return new Response(text, { headers: { ...caching, 'content-type': 'application/json', etag, vary: 'Accept' } })
}

/** What clients ask for has an `@`, which is not allowed in a Content-Type; the answer is called as the real server calls it. */
const swaggerAsked = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const swaggerType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

function answerSwagger({ server, headers }: RouteRequest): Response {
  const known = madeFor(server)
  const vary = 'Accept-Encoding, Accept'
  const etag = `"${openApiHash('', known.source)}"`
  if (headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers: { etag, vary } })
  if (headers.get('accept')?.includes(swaggerAsked) === true) {
    known.swaggerBytes ??= swaggerProtobuf(swaggerDocument(known.source))
    return new Response(known.swaggerBytes, { headers: { 'content-type': swaggerType, etag, vary } })
  }
  known.swagger ??= goJson(swaggerDocument(known.source))
  return new Response(known.swagger, { headers: { 'content-type': 'application/json', etag, vary } })
}

function documentText({ source, documents }: Made, name: string): string | undefined {
  if (documents.has(name)) return documents.get(name)
  const shared = isBuiltIn(source, name) ? `${source.gitVersion} ${source.describe ? 'described' : 'bare'} ${name}` : undefined
  const known = shared === undefined ? undefined : builtIn.get(shared)
  const text = known ?? print(openApiDocument(name, source))
  if (shared !== undefined && text !== undefined) builtIn.set(shared, text)
  documents.set(name, text)
  return text
}

function isBuiltIn({ resources }: OpenApiSource, name: string): boolean {
  const [, group = '', version = ''] = name.split('/')
  return name.startsWith('apis/') && version !== ''
    ? resources.every((resource) => resource.group !== group || resource.source === 'built-in')
    : name === 'api/v1'
}

function print(document: JsonObject | undefined): string | undefined {
  return document && goJson(document)
}

function madeFor(server: RouteServer): Made {
  const known = made.get(server.servedVersion)
  if (known) return known
  const customs = new Map(server.customSchemas().map((schema) => [customKey(schema), schema.openApi]))
  const source = { resources: server.resources(), customs, gitVersion: server.gitVersion, describe: server.describe }
  const fresh: Made = { source, documents: new Map() }
  made.set(server.servedVersion, fresh)
  return fresh
}
