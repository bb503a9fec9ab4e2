// KubeFleet's eviction controller: takes a placement off one cluster, once, if its disruption budget allows (pkg/controllers/clusterresourceplacementeviction).
import type { JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition, isTrueAt, setCondition, statusAt } from '../conditions.ts'
import { annotations, labels, managers } from '../names.ts'
import { bindings, clusterResourcePlacements, disruptionBudgets, placementEvictions } from '../resources.ts'
import { isUnderDeletion } from './keys.ts'
import { placementSpec, scaled } from './placement-spec.ts'

/** Keys are names of evictions. Each is looked at until it is refused or decided. */
export const eviction: ControllerDefinition = defineController({
  name: 'fleet-eviction',
  fieldManager: managers.hub,
  watches: [{ resource: placementEvictions }],
  async reconcile(key, context) {
    const found = await context.client.get(placementEvictions, { name: key })
    if (!found || isUnderDeletion(found) || isDecided(found)) return undefined
    await decide(found, context)
    return undefined
  },
})

function isDecided(found: KubernetesObject): boolean {
  const conditions = conditionsOf(found)
  return findCondition(conditions, 'Executed') !== undefined || findCondition(conditions, 'Valid')?.status === 'False'
}

async function decide(found: KubernetesObject, context: ControllerContext): Promise<void> {
  const target = await targetOf(found, context)
  if (typeof target === 'string') return write(found, [verdict('Valid', 'False', target)], context)
  const executed = await judge(target, context)
  const allowed = executed.status === 'True' && !isUnderDeletion(target.binding)
  if (allowed) await context.client.delete(bindings, keyOf(target.binding))
  await write(found, [verdict('Valid', 'True', 'Eviction is valid'), executed], context)
}

/** What is to be evicted, among all that its placement has. */
interface Target {
  readonly placement: KubernetesObject
  readonly binding: KubernetesObject
  readonly all: readonly KubernetesObject[]
}

/** Finds the target; a text says why there is none. */
async function targetOf({ spec }: KubernetesObject, { client }: ControllerContext): Promise<Target | string> {
  const { placementName, clusterName } = spec as JsonObject
  const placement = await client.get(clusterResourcePlacements, { name: String(placementName) })
  if (!placement) return 'Failed to find ClusterResourcePlacement targeted by eviction'
  if (isUnderDeletion(placement)) return 'Found deleting ClusterResourcePlacement targeted by eviction'
  if (placementSpec(placement).policy?.placementType === 'PickFixed') return 'Found ClusterResourcePlacement with PickFixed placement type targeted by eviction'
  const all = (await client.list(bindings, { labelSelector: `${labels.parentPlacement}=${placementName}` })).items
  const [binding, second] = all.filter((each) => at(each, 'spec', 'targetCluster') === clusterName)
  if (!binding) return 'Failed to find scheduler decision for placement in cluster targeted by eviction'
  return second ? 'Found more than one scheduler decision for placement in cluster targeted by eviction' : { placement, binding, all }
}

const misconfigured =
  'Eviction is blocked by misconfigured ClusterResourcePlacementDisruptionBudget, either MaxUnavailable is specified or MinAvailable is specified as a percentage for PickAll ClusterResourcePlacement'

/** The condition Executed: whether the target may go. */
async function judge({ placement, binding, all }: Target, { client }: ControllerContext): Promise<Condition> {
  const allow = (why: string): Condition => verdict('Executed', 'True', `Eviction is allowed${why}`)
  const block = (why: string): Condition => verdict('Executed', 'False', why)
  if (isUnderDeletion(binding)) return allow(', resources propagated by placement is currently being removed from cluster targeted by eviction')
  if (!isPresent(binding)) return block('Eviction is blocked, placement has not propagated resources to target cluster yet')
  if (hasFailed(binding)) return allow(', placement has failed')
  const budget = await client.get(disruptionBudgets, { name: placement.metadata.name ?? '' })
  if (!budget) return allow(', no ClusterResourcePlacementDisruptionBudget specified')
  const { maxUnavailable, minAvailable } = (budget.spec ?? {}) as { readonly maxUnavailable?: string | number; readonly minAvailable?: string | number }
  const { policy } = placementSpec(placement)
  const pickAll = policy?.placementType !== 'PickN'
  if (pickAll && (maxUnavailable !== undefined || typeof minAvailable === 'string')) return block(misconfigured)
  const available = all.filter((each) => isTrueAt(findCondition(conditionsOf(each), 'Available'), each.metadata.generation ?? 0)).length
  const desired = pickAll ? all.length : (policy?.numberOfClusters ?? 0)
  const room = maxUnavailable === undefined ? available - scaled(minAvailable ?? 0, desired) : scaled(maxUnavailable, desired) - (all.length - available)
  const figures = ` by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: ${available}, totalPlacements: ${all.length}`
  return room > 0 ? allow(figures) : block(`Eviction is blocked${figures}`)
}

/** True if the resources went to the cluster, whatever the scheduler has decided since. */
function isPresent(binding: KubernetesObject): boolean {
  const state = at(binding, 'spec', 'state')
  return state === 'Bound' || (state === 'Unscheduled' && binding.metadata.annotations?.[annotations.previousBindingState] === 'Bound')
}

function hasFailed(binding: KubernetesObject): boolean {
  const generation = binding.metadata.generation ?? 0
  const types = ['Overridden', 'WorkSynchronized', 'Applied', 'Available']
  return types.some((type) => statusAt(findCondition(conditionsOf(binding), type), generation) === 'False')
}

const reasons: Readonly<Record<string, string>> = {
  'Valid True': 'Valid',
  'Valid False': 'Invalid',
  'Executed True': 'Executed',
  'Executed False': 'NotExecuted',
}

function verdict(type: 'Valid' | 'Executed', status: 'True' | 'False', message: string): Condition {
  return { type, status, reason: `ClusterResourcePlacementEviction${reasons[`${type} ${status}`]}`, message }
}

async function write(found: KubernetesObject, verdicts: readonly Condition[], { client, clock }: ControllerContext): Promise<void> {
  const observedGeneration = found.metadata.generation ?? 0
  let conditions = conditionsOf(found)
  for (const condition of verdicts) conditions = setCondition(conditions, { ...condition, observedGeneration }, clock.now())
  await client.update(placementEvictions, { ...found, status: { conditions } }, { subresource: 'status' })
}
