import { at, defineCheck, done, type KubernetesObject, notYet, type View } from '#runner/checks/check.ts'

const expected = 'two member clusters on the hub, each with the condition Joined True'

/** The hub shows both member clusters as joined. */
export default defineCheck({
  id: 'members-joined',
  says: 'The hub shows both member clusters as joined',
  start: null,
  watches: () => [{ from: 'hub', apiVersion: 'cluster.kubernetes-fleet.io/v1', kind: 'MemberCluster' }, { from: 'azure' }],

  async look(view) {
    const hub = await view.hub()
    if (!hub) return notYet({ expected, seen: await whyNoHub(view), where: 'Azure, fleets' })
    const where = `${hub.name}, memberclusters`
    const members = await hub.list('cluster.kubernetes-fleet.io/v1', 'MemberCluster')
    const joined = members.filter(isJoined).map(nameOf)
    const waiting = members.filter((member) => !isJoined(member)).map(nameOf)
    const seen = [`${joined.length} joined${listed(joined)}`, ...(waiting.length > 0 ? [`not joined${listed(waiting)}`] : [])].join('; ')
    return joined.length >= 2 ? done({ expected, seen, where }) : notYet({ expected, seen, where })
  },
})

async function whyNoHub(view: View): Promise<string> {
  const fleets = await view.fleets()
  if (fleets.length === 0) return 'no fleet'
  return `${fleets.map(({ name }) => `fleet "${name}"`).join(', ')} without a hub: --enable-hub makes one`
}

function isJoined(member: KubernetesObject): boolean {
  const conditions = at(member, 'status', 'conditions')
  return Array.isArray(conditions) && conditions.some((condition) => at(condition, 'type') === 'Joined' && at(condition, 'status') === 'True')
}

function nameOf(member: KubernetesObject): string {
  return member.metadata.name ?? ''
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${names.join(', ')})`
}
