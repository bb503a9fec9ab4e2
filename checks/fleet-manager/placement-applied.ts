import { at, defineCheck, done, type KubernetesObject, notYet } from '#runner/checks/check.ts'

const kind = 'ClusterResourcePlacement'
const apiVersion = 'placement.kubernetes-fleet.io/v1'
const needed = ['ClusterResourcePlacementScheduled', 'ClusterResourcePlacementApplied']

/** The placement reports as scheduled and applied from the hub, for what its spec says now. */
export default defineCheck({
  id: 'placement-applied',
  says: 'The placement reports as scheduled and applied from the hub',
  start: null,
  watches: () => [{ from: 'hub', apiVersion, kind }],

  async look(view) {
    const namespace = view.parameters.namespace ?? 'fleet-demo'
    const name = `${namespace}-all`
    const expected = `placement "${name}" selects namespace "${namespace}", and is Scheduled and Applied for its present generation`
    const hub = await view.hub()
    if (!hub) return notYet({ expected, seen: 'no hub', where: 'Azure, fleets' })
    const where = `${hub.name}, clusterresourceplacement ${name}`
    const placement = await hub.get(apiVersion, kind, { name })
    if (!placement) return notYet({ expected, seen: 'no such placement', where })
    if (!selects(placement, namespace)) return notYet({ expected, seen: `its resourceSelectors do not name the namespace "${namespace}"`, where })
    const missing = needed.map((type) => faultOf(placement, type)).find((fault) => fault !== undefined)
    if (missing !== undefined) return notYet({ expected, seen: missing, where })
    return done({ expected, seen: `${needed.map(short).join(' and ')} are True for generation ${placement.metadata.generation}`, where })
  },
})

function selects(placement: KubernetesObject, namespace: string): boolean {
  const selectors = at(placement, 'spec', 'resourceSelectors')
  return Array.isArray(selectors) && selectors.some((selector) => at(selector, 'kind') === 'Namespace' && at(selector, 'name') === namespace)
}

function faultOf(placement: KubernetesObject, type: string): string | undefined {
  const conditions = at(placement, 'status', 'conditions')
  const condition = Array.isArray(conditions) ? conditions.find((entry) => at(entry, 'type') === type) : undefined
  if (condition === undefined) return `no condition ${short(type)} yet`
  if (at(condition, 'status') !== 'True') return `${short(type)} is ${at(condition, 'status')}: ${at(condition, 'reason')}: ${at(condition, 'message')}`
  const observed = at(condition, 'observedGeneration')
  if (observed !== placement.metadata.generation) return `${short(type)} speaks of generation ${observed}, the placement is at ${placement.metadata.generation}`
  return undefined
}

function short(type: string): string {
  return type.replace(kind, '')
}
