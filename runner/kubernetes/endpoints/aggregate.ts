// The aggregator: requests for a group that an APIService gives to another server go there.
import { at, type KubernetesObject } from '../object.ts'
import { readObject } from '../registry/engine.ts'
import { noSuchResource } from '../registry/errors.ts'
import { isAvailable } from '../registry/registry.ts'
import type { ResourceRequest } from './request-info.ts'
import type { Server } from './server.ts'

/** What is known of a request for another server's group. */
export interface AggregatedRequest {
  readonly server: Server
  readonly request: Request
  readonly url: URL
  readonly user: { readonly name: string; readonly groups: readonly string[] }
}

/** The answer of the server behind a group's APIService; undefined for a group that has none. */
export async function answerAggregated(
  asking: AggregatedRequest,
  { group, version }: Pick<ResourceRequest, 'group' | 'version'>,
): Promise<Response | undefined> {
  const { server } = asking
  const service = readObject(server, 'apiregistration.k8s.io/v1', 'APIService', { name: `${version}.${group}` })
  if (!service || at(service, 'spec', 'service') === undefined) return undefined
  if (!isAvailable(service)) return unavailable()
  if (server.registry.resources().some((resource) => resource.group === group && resource.version === version)) throw noSuchResource()
  return (await forwarded(asking, service)) ?? unavailable()
}

/** Sent on with the caller's name, as the front proxy does. */
async function forwarded({ server, request, url, user }: AggregatedRequest, service: KubernetesObject): Promise<Response | undefined> {
  const headers = new Headers(request.headers)
  headers.delete('authorization')
  headers.set('x-remote-user', user.name)
  for (const group of user.groups) headers.append('x-remote-group', group)
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await request.arrayBuffer()
  return askBackend(server, service, new Request(url, { method: request.method, headers, ...(body && { body }) }))
}

/** What the server behind an APIService answers; undefined where there is none. */
export async function askBackend(server: Server, service: KubernetesObject, request: Request): Promise<Response | undefined> {
  const namespace = String(at(service, 'spec', 'service', 'namespace') ?? '')
  const name = String(at(service, 'spec', 'service', 'name') ?? '')
  const object = readObject(server, 'v1', 'Service', { namespace, name })
  const { pathname, search } = new URL(request.url)
  return object && server.pods?.proxy({ object, port: String(at(service, 'spec', 'service', 'port') ?? 443) }, request, `${pathname}${search}`)
}

function unavailable(): Response {
  return new Response('service unavailable\n', { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } })
}
