// The API server's own Service `kubernetes`: what it makes at its start it looks for every ten seconds, and makes again
// (kube-apiserver `controlplane/controller/kubernetesservice`).
import type { Json, JsonObject } from '../base/json.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { endpointSlices, endpoints, services } from './resources.ts'

const [namespace, name] = ['default', 'kubernetes']
const parts = { service: services, endpoints, slice: endpointSlices } as const

/** How often it looks: `EndpointInterval`, ms. */
const interval = 10_000

/** Keys are the three objects that belong to it. */
export const ownService = defineController({
  name: 'kube-apiserver-own-service',
  fieldManager: 'kube-apiserver',
  watches: Object.entries(parts).map(([part, resource]) => ({
    resource,
    namespace,
    keys: ({ metadata }: KubernetesObject) => (metadata.name === name ? [part] : []),
  })),
  async reconcile(part: string, { client, clock, memory }: ControllerContext): Promise<ReconcileResult | undefined> {
    const resource = parts[part as keyof typeof parts]
    const found = await client.get(resource, { namespace, name })
    if (found) {
      memory.set(part, { wanted: wantedOf(found) })
      return undefined
    }
    const { wanted, due } = (memory.get(part) ?? {}) as { readonly wanted?: Json; readonly due?: number }
    if (wanted === undefined) return undefined
    const next = due ?? Math.ceil((clock.now() + 1) / interval) * interval
    if (next <= clock.now())
      await client.create(resource, wanted as unknown as KubernetesObject) // what `wantedOf` made
    else memory.set(part, { wanted, due: next })
    return next <= clock.now() ? undefined : { requeueAfter: next - clock.now() }
  },
})

/** What it would make again: all but what the server itself gives an object. */
function wantedOf({ metadata, ...rest }: KubernetesObject): JsonObject {
  const { labels = {} } = metadata
  return { ...(rest as unknown as JsonObject), metadata: { name, namespace, labels } } // an interface has no index signature, which JSON's type asks for
}
