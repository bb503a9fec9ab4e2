// What answers at a node's own ports beside its pods: kube-proxy about a Service, and the kubelet.
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { decodeText, encodeText } from '../bytes.ts'
import { type ClusterReader, objects } from '../pod.ts'
import type { HttpAnswer, HttpCall, Listener } from '../process.ts'
import { endpointsOf } from './endpoints.ts'

/** What stands behind a node's own ports. */
export interface DoorGround {
  readonly reader: ClusterReader
  /** The API server as a listener. */
  readonly apiServer: Listener
  now(): number
  /** What the kubelet of a node answers to a GET of a path, asked by whoever may. */
  kubelet(node: KubernetesObject, path: string): Promise<HttpAnswer>
}

/** The kubelet's port. */
const kubeletPort = 10_250

/** What listens on a port of a node beside its pods; undefined if nothing does. */
export function nodeDoor(
  node: KubernetesObject,
  { port, services }: { readonly port: number; readonly services: readonly KubernetesObject[] },
  ground: DoorGround,
): Listener | undefined {
  if (port === kubeletPort) return { secure: true, http: (call) => askKubelet(node, call, ground) }
  if (port === 10_256) return { http: ({ path }) => proxyHealth(path, ground.now()) }
  if (servesApi(node, port, ground)) return ground.apiServer
  const service = services.find((each) => at(each, 'spec', 'healthCheckNodePort') === port)
  return service && { http: () => healthOf(service, node, ground) }
}

/** What listens on a node's loopback alone. */
export function loopbackDoor(port: number): Listener | undefined {
  if (port === 10_248) return { http: ({ path }) => (path === '/healthz' ? { status: 200, headers: plain, body: 'ok' } : missing) }
  if (port !== 10_249) return undefined
  return {
    http: ({ path }) =>
      path === '/proxyMode' ? { status: 200, headers: plain, body: 'iptables' } : path === '/healthz' ? { status: 200, headers: plain, body: 'ok' } : missing,
  }
}

/** kube-proxy's own health, for load balancers (`proxy_health.go`). */
function proxyHealth(path: string, now: number): HttpAnswer {
  if (path !== '/healthz' && path !== '/livez') return missing
  const time = new Date(now).toISOString()
  const family = { lastUpdated: time, healthy: true }
  const body = JSON.stringify({
    lastUpdated: time,
    currentTime: time,
    ...(path === '/healthz' && { nodeEligible: true }),
    healthy: true,
    status: { IPv4: family },
  })
  return { status: 200, headers: { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }, body }
}

function servesApi(node: KubernetesObject, port: number, { reader }: DoorGround): boolean {
  const slice = reader.get('discovery.k8s.io/v1', 'EndpointSlice', { namespace: 'default', name: 'kubernetes' })
  const addresses = objects(at(node, 'status', 'addresses')).map(({ address }) => address)
  const own = objects(at(slice, 'endpoints')).some((each) => Array.isArray(each.addresses) && each.addresses.some((address) => addresses.includes(address)))
  return own && objects(at(slice, 'ports')).some((each) => each.port === port)
}

/** How many endpoints of a Service a node has (kube-proxy `service_health.go`): who balances load asks for it. */
function healthOf(service: KubernetesObject, node: KubernetesObject, { reader }: DoorGround): HttpAnswer {
  const count = endpointsOf(service, reader).filter((endpoint) => endpoint.ready && endpoint.node === node.metadata.name).length
  const { namespace, name } = service.metadata
  const body = `{\n\t"service": {\n\t\t"namespace": ${JSON.stringify(namespace)},\n\t\t"name": ${JSON.stringify(name)}\n\t},\n\t"localEndpoints": ${count},\n\t"serviceProxyHealthy": true\n}`
  const headers = { 'content-type': 'application/json', 'x-content-type-options': 'nosniff', 'x-load-balancing-endpoint-weight': String(count) }
  return { status: count > 0 ? 200 : 503, headers, body }
}

const missing: HttpAnswer = { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '404 page not found\n' }
const plain = { 'content-type': 'text/plain; charset=utf-8' }
const narrow: Readonly<Record<string, string>> = { healthz: 'healthz', pods: 'pods', runningpods: 'pods', configz: 'configz' }
const broad: Readonly<Record<string, string>> = { stats: 'stats', metrics: 'metrics', logs: 'log', checkpoint: 'checkpoint' }

/** Whoever has a token that the API server knows is let in as far as its rights on `nodes` go (kubelet `server/auth.go`). */
async function askKubelet(node: KubernetesObject, call: HttpCall, ground: DoorGround): Promise<HttpAnswer> {
  const [first = ''] =
    call.path
      .split('?')[0]
      ?.split('/')
      .filter((part) => part !== '') ?? []
  const subresources = broad[first] ? [broad[first]] : [...(narrow[first] ? [narrow[first]] : []), 'proxy']
  const user = await asCaller(call, ground, { group: 'authentication.k8s.io', plural: 'selfsubjectreviews', kind: 'SelfSubjectReview' })
  if (user === undefined) return { status: 401, headers: plain, body: 'Unauthorized' }
  const verb = verbs[call.method] ?? ''
  for (const subresource of subresources) {
    const spec = { resourceAttributes: { verb, resource: 'nodes', subresource, name: node.metadata.name ?? '' } }
    const review = await asCaller(call, ground, { group: 'authorization.k8s.io', plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', spec })
    if (review && at(review, 'status', 'allowed') === true) return ground.kubelet(node, call.path)
  }
  const name = String(at(user, 'status', 'userInfo', 'username'))
  return {
    status: 403,
    headers: plain,
    body: encodeText(`Forbidden (user=${name}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(' ')}])`),
  }
}

const verbs: Readonly<Record<string, string>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** Puts a question to the API server under the caller's own token; undefined where that is nobody's. */
async function asCaller(
  { headers, from }: HttpCall,
  { apiServer }: DoorGround,
  { group, plural, kind, spec }: { readonly group: string; readonly plural: string; readonly kind: string; readonly spec?: object },
): Promise<KubernetesObject | undefined> {
  const { authorization } = headers
  if (authorization === undefined || !('http' in apiServer)) return undefined
  const body = JSON.stringify({ apiVersion: `${group}/v1`, kind, metadata: {}, ...(spec && { spec }) })
  const sent = { authorization, 'content-type': 'application/json', accept: 'application/json' }
  const answer = await apiServer.http({ method: 'POST', path: `/apis/${group}/v1/${plural}`, headers: sent, body: encodeText(body), from })
  return answer.status === 201 ? (JSON.parse(decodeText(answer.body)) as KubernetesObject) : undefined
}
