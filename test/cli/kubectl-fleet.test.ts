import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runKubectlFleet } from '#runner/cli/kubectl-fleet.ts'

interface Fake {
  /** What kubectl answers, by its arguments in one line without the context. */
  readonly answers?: Readonly<Record<string, unknown>>
}

/** Runs the plugin where kubectl answers from a table; what was asked, and what was printed. */
async function plugin(line: string, { answers = {} }: Fake = {}) {
  const [asked, printed]: [string[], string[]] = [[], []]
  const exit = await runKubectlFleet(line.split(' ').filter(Boolean), {
    kubectl: async ([, , ...args]) => {
      const command = args.join(' ')
      asked.push(command)
      const known = Object.entries(answers).find(([beginning]) => command.startsWith(beginning))
      if (!known) return { exit: 1, stdout: '', stderr: 'Error from server (NotFound): there is none\n' }
      return { exit: 0, stdout: JSON.stringify(known[1]), stderr: '' }
    },
    out: (text) => printed.push(text),
    err: (text) => printed.push(text),
    now: () => Date.UTC(2026, 10, 23, 16, 30, 5),
    sleep: async () => {},
    suffix: () => '0a1b2c3d',
  })
  return { exit, asked, printed: printed.join('') }
}

const members = 'memberclusters.cluster.kubernetes-fleet.io'
const bindings = 'clusterresourcebindings.placement.kubernetes-fleet.io'
const evictions = 'clusterresourceplacementevictions.placement.kubernetes-fleet.io'
const cordon = { key: 'cordon-key', value: 'cordon-value', effect: 'NoSchedule' }
const binding = (cluster: string, placement: string) => ({
  metadata: { labels: { 'kubernetes-fleet.io/parent-CRP': placement } },
  spec: { targetCluster: cluster },
})
const decided = (...conditions: readonly object[]) => ({ status: { conditions } })

test('an approval is a condition on the request, with its generation', async () => {
  const request = 'get clusterapprovalrequests.placement.kubernetes-fleet.io go -o json'
  const patch = 'patch clusterapprovalrequests.placement.kubernetes-fleet.io go --subresource=status --type=merge -p '
  const { exit, asked, printed } = await plugin('approve careq --hub-cluster-context hub --name go', {
    answers: { [request]: { metadata: { generation: 3 } }, [patch]: {} },
  })
  assert.deepEqual([exit, printed], [0, '2026/11/23 16:30:05 ClusterApprovalRequest "go" approved successfully\n'])
  assert.deepEqual(JSON.parse(asked.at(-1)?.slice(patch.length) ?? '').status.conditions, [
    {
      type: 'Approved',
      status: 'True',
      reason: 'ClusterApprovalRequestApproved',
      message: 'ClusterApprovalRequest has been approved',
      lastTransitionTime: '2026-11-23T16:30:05Z',
      observedGeneration: 3,
    },
  ])
})

test('a request of a namespace is approved there', async () => {
  const { asked } = await plugin('approve areq --hub-cluster-context=hub --name=go -n shop')
  assert.deepEqual(asked, ['-n shop get approvalrequests.placement.kubernetes-fleet.io go -o json'])
})

test('a drain cordons the member, then evicts every placement from it', async () => {
  const { exit, asked, printed } = await plugin('draincluster --hub-cluster-context hub --cluster-name east', {
    answers: {
      [`get ${members} east`]: { spec: {} },
      [`patch ${members} east`]: {},
      [`get ${bindings}`]: { items: [binding('east', 'web'), binding('west', 'web')] },
      'create --raw': {},
      [`get ${evictions} drain-eviction-web-east-0a1b2c3d`]: decided({ type: 'Valid', status: 'True' }, { type: 'Executed', status: 'True' }),
    },
  })
  assert.equal(exit, 0)
  assert.equal(asked.filter((command) => command.startsWith('create')).length, 1)
  assert.ok(asked.includes(`patch ${members} east --type=merge -p ${JSON.stringify({ spec: { taints: [cordon] } })}`))
  assert.match(printed, /Successfully cordoned member cluster east by adding cordon taint\n/)
  assert.match(printed, /eviction drain-eviction-web-east-0a1b2c3d was executed successfully for CRP web targeting member cluster east\n/)
  assert.match(printed, /drain was successful for cluster east\n/)
})

test('a drain that a budget stands in the way of says so', async () => {
  const { printed } = await plugin('draincluster --hub-cluster-context hub --cluster-name east', {
    answers: {
      [`get ${members} east`]: { spec: { taints: [cordon] } },
      [`patch ${members} east`]: {},
      [`get ${bindings}`]: { items: [binding('east', 'web')] },
      'create --raw': {},
      [`get ${evictions}`]: decided({ type: 'Valid', status: 'True' }, { type: 'Executed', status: 'False' }),
    },
  })
  assert.match(printed, /drain was not successful for cluster east\n/)
})

test('to uncordon takes the one taint away', async () => {
  const other = { key: 'a', value: 'b', effect: 'NoSchedule' }
  const { asked, printed } = await plugin('uncordoncluster --hub-cluster-context hub --cluster-name east', {
    answers: { [`get ${members} east`]: { spec: { taints: [other, cordon] } }, [`patch ${members} east`]: {} },
  })
  assert.equal(asked.at(-1), `patch ${members} east --type=merge -p ${JSON.stringify({ spec: { taints: [other] } })}`)
  assert.equal(printed, '2026/11/23 16:30:05 uncordoned member cluster east\n')
})

for (const [what, line, message] of [
  ['without its flags', 'approve careq', 'Error: required flag(s) "hub-cluster-context", "name" not set'],
  ['with a flag that is none', 'draincluster --force', 'Error: unknown flag: --force'],
  ['for a kind that is not approved', 'approve pod --hub-cluster-context hub --name go', 'Error: unsupported resource kind "pod"'],
  ['for a member that is not there', 'uncordoncluster --hub-cluster-context hub --cluster-name east', 'Error: there is none'],
  ['that is none', 'explode', 'Error: unknown command "explode" for "kubectl-fleet"'],
] as const) {
  test(`a command ${what} fails with 1`, async () => {
    const { exit, printed } = await plugin(line)
    assert.deepEqual([exit, printed.split('\n')[0]], [1, message])
  })
}
