// Whether the servers behind APIServices answer (kube-aggregator `controllers/status/remote`).
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { apiServices, endpointSlices, pods, services } from './resources.ts'

/** How long an answer that failed is waited for before it is asked again. */
const again = 30_000

/** Keys are names of APIServices, and `*` for all that stand for a Service. */
export const apiServiceAvailability = defineController({
  name: 'apiservice-status-remote-available-controller',
  fieldManager: 'kube-apiserver',
  watches: [
    { resource: apiServices, keys: (service, change) => (change === 'DELETED' || !isRemote(service) ? [] : [service.metadata.name ?? '']) },
    { resource: services, keys: () => ['*'] },
    { resource: endpointSlices, keys: () => ['*'] },
  ],
  async reconcile(key: string, context: ControllerContext) {
    const { client, enqueue } = context
    if (key === '*') {
      for (const service of (await client.list(apiServices)).items) if (isRemote(service)) enqueue(service.metadata.name ?? '')
      return undefined
    }
    const service = await client.get(apiServices, { name: key })
    if (!service || !isRemote(service) || !context.runtime) return undefined
    const found = await verdict(service, context)
    await writeCondition(service, found, context)
    return found.reason === 'FailedDiscoveryCheck' ? { requeueAfter: again } : undefined
  },
})

function isRemote(service: KubernetesObject): boolean {
  return isObject(at(service, 'spec', 'service'))
}

interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

const no = (reason: string, message: string): Verdict => ({ status: 'False', reason, message })

async function verdict(apiService: KubernetesObject, context: ControllerContext): Promise<Verdict> {
  const [namespace, name] = [String(at(apiService, 'spec', 'service', 'namespace')), String(at(apiService, 'spec', 'service', 'name'))]
  const wanted = Number(at(apiService, 'spec', 'service', 'port') ?? 443)
  const service = await context.client.get(services, { namespace, name })
  if (!service) return no('ServiceNotFound', `service/${name} in "${namespace}" is not present`)
  const port = objectsAt(at(service, 'spec', 'ports')).find((each) => each.port === wanted)
  if (!port) return no('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${wanted}`)
  const { items } = await context.client.list(endpointSlices, { namespace, labelSelector: `kubernetes.io/service-name=${name}` })
  if (items.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`)
  const portName = String(port.name ?? '')
  const backends = items.flatMap((slice) => backendsOf(slice, portName))
  if (backends.length === 0)
    return no('MissingEndpoints', `endpointslices for service/${name} in "${namespace}" have no addresses with port name "${portName}"`)
  for (const backend of backends)
    if (await answers(apiService, { ...backend, namespace }, context)) return { status: 'True', reason: 'Passed', message: 'all checks passed' }
  const [first] = backends
  return no('FailedDiscoveryCheck', refusal(apiService, `${first?.address}:${first?.port}`))
}

interface Backend {
  readonly address: string
  readonly pod: string
  readonly port: number
}

function backendsOf(slice: KubernetesObject, portName: string): readonly Backend[] {
  const port = objectsAt(at(slice, 'ports')).find(({ name }) => String(name ?? '') === portName)
  if (!port) return []
  return objectsAt(at(slice, 'endpoints'))
    .filter((endpoint) => at(endpoint, 'conditions', 'ready') !== false)
    .map((endpoint) => ({
      address: String(Array.isArray(endpoint.addresses) ? endpoint.addresses[0] : ''),
      pod: String(at(endpoint, 'targetRef', 'name') ?? ''),
      port: Number(port.port),
    }))
}

async function answers(
  apiService: KubernetesObject,
  { namespace, pod, port }: Backend & { readonly namespace: string },
  { client, runtime }: ControllerContext,
): Promise<boolean> {
  const backend = await client.get(pods, { namespace, name: pod })
  const answer = backend && (await runtime?.ask(backend, port, pathOf(apiService)))
  return answer !== undefined && answer.status >= 200 && answer.status < 300 && answer.body.startsWith('{')
}

function pathOf(apiService: KubernetesObject): string {
  return `/apis/${String(at(apiService, 'spec', 'group'))}/${String(at(apiService, 'spec', 'version'))}`
}

function refusal(apiService: KubernetesObject, backend: string): string {
  const url = `https://${backend}${pathOf(apiService)}`
  return `failing or missing response from ${url}: Get "${url}": dial tcp ${backend}: connect: connection refused`
}

async function writeCondition(apiService: KubernetesObject, { status, reason, message }: Verdict, { client, clock }: ControllerContext): Promise<void> {
  const known = objectsAt(at(apiService, 'status', 'conditions'))
  const before = known.find(({ type }) => type === 'Available')
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : formatTime(clock.now())
  const next: JsonObject = { type: 'Available', status, lastTransitionTime, reason, message }
  if (before && equal(before, next)) return
  const conditions = [...known.filter(({ type }) => type !== 'Available'), next]
  await client.update(apiServices, { ...apiService, status: { conditions } }, { subresource: 'status' })
}

function objectsAt(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
