// A placement's status shown in the namespace that it places, for those who may see no more than that namespace
// (`statusReportingScope: NamespaceAccessible`, pkg/controllers/placement/namespace_status_sync.go).
import { equal, type JsonObject } from '../../../base/json.ts'
import { at, formatTime, type KubernetesObject, keyOf, type ObjectKey } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import type { ControllerContext } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, setCondition } from '../conditions.ts'
import { placementStatuses } from '../resources.ts'
import { familyOf } from './family.ts'
import { placementConditionType } from './placement-conditions.ts'
import { placementOwner } from './snapshots.ts'

const synced = 'ClusterResourcePlacementStatusSynced'

/** Why the selectors cannot be served: the status is shown in another namespace than the one that is selected now. */
export function movedNamespace(placement: KubernetesObject): string | undefined {
  const target = targetNamespace(placement)
  const selected = (at(placement, 'status', 'selectedResources') ?? []) as readonly JsonObject[]
  const present = selected.find(({ kind, group, version }) => kind === 'Namespace' && group === undefined && version === 'v1')?.name
  if (target === undefined || present === undefined || present === target) return undefined
  const choice = `namespace resource selector is choosing a different namespace '${target}' from what was originally picked '${present}'`
  return `${choice}. This is not allowed for NamespaceAccessible ClusterResourcePlacement`
}

/** Brings the copy of a placement's status up to date, once the scheduler has spoken, and says so in the placement. */
export async function syncStatus(key: ObjectKey, context: ControllerContext): Promise<void> {
  const { client, clock } = context
  const { placements } = familyOf(key)
  const placement = await client.get(placements, key)
  const namespace = placement && targetNamespace(placement)
  const scheduled = placement && findCondition(conditionsOf(placement), placementConditionType(placement, 'Scheduled'))
  if (!placement || namespace === undefined || !scheduled || scheduled.status === 'Unknown') return
  const condition = { ...(await write(placement, namespace, context)), observedGeneration: placement.metadata.generation ?? 0 }
  const status = { ...((placement.status ?? {}) as JsonObject), conditions: setCondition(conditionsOf(placement), condition, clock.now()) }
  if (!equal(status, placement.status)) await client.update(placements, { ...placement, status }, { subresource: 'status' })
}

function targetNamespace(placement: KubernetesObject): string | undefined {
  if (at(placement, 'spec', 'statusReportingScope') !== 'NamespaceAccessible' || placement.metadata.namespace !== undefined) return undefined
  const selectors = (at(placement, 'spec', 'resourceSelectors') ?? []) as readonly JsonObject[]
  const selector = selectors.find(({ group, version, kind }) => group === '' && version === 'v1' && kind === 'Namespace')
  return selector?.name === undefined ? undefined : String(selector.name)
}

/** Writes the copy if it differs, and tells what came of it. */
async function write(placement: KubernetesObject, namespace: string, { client, clock }: ControllerContext): Promise<Condition> {
  try {
    const sourceStatus = { ...((placement.status ?? {}) as JsonObject), conditions: conditionsOf(placement).filter(({ type }) => type !== synced) }
    const copy = { ...copyObject(placement, namespace), sourceStatus, lastUpdatedTime: formatTime(clock.now()) } as KubernetesObject
    const present = await client.get(placementStatuses, keyOf(copy))
    if (!present) await client.create(placementStatuses, copy)
    else if (!equal(at(present, 'sourceStatus'), sourceStatus)) await client.update(placementStatuses, { ...copy, metadata: present.metadata })
    const message = `Successfully created or updated ClusterResourcePlacementStatus in namespace '${namespace}'`
    return { type: synced, status: 'True', reason: 'StatusSyncSucceeded', message }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const message = `Failed to create or update ClusterResourcePlacementStatus: ${error.message}`
    return { type: synced, status: 'False', reason: 'StatusSyncFailed', message }
  }
}

function copyObject(placement: KubernetesObject, namespace: string): KubernetesObject {
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: placementStatuses.kind,
    metadata: { name: placement.metadata.name ?? '', namespace, ownerReferences: [placementOwner(placement)] },
  }
}
