// What a request's method and path ask for (apiserver `endpoints/request/requestinfo.go`).

/** A path as the server reads it: a resource with a verb, or a path that is no resource. */
export type RequestInfo = ResourceRequest | { readonly type: 'path'; readonly verb: string; readonly path: string }

/** A request for a resource. Empty texts stand for what the path does not name. */
export interface ResourceRequest {
  readonly type: 'resource'
  readonly verb: string
  readonly path: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
  /** The name that authorization is asked about: that of the path, or the one that a field selector names. */
  readonly askedName: string
  readonly subresource: string
  /** What follows a subresource, as in `proxy/some/path`. */
  readonly rest: string
  /** True for the old `/watch/` paths. */
  readonly watchPath: boolean
}

const verbs: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
const namespaceSubresources = ['status', 'finalize']

/** Reads a request's method, path and query. */
export function readRequestInfo(method: string, url: URL): RequestInfo {
  const path = url.pathname
  const parts = path.replace(/^\/+|\/+$/g, '').split('/')
  const root = parts[0]
  const prefix = root === 'api' ? 2 : 3
  if ((root !== 'api' && root !== 'apis') || parts.length <= prefix) return { type: 'path', verb: method.toLowerCase(), path }
  const [group = '', version = ''] = root === 'api' ? ['', parts[1]] : [parts[1], parts[2]]
  const watchPath = parts[prefix] === 'watch' && parts.length > prefix + 1
  const place = readPlace(parts.slice(watchPath ? prefix + 1 : prefix).map(decode))
  const verb = readVerb(method, url.searchParams, { named: place.name !== '', watchPath })
  return { type: 'resource', verb, path, group, version, ...place, askedName: place.name || selectedName(verb, url.searchParams), watchPath }
}

interface Place {
  readonly namespace: string
  readonly resource: string
  readonly name: string
  readonly subresource: string
  readonly rest: string
}

function readPlace(parts: readonly string[]): Place {
  const [first = '', second = '', third = '', ...more] = parts
  if (first !== 'namespaces' || parts.length < 2) return placeOf('', parts)
  if (parts.length < 3) return { namespace: second, resource: first, name: second, subresource: '', rest: '' }
  if (namespaceSubresources.includes(third) && more.length === 0) return { namespace: second, resource: first, name: second, subresource: third, rest: '' }
  return placeOf(second, [third, ...more])
}

function placeOf(namespace: string, [resource = '', name = '', subresource = '', ...rest]: readonly string[]): Place {
  return { namespace, resource, name, subresource, rest: rest.join('/') }
}

function readVerb(method: string, query: URLSearchParams, { named, watchPath }: { readonly named: boolean; readonly watchPath: boolean }): string {
  if (watchPath) return 'watch'
  const verb = verbs[method] ?? method.toLowerCase()
  if (named) return verb
  if (verb === 'get') return isTrue(query.get('watch')) ? 'watch' : 'list'
  return verb === 'delete' ? 'deletecollection' : verb
}

/** A list of one name is authorized like a read of it. */
function selectedName(verb: string, query: URLSearchParams): string {
  if (!['list', 'watch', 'deletecollection'].includes(verb)) return ''
  return query.get('fieldSelector')?.match(/^metadata\.name==?([^,]+)$/)?.[1] ?? ''
}

/** A boolean of a query as Go's conversion reads it: there and not `false` or `0`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0'
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
