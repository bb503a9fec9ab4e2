// `drydock shell` on the plain `cluster` world, as whoever tries it first: recorded commands of every area, typed into one shell.
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'
import { type Deviation, deviationOf, loadCases, playedSteps, type RecordedCase, scriptOf } from '#test/support/kubectl-cases.ts'

const recordings = 'test/truth/kubernetes'
const server = 'https://controlplane:6443'

/** Folders that hold no kubectl sessions. */
const otherFolders = ['facts', 'http']

/** Sessions of each area, the quicker ones: what they print depends on nothing that this world has otherwise than the recordings'. */
const sessions: Readonly<Record<string, readonly string[]>> = {
  admission: ['limitrange-default', 'namespace-exists', 'psa-restricted', 'psa-warn', 'quota-exceeded'],
  annotate: ['annotate'],
  apply: ['apply-client-side', 'apply-csa-then-ssa'],
  auth: ['auth-can-i', 'auth-reconcile'],
  autoscale: ['autoscale'],
  config: ['config'],
  crd: ['crd-versions'],
  create: ['create-configmap', 'create-role'],
  delete: ['delete-basic'],
  describe: ['describe-configmap', 'describe-service'],
  discovery: ['api-resources'],
  events: ['events-create'],
  exec: ['logs-pending'],
  explain: ['explain'],
  expose: ['expose'],
  get: ['get-jsonpath', 'get-table'],
  invalid: ['invalid-probe', 'invalid-secret'],
  label: ['label'],
  node: ['node-taint'],
  patch: ['patch-strategic'],
  rollout: ['rollout-status'],
  set: ['set-image'],
  wait: ['wait-jsonpath'],
}

/** Steps that show which world it is, by session and number: this one has other names and comes in by certificate, as kubeadm's administrator does. */
const namesOfTheWorld = ['config 1', 'config 2', 'config 3', 'config 4', 'config 5', 'config 6']

test('drydock shell on the plain cluster prints what the real cluster printed', { timeout: 300_000 }, async () => {
  const areas = (await readdir(recordings, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)
  assert.deepEqual(Object.keys(sessions), areas.filter((area) => !otherFolders.includes(area)).sort(), 'every area is played')
  const cases = (await loadCases(recordings, Object.keys(sessions))).filter(({ name, area }) => sessions[area]?.includes(name))
  assert.equal(cases.length, Object.values(sessions).flat().length)

  const typed = cases.map((recorded) => `echo 'SESSION ${recorded.name}'\n(\n${scriptOf(recorded)}\n)\n`).join('')
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: typed })
  assert.equal(exit, 0, stderr)

  const played = stdout.split(/^SESSION /m).slice(1)
  const deviating = cases.flatMap((recorded, index) => deviations(recorded, played[index] ?? ''))
  const unexpected = deviating.filter(([id]) => !namesOfTheWorld.includes(id))
  for (const [id, { step, expected, actual }] of unexpected) console.log(`${id}: ${step}\n--- expected\n${expected}\n--- actual\n${actual}\n`)
  const compared = cases.flatMap(({ steps }) => steps).filter(({ compare }) => compare !== 'none').length - namesOfTheWorld.length
  console.log(`cluster: ${compared} commands compared in one shell, ${namesOfTheWorld.length} left out, ${unexpected.length} deviating`)
  assert.deepEqual(unexpected.map(([id]) => id), [])
  assert.deepEqual(deviating.map(([id]) => id), namesOfTheWorld, 'steps left out that print the same')
  assert.ok(compared >= 40, `${compared} commands are less than forty`)
})

function deviations(recorded: RecordedCase, stdout: string): readonly (readonly [id: string, deviation: Deviation])[] {
  const played = playedSteps(stdout)
  return recorded.steps.flatMap((step, index) => {
    const deviation = deviationOf(step, played[index], { recorded: recorded.world, played: { ...recorded.world, server } })
    return deviation ? [[`${recorded.name} ${index + 1}`, deviation] as const] : []
  })
}
