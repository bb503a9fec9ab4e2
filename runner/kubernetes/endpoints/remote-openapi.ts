// OpenAPI documents of servers behind APIServices, beside this server's own (kube-aggregator `openapiv3/aggregator`).
import { goJson } from '../../base/go-json.ts'
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../object.ts'
import { askBackend } from './aggregate.ts'
import { remoteServices } from './remote-resources.ts'
import type { Server } from './server.ts'

const root = '/openapi/v3'

/** This server's answer under `/openapi/v3`, with what others have: their rows in the index, their documents where this server has none. */
export async function withRemoteOpenApi(server: Server, path: string, own: Response): Promise<Response> {
  const isIndex = path.replace(/\/$/, '') === root
  const services = isIndex || own.status === 404 ? remoteServices(server) : []
  if (services.length === 0) return own
  if (!isIndex) return (await documentOf(server, services, path)) ?? own
  const known: unknown = await own.json()
  const rows = await Promise.all(services.map((service) => rowsOf(server, service)))
  const paths = Object.assign({}, isObject(known) ? known.paths : {}, ...rows) as JsonObject
  return new Response(goJson({ paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => (one < other ? -1 : 1))) }), { headers: own.headers })
}

/** What a server's own index says of the group version that it is asked for. */
async function rowsOf(server: Server, service: KubernetesObject): Promise<JsonObject> {
  const response = await ask(server, service, root)
  const index: unknown = response?.ok ? await response.json().catch(() => undefined) : undefined
  const row = isObject(index) && isObject(index.paths) ? index.paths[nameOf(service)] : undefined
  return row === undefined ? {} : { [nameOf(service)]: row }
}

async function documentOf(server: Server, services: readonly KubernetesObject[], path: string): Promise<Response | undefined> {
  const service = services.find((each) => path === `${root}/${nameOf(each)}`)
  const response = service && (await ask(server, service, path))
  return response?.ok ? response : undefined
}

function nameOf(service: KubernetesObject): string {
  return `apis/${at(service, 'spec', 'group')}/${at(service, 'spec', 'version')}`
}

function ask(server: Server, service: KubernetesObject, path: string): Promise<Response | undefined> {
  return askBackend(server, service, new Request(`https://${at(service, 'spec', 'group')}${path}`, { headers: { accept: 'application/json' } }))
}
