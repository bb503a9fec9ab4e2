import { at, defineCheck, done, type MemberView, notYet } from '#runner/checks/check.ts'

/** The namespace and the workload exist on both members, and the workload runs there. */
export default defineCheck({
  id: 'workload-on-members',
  says: 'The namespace and the workload "web" exist on both members',
  start: null,
  watches: (parameters) => [
    { from: 'members', apiVersion: 'apps/v1', kind: 'Deployment', namespace: parameters.namespace ?? 'fleet-demo' },
    { from: 'members', apiVersion: 'v1', kind: 'Namespace' },
  ],

  async look(view) {
    const namespace = view.parameters.namespace ?? 'fleet-demo'
    const expected = `namespace "${namespace}" with an available deployment "web" on two members`
    const members = await view.members()
    const states = await Promise.all(members.map(async (member) => ({ member, fault: await faultOn(member, namespace) })))
    const where = members.length === 0 ? 'the fleet' : `${members.map(({ name }) => name).join(', ')}, deployment ${namespace}/web`
    if (members.length < 2) return notYet({ expected, seen: `${members.length} member${members.length === 1 ? '' : 's'} in the fleet`, where })
    const faults = states.filter(({ fault }) => fault !== undefined).map(({ member, fault }) => `${member.name}: ${fault}`)
    if (states.length - faults.length < 2) return notYet({ expected, seen: faults.join('; '), where })
    return done({ expected, seen: `deployment "web" is available on ${states.map(({ member }) => member.name).join(' and ')}`, where })
  },
})

async function faultOn({ cluster }: MemberView, namespace: string): Promise<string | undefined> {
  if (!(await cluster.get('v1', 'Namespace', { name: namespace }))) return `no namespace "${namespace}"`
  const deployment = await cluster.get('apps/v1', 'Deployment', { namespace, name: 'web' })
  if (!deployment) return 'no deployment "web"'
  const available = Number(at(deployment, 'status', 'availableReplicas') ?? 0)
  const wanted = Number(at(deployment, 'spec', 'replicas') ?? 1)
  return available > 0 ? undefined : `deployment "web" has ${available} of ${wanted} replicas available`
}
