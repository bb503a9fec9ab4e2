// The hub runs no workloads: outside reserved namespaces no pod, no replica set and no disruption budget of pods is let in
// (pkg/webhook/{pod,replicaset,pdb}).
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
  'policy/poddisruptionbudgets': {
    webhook: 'fleet.poddisruptionbudget.validating',
    message: (name) =>
      `PDBs ${name} cannot be directly created in the hub cluster due to potential side effects; to place a PDB to member clusters, consider wrapping it in a resource envelope.`,
  },
}

/** Refuses pods, replica sets and disruption budgets outside reserved namespaces. */
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
