// Counts how many pods of a disruption budget are healthy, and how many may go.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { at, formatTime, type KubernetesObject, parseKey } from '../kubernetes/object.ts'
import { labelSelectorMatcher } from '../kubernetes/selectors.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { controllerOf } from './owners.ts'
import { isActive, isReady, type Pod } from './pods.ts'
import { podDisruptionBudgets, pods } from './resources.ts'

interface Budget extends KubernetesObject {
  readonly spec: { readonly minAvailable?: number | string; readonly maxUnavailable?: number | string; readonly selector?: JsonObject }
  readonly status?: JsonObject
}

/** How long an eviction counts as under way. */
const evictionTime = 120_000

export const disruptionController = defineController({
  name: 'disruption-controller',
  watches: [
    { resource: podDisruptionBudgets },
    { resource: pods, keys: (pod, _change, old) => (old && sameForBudgets(pod as Pod, old as Pod) ? [] : [`${pod.metadata.namespace}/*`]) },
  ],
  reconcile,
})

function sameForBudgets(pod: Pod, old: Pod): boolean {
  return isReady(pod) === isReady(old) && isActive(pod) === isActive(old) && equal(pod.metadata.labels, old.metadata.labels)
}

async function reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, clock, enqueue } = context
  if (key.endsWith('/*')) {
    const { namespace = '' } = parseKey(key)
    for (const { metadata } of (await client.list(podDisruptionBudgets, { namespace })).items) enqueue(`${namespace}/${metadata.name}`)
    return undefined
  }
  const budget = (await client.get(podDisruptionBudgets, parseKey(key))) as Budget | undefined
  if (!budget || budget.metadata.deletionTimestamp !== undefined) return undefined
  const { items } = await client.list(pods, { namespace: budget.metadata.namespace ?? '' })
  const matcher = labelSelectorMatcher(budget.spec.selector)
  const mine = (items as readonly Pod[]).filter((pod) => matcher.matches(pod.metadata.labels ?? {}) && isActive(pod))
  const counted = budget.status?.observedGeneration === budget.metadata.generation
  if (mine.length === 0 && !counted)
    await context.event(budget, { type: 'Normal', reason: 'NoPods', message: 'No matching pods found', component: 'controllermanager' })
  const disrupted = stillGoing(budget, mine, clock.now())
  const healthy = mine.filter((pod) => isReady(pod) && !(pod.metadata.name !== undefined && pod.metadata.name in disrupted)).length
  const { expected, desired } = await wanted(budget, mine, context)
  await writeStatus(budget, { healthy, expected, desired, disrupted }, context)
  return Object.keys(disrupted).length > 0 ? { requeueAfter: evictionTime } : undefined
}

function stillGoing({ status }: Budget, mine: readonly Pod[], now: number): Readonly<Record<string, string>> {
  const known = isObject(status?.disruptedPods) ? Object.entries(status.disruptedPods) : []
  const names = new Set(mine.map(({ metadata }) => metadata.name))
  const going = known.filter(([name, time]) => names.has(name) && Date.parse(String(time)) + evictionTime > now)
  return Object.fromEntries(going.map(([name, time]) => [name, String(time)]))
}

/** How many pods there ought to be, and how many of them healthy. */
async function wanted({ spec }: Budget, mine: readonly Pod[], context: ControllerContext): Promise<{ expected: number; desired: number }> {
  const { minAvailable, maxUnavailable } = spec
  if (maxUnavailable !== undefined) {
    const expected = await askedFor(mine, context)
    return { expected, desired: Math.max(0, expected - scaled(maxUnavailable, expected)) }
  }
  if (typeof minAvailable === 'number') return { expected: mine.length, desired: minAvailable }
  const expected = await askedFor(mine, context)
  return { expected, desired: scaled(minAvailable ?? 0, expected) }
}

function scaled(value: number | string, of: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * of) / 100)
}

/** Sum of the replicas that the pods' controllers ask for. */
async function askedFor(mine: readonly Pod[], { client }: ControllerContext): Promise<number> {
  const controllers = new Map(mine.flatMap((pod) => (controllerOf(pod) ? [[controllerOf(pod)?.uid, { pod, reference: controllerOf(pod) }] as const] : [])))
  let sum = 0
  for (const { pod, reference } of controllers.values()) {
    const resource = reference && (await client.resourceFor(reference.apiVersion, reference.kind))
    const owner = resource && (await client.get(resource, { name: reference.name, namespace: pod.metadata.namespace ?? '' }))
    sum += Number(at(owner, 'spec', 'replicas') ?? 0)
  }
  return sum
}

async function writeStatus(
  budget: Budget,
  { healthy, expected, desired, disrupted }: { healthy: number; expected: number; desired: number; disrupted: Readonly<Record<string, string>> },
  { client, clock }: ControllerContext,
): Promise<void> {
  const allowed = expected <= 0 ? 0 : Math.max(0, healthy - desired)
  const { generation } = budget.metadata
  const [status, reason] = allowed > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods']
  const known = (Array.isArray(budget.status?.conditions) ? budget.status.conditions : []).filter(isObject).find(({ type }) => type === 'DisruptionAllowed')
  const lastTransitionTime = known?.status === status ? known.lastTransitionTime : formatTime(clock.now())
  const next: JsonObject = {
    observedGeneration: generation,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: [{ type: 'DisruptionAllowed', status, observedGeneration: generation, lastTransitionTime, reason, message: '' }],
  }
  if (!equal(budget.status ?? {}, next)) await client.update(podDisruptionBudgets, { ...budget, status: next }, { subresource: 'status' })
}
