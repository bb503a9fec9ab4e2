import { at, type CheckEvent, defineCheck, done, type KubernetesObject, notYet, type View } from '#runner/checks/check.ts'

/** Field manager that Fleet's member agent writes with (KubeFleet, work applier). */
const applier = 'work-api-agent'
/** The member agent's own users on a member all live in this namespace. */
const agentUsers = 'system:serviceaccount:fleet-system:'

/** One sighting of the deployment: which object it was and who had made it. */
interface Sighting {
  readonly [key: string]: string | boolean | null
  readonly uid: string
  /** Made by the member's applier: its field manager, owned by an AppliedWork, and asked for by the agent where that is known. */
  readonly byFleet: boolean
  readonly maker: string
  readonly appliedWork: string | null
  readonly appliedWorkUid: string | null
}

/** What was seen on one member. */
interface History {
  readonly [key: string]: Sighting | null
  readonly present: Sighting | null
  /** The one that was last seen deleted and for which no other has come yet. */
  readonly lost: Sighting | null
  /** The one that a repair replaced, and the repair. */
  readonly deleted: Sighting | null
  readonly repair: Sighting | null
  /** The last one that somebody else made in place of a deleted one. */
  readonly byHand: Sighting | null
}

type Evidence = { readonly [member: string]: History }

const nothing: History = { present: null, lost: null, deleted: null, repair: null, byHand: null }
const start: Evidence = {}

/** Deleting the deployment on a member makes Fleet create it again: another object, made by the member's applier. */
export default defineCheck({
  id: 'drift-recreated',
  says: 'Deleting the deployment from one member results in Fleet recreating it',
  start,
  watches: (parameters) => [{ from: 'members', apiVersion: 'apps/v1', kind: 'Deployment', namespace: parameters.namespace ?? 'fleet-demo' }],

  remember(evidence, event) {
    if (event.object.metadata.name !== 'web') return evidence
    return { ...evidence, [event.cluster]: fold(evidence[event.cluster] ?? nothing, event) }
  },

  async look(view, evidence) {
    const expected = `deployment "web" deleted on a member, then made again by Fleet (field manager "${applier}", owned by the placement's AppliedWork)`
    for (const [member, { deleted, repair }] of Object.entries(evidence)) {
      if (!deleted || !repair || !(await isOfPlacement(view, member, repair))) continue
      return done({ expected, seen: `${deleted.uid} was deleted, Fleet made ${repair.uid}`, where: whereOn(view, member) })
    }
    const members = Object.entries(evidence)
    const [member, seen] = members.map(([name, history]) => [name, faultOf(history)] as const).sort(([, a], [, b]) => b.weight - a.weight)[0] ?? [
      'the members',
      never,
    ]
    return notYet({ expected, seen: seen.text, where: whereOn(view, member) })
  },
})

function fold(history: History, { type, object, by }: CheckEvent): History {
  const sighting = sightingOf(object, by)
  if (type === 'DELETED') return { ...history, present: null, lost: history.present ?? sighting }
  if (history.present?.uid === sighting.uid) return history
  const replaced = history.lost ?? history.present
  const next = { ...history, present: sighting, lost: null }
  if (!replaced) return next
  return sighting.byFleet && replaced.byFleet
    ? { ...next, deleted: replaced, repair: sighting, byHand: null }
    : { ...next, byHand: sighting.byFleet ? null : sighting }
}

function sightingOf(object: KubernetesObject, by: string | undefined): Sighting {
  const owner = object.metadata.ownerReferences?.find(({ kind }) => kind === 'AppliedWork')
  const makers = (object.metadata.managedFields ?? []).filter(({ subresource, manager }) => subresource === undefined && manager !== 'kube-controller-manager')
  const byFleet =
    owner !== undefined && makers.length > 0 && makers.every(({ manager }) => manager === applier) && (by === undefined || by.startsWith(agentUsers))
  const maker = by !== undefined && !by.startsWith(agentUsers) ? by : (makers.find(({ manager }) => manager !== applier)?.manager ?? applier)
  return { uid: object.metadata.uid ?? '', byFleet, maker, appliedWork: owner?.name ?? null, appliedWorkUid: owner?.uid ?? null }
}

const never = { weight: 0, text: 'no deployment "web" has been seen on a member' }

function faultOf({ present, lost, byHand }: History): { weight: number; text: string } {
  if (lost)
    return { weight: 4, text: 'it was deleted and is not there again yet: the member agent looks again on its own schedule, later the longer all was quiet' }
  if (byHand) return { weight: 3, text: `it was deleted and made again by "${byHand.maker}", not by Fleet: delete it once more and leave it alone` }
  if (present && !present.byFleet) return { weight: 2, text: `it is there, but "${present.maker}" made it, not Fleet` }
  return present ? { weight: 1, text: 'it is there as Fleet made it and has not been deleted yet' } : never
}

/** The repair's owner is an AppliedWork that lives on that member and belongs to the placement. */
async function isOfPlacement(view: View, member: string, repair: Sighting): Promise<boolean> {
  const cluster = (await view.members()).find(({ name }) => name === member)?.cluster
  const hub = await view.hub()
  if (!cluster || !hub || repair.appliedWork === null) return false
  const apiVersion = 'placement.kubernetes-fleet.io/v1beta1'
  const applied = await cluster.get(apiVersion, 'AppliedWork', { name: repair.appliedWork })
  const work = await hub.get(apiVersion, 'Work', { namespace: String(at(applied, 'spec', 'workNamespace')), name: String(at(applied, 'spec', 'workName')) })
  const placement = work?.metadata.labels?.['kubernetes-fleet.io/parent-CRP']
  return applied?.metadata.uid === repair.appliedWorkUid && placement === `${view.parameters.namespace ?? 'fleet-demo'}-all`
}

function whereOn(view: View, member: string): string {
  return `${member}, deployment ${view.parameters.namespace ?? 'fleet-demo'}/web`
}
