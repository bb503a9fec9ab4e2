// istiod, where it runs: its root certificate in every namespace, and in the configurations of its webhooks (istio `pilot/pkg/bootstrap`).
import { createAuthority } from '../base/certificates.ts'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject, keyOf, type Resource } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { configMaps, namespaces, pods, secrets } from './resources.ts'

const image = /(^|\/)pilot[:@]/
const configMap = 'istio-ca-root-cert'
const authoritySecret = 'istio-ca-secret'

function configurations(plural: string, kind: string): Resource {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural, kind, namespaced: false }
}

const hooks = {
  MutatingWebhookConfiguration: configurations('mutatingwebhookconfigurations', 'MutatingWebhookConfiguration'),
  ValidatingWebhookConfiguration: configurations('validatingwebhookconfigurations', 'ValidatingWebhookConfiguration'),
} as const

/** Keys are `Namespace name`, the kind and name of a configuration, and `begin`. */
export const istio = defineController({
  name: 'istiod',
  fieldManager: 'pilot-discovery',
  watches: [
    { resource: pods, keys: (pod) => (isPilot(pod) && isReady(pod) ? ['begin'] : []) },
    { resource: namespaces, keys: ({ metadata }, change) => (change === 'ADDED' ? [`Namespace ${metadata.name}`] : []) },
    { resource: configMaps, keys: ({ metadata }) => (metadata.name === configMap ? [`Namespace ${metadata.namespace}`] : []) },
    ...Object.entries(hooks).map(([kind, resource]) => ({
      resource,
      keys: (object: KubernetesObject) => (callsPilot(object) ? [`${kind} ${object.metadata.name}`] : []),
    })),
  ],
  async reconcile(key: string, context: ControllerContext) {
    const { items } = await context.client.list(pods)
    const pilot = items.find((pod) => isPilot(pod) && isReady(pod))
    if (!pilot) return undefined
    const [kind = '', name = ''] = key.split(' ')
    const root = await rootOf(pilot.metadata.namespace ?? 'istio-system', context)
    if (key === 'begin') await begin(context)
    else if (kind === 'Namespace') await publish(name, root, context)
    else await trust(hooks[kind as keyof typeof hooks], name, { root, context })
    return undefined
  },
})

function isPilot(pod: KubernetesObject): boolean {
  return listOf(at(pod, 'spec', 'containers')).some((container) => image.test(String(container.image)))
}

function isReady(pod: KubernetesObject): boolean {
  return listOf(at(pod, 'status', 'conditions')).some(({ type, status }) => type === 'Ready' && status === 'True')
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function callsPilot(object: KubernetesObject): boolean {
  return listOf(at(object, 'webhooks')).some((hook) => /^istiod/.test(String(at(hook, 'clientConfig', 'service', 'name') ?? '')))
}

async function begin({ client, enqueue }: ControllerContext): Promise<void> {
  for (const { metadata } of (await client.list(namespaces)).items) enqueue(`Namespace ${metadata.name}`)
  for (const [kind, resource] of Object.entries(hooks))
    for (const object of (await client.list(resource)).items) if (callsPilot(object)) enqueue(`${kind} ${object.metadata.name}`)
}

/** istiod's own authority: made once, kept in a Secret. */
async function rootOf(namespace: string, { client, clock, random }: ControllerContext): Promise<string> {
  const kept = at((await client.get(secrets, { namespace, name: authoritySecret })) ?? null, 'data', 'ca-cert.pem')
  if (typeof kept === 'string') return atob(kept)
  const { certificate } = createAuthority('cluster.local', { secret: createRandom(random.uuid()), now: clock.now() })
  const data = { 'ca-cert.pem': btoa(certificate) }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: authoritySecret, namespace }, type: 'istio.io/ca-root', data }
  await client.create(secrets, secret)
  return certificate
}

async function publish(namespace: string, root: string, { client }: ControllerContext): Promise<void> {
  const place = await client.get(namespaces, { name: namespace })
  if (!place || place.metadata.deletionTimestamp !== undefined || /^kube-(system|public|node-lease)$/.test(namespace)) return
  const known = await client.get(configMaps, { namespace, name: configMap })
  const data = { 'root-cert.pem': root }
  const metadata = { name: configMap, namespace, labels: { 'istio.io/config': 'true' } }
  if (!known) await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data })
  else if (at(known, 'data', 'root-cert.pem') !== root) await client.patch(configMaps, { namespace, name: configMap }, { data }, { type: 'merge' })
}

async function trust(resource: Resource, name: string, { root, context }: { readonly root: string; readonly context: ControllerContext }): Promise<void> {
  const object = await context.client.get(resource, { name })
  const caBundle = btoa(root)
  const known = listOf(at(object ?? null, 'webhooks'))
  if (!object || known.every((hook) => at(hook, 'clientConfig', 'caBundle') === caBundle)) return
  const webhooks = known.map((hook) => ({ ...hook, clientConfig: { ...(isObject(hook.clientConfig) && hook.clientConfig), caBundle } }))
  await context.client.patch(resource, keyOf(object), { webhooks }, { type: 'merge' })
}
