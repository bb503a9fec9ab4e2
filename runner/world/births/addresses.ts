// The IPAddresses of the Services that a cluster is born with.
import { createRandom } from '../../base/random.ts'
import { complete } from '../../kubernetes/bootstrap/complete.ts'
import { addressesOfService } from '../../kubernetes/kinds/core/service-addresses.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'

/** What the API server would have made with each Service among these. Chance of their own: other objects of a birth stay what they were. */
export function bornAddresses(objects: readonly KubernetesObject[], now: number): readonly KubernetesObject[] {
  const services = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service')
  return services.flatMap((service) => {
    const random = createRandom(`addresses of ${service.metadata.uid}`)
    const revision = Number(service.metadata.resourceVersion ?? 1)
    return addressesOfService(service).map((address) => complete(address, { random, now, revision, manager: 'kube-apiserver' }))
  })
}
