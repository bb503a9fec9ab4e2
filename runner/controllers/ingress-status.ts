// What ingress-nginx writes beside proxying: the addresses at which its Ingresses are answered, and that it has seen them
// (ingress-nginx `internal/ingress/status`).
import { equal, type Json, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject, keyOf } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { ingressClasses, ingresses, nodes, pods, services } from './resources.ts'

const program = /(^|\/)(ingress-nginx\/controller|nginx-ingress-controller)(-chroot)?[:@]/
const component = 'nginx-ingress-controller'

/** One key: whatever changes, all Ingresses are looked at. */
const all = ['all']

export const ingressStatus = defineController({
  name: 'ingress-nginx',
  fieldManager: 'nginx-ingress-controller',
  watches: [
    { resource: ingresses, keys: () => all },
    { resource: ingressClasses, keys: () => all },
    { resource: pods, keys: (pod) => (argumentsOf(pod) ? all : []) },
    { resource: services, keys: (service) => (at(service, 'spec', 'type') === 'LoadBalancer' ? all : []) },
  ],
  async reconcile(_: string, context: ControllerContext) {
    const { client, memory } = context
    const { items: found } = await client.list(ingresses)
    if (found.length === 0) return undefined
    const { items } = await client.list(pods)
    const own = items.filter((pod) => isReady(pod) && argumentsOf(pod))
    const [first] = own
    if (!first) return undefined
    const options = argumentsOf(first) ?? []
    const addresses = await addressesOf(own, options, context)
    for (const ingress of await served(found, options, context)) await settle(ingress, addresses, context)
    const names = new Set(found.map(({ metadata }) => metadata.uid))
    for (const uid of memory.keys()) if (!names.has(uid)) memory.set(uid, undefined)
    return undefined
  },
})

/** The words that a pod's ingress controller was started with; undefined for any other pod. */
function argumentsOf(pod: KubernetesObject): readonly string[] | undefined {
  const containers = at(pod, 'spec', 'containers')
  for (const container of Array.isArray(containers) ? containers : []) {
    if (!program.test(String(at(container, 'image')))) continue
    const words = at(container, 'args')
    return Array.isArray(words) ? words.map((word) => filled(String(word), at(container, 'env'), pod)) : []
  }
  return undefined
}

/** A word with what it takes from the container's environment: values, and the names that a pod is told of itself. */
function filled(word: string, env: Json | undefined, { metadata }: KubernetesObject): string {
  const own: Readonly<Record<string, string | undefined>> = { 'metadata.namespace': metadata.namespace, 'metadata.name': metadata.name }
  return word.replace(/\$\((\w+)\)/g, (all, name: string) => {
    const variable = Array.isArray(env) ? env.find((each) => at(each, 'name') === name) : undefined
    return String(at(variable, 'value') ?? own[String(at(variable, 'valueFrom', 'fieldRef', 'fieldPath'))] ?? all)
  })
}

function isReady(pod: KubernetesObject): boolean {
  const conditions = at(pod, 'status', 'conditions')
  return Array.isArray(conditions) && conditions.some((each) => at(each, 'type') === 'Ready' && at(each, 'status') === 'True')
}

function optionOf(words: readonly string[], name: string): string | undefined {
  return words.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
}

/** Where somebody outside finds the controller: what it was told, the addresses of the Service that it was told, or of its nodes. */
async function addressesOf(own: readonly KubernetesObject[], words: readonly string[], { client }: ControllerContext): Promise<readonly JsonObject[]> {
  const told = optionOf(words, 'publish-status-address')
  if (told !== undefined) return told.split(',').map((address) => (/^[\d.]+$/.test(address) ? { ip: address } : { hostname: address }))
  const published = optionOf(words, 'publish-service')
  if (published === undefined) return nodeAddresses(own, client)
  const [namespace = '', name = ''] = published.split('/')
  const service = await client.get(services, { namespace, name })
  return service ? serviceAddresses(service) : []
}

function serviceAddresses(service: KubernetesObject): readonly JsonObject[] {
  const ingress = at(service, 'status', 'loadBalancer', 'ingress')
  const external = at(service, 'spec', 'externalIPs')
  const others = Array.isArray(external) ? external.map((ip) => ({ ip })) : []
  switch (at(service, 'spec', 'type')) {
    case 'LoadBalancer':
      return [...(Array.isArray(ingress) ? ingress.map((each) => partly(each)) : []), ...others]
    case 'ExternalName':
      return [{ hostname: at(service, 'spec', 'externalName') ?? '' }]
    default:
      return others.length > 0 ? others : [{ ip: at(service, 'spec', 'clusterIP') ?? '' }]
  }
}

function partly(ingress: Json): JsonObject {
  const [ip, hostname] = [at(ingress, 'ip'), at(ingress, 'hostname')]
  return { ...(ip !== undefined && { ip }), ...(hostname !== undefined && { hostname }) }
}

async function nodeAddresses(own: readonly KubernetesObject[], client: ControllerContext['client']): Promise<readonly JsonObject[]> {
  const names = new Set(own.map((pod) => at(pod, 'spec', 'nodeName')))
  const { items } = await client.list(nodes)
  return items
    .filter(({ metadata }) => names.has(metadata.name))
    .flatMap((node) => {
      const addresses = at(node, 'status', 'addresses')
      const inside = Array.isArray(addresses) ? addresses.find((each) => at(each, 'type') === 'InternalIP') : undefined
      return inside === undefined ? [] : [{ ip: at(inside, 'address') ?? '' }]
    })
}

/** The Ingresses of the controller's classes, and those of none where it takes them. */
async function served(found: readonly KubernetesObject[], words: readonly string[], { client }: ControllerContext): Promise<readonly KubernetesObject[]> {
  const controller = optionOf(words, 'controller-class') ?? 'k8s.io/ingress-nginx'
  const { items } = await client.list(ingressClasses)
  const classes = new Set(items.filter((each) => at(each, 'spec', 'controller') === controller).map(({ metadata }) => metadata.name))
  const withoutClass = words.some((word) => /^--watch-ingress-without-class(=true)?$/.test(word))
  return found.filter((ingress) => {
    const name = at(ingress, 'spec', 'ingressClassName') ?? ingress.metadata.annotations?.['kubernetes.io/ingress.class']
    return name === undefined ? withoutClass : classes.has(String(name))
  })
}

async function settle(ingress: KubernetesObject, addresses: readonly JsonObject[], { client, event, memory }: ControllerContext): Promise<void> {
  const { uid = '', generation = 0 } = ingress.metadata
  if (memory.get(uid) !== generation) {
    await event(ingress, { type: 'Normal', reason: 'Sync', message: 'Scheduled for sync', component })
    memory.set(uid, generation)
  }
  const now = at(ingress, 'status', 'loadBalancer', 'ingress') ?? []
  if (equal(now, [...addresses])) return
  await client.patch(ingresses, keyOf(ingress), { status: { loadBalancer: { ingress: [...addresses] } } }, { type: 'merge', subresource: 'status' })
}
