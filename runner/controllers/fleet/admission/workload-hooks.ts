// The hub runs no workloads: outside reserved namespaces no pod and no replica set is let in (pkg/webhook/{pod,replicaset}).
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import { isReserved, type ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { denied, type HookRequest } from './denied.ts'

interface Rule {
  readonly webhook: string
  readonly message: (name: string) => string
}

const rules: Readonly<Record<string, Rule>> = {
  '/pods': { webhook: 'fleet.pod.validating', message: (name) => `Pod ${name} creation is disallowed in the fleet hub cluster` },
  'apps/replicasets': { webhook: 'fleet.replicaset.validating', message: (name) => `ReplicaSet ${name} creation is disallowed in the fleet hub cluster.` },
}

/** Refuses pods and replica sets outside reserved namespaces. */
export function workloadHook(reservedNamespaces: ReservedNamespaces): AdmissionPlugin {
  return {
    name: 'fleet-hub-workloads',
    validate(request) {
      const { operation, resource, subresource, key, object } = request
      const rule = rules[`${resource.group}/${resource.plural}`]
      if (!rule || operation !== 'CREATE' || subresource !== '' || isReserved(key.namespace ?? '', reservedNamespaces)) return
      throw denied(rule.webhook, rule.message(`${key.namespace}/${nameOf(object, request)}`))
    },
  }
}

function nameOf(object: KubernetesObject | undefined, { key }: HookRequest): string {
  return object?.metadata.name ?? key.name
}
