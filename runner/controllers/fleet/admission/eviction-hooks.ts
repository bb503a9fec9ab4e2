// The webhooks of evictions and disruption budgets: what makes no sense for the placement that they are for (pkg/webhook).
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { denied, type HookRequest } from './denied.ts'

const group = 'placement.kubernetes-fleet.io'

/** Refuses evictions from placements that cannot be evicted, and budgets that PickAll placements cannot keep. */
export const evictionHook: AdmissionPlugin = {
  name: 'fleet-hub-evictions',
  validate(request) {
    if (request.resource.group !== group || request.subresource !== '' || !request.object) return
    if (request.operation === 'DELETE' || request.operation === 'CONNECT') return
    rules[request.resource.plural]?.(request.object, request)
  },
}

const rules: Readonly<Record<string, (object: KubernetesObject, request: HookRequest) => void>> = {
  clusterresourceplacementevictions(object, request) {
    const webhook = 'fleet.clusterresourceplacementeviction.validating'
    const name = String(at(object, 'spec', 'placementName'))
    const placement = placementOf(name, request)
    if (request.operation !== 'CREATE' || !placement) return
    if (placement.metadata.deletionTimestamp !== undefined) throw denied(webhook, `cluster resource placement ${name} is being deleted`)
    if (typeOf(placement) === 'PickFixed') throw denied(webhook, 'cluster resource placement policy type PickFixed is not supported')
  },
  clusterresourceplacementdisruptionbudgets(object, request) {
    const webhook = 'fleet.clusterresourceplacementdisruptionbudget.validating'
    const placement = placementOf(object.metadata.name ?? '', request)
    if (!placement || typeOf(placement) !== 'PickAll') return
    const { maxUnavailable, minAvailable } = (object.spec ?? {}) as { readonly maxUnavailable?: unknown; readonly minAvailable?: unknown }
    const what = 'cluster resource placement policy type PickAll is not supported with'
    if (maxUnavailable !== undefined) throw denied(webhook, `${what} any specified max unavailable ${maxUnavailable}`)
    if (typeof minAvailable === 'string') throw denied(webhook, `${what} min available as a percentage ${minAvailable}`)
  },
}

function placementOf(name: string, { context }: HookRequest): KubernetesObject | undefined {
  return context.list(`${group}/v1beta1`, 'ClusterResourcePlacement').find(({ metadata }) => metadata.name === name)
}

function typeOf(placement: KubernetesObject): unknown {
  return at(placement, 'spec', 'policy', 'placementType') ?? 'PickAll'
}
