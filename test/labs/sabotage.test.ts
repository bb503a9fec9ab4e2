import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadChecks } from '#runner/checks/load-checks.ts'
import { startWatcher } from '#runner/checks/watcher.ts'
import { surroundingsOf } from '#runner/checks/world-surroundings.ts'
import { checkImporter, labFolder } from '#runner/cli/content.ts'
import { findPrograms, type Programs } from '#runner/cli/programs.ts'
import { type Lab, loadLab } from '#runner/labs/load-labs.ts'
import { worldSchema } from '#runner/labs/world-file.ts'
import { openSession } from '#runner/sessions/open-session.ts'
import { worldGround } from '#runner/sessions/patience.ts'
import { type CriterionReport, runLab } from '#runner/sessions/run-lab.ts'

// The lab's criteria where something that they need is missing: each names what, and no other way leads to a tick.

const machine = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  project: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  ending: new AbortController().signal,
}
const members = [
  { name: 'member-east', context: 'member-east-ctx', cluster: 'aks-fleet-east', location: 'eastus', updateGroup: 'stage1' },
  { name: 'member-west', context: 'member-west-ctx', cluster: 'aks-fleet-west', location: 'westus2', updateGroup: 'stage2' },
]
let lab: Lab
let programs: Programs

before(async () => {
  lab = await loadLab(labFolder(machine), 'fleet-manager')
  programs = await findPrograms(machine)
})

/** The command blocks of a step, as the lab has them. */
function step(id: string): string {
  const found = lab.steps.find((one) => one.id === id) ?? assert.fail(`no step ${id}`)
  return found.blocks
    .filter(({ kind }) => kind === 'command')
    .map(({ script }) => script)
    .join('\n')
}

/** Steps one after another, in the shell's words. */
const steps = (...ids: readonly string[]): string => ids.map((id) => `${step(id)}\n`).join('')
const placed =
  'kubectl --context member-west-ctx -n fleet-demo wait deployment/web --for=create --timeout=10s && kubectl --context member-west-ctx -n fleet-demo wait deployment/web --for=condition=Available --timeout=10s\n'
const drift = 'kubectl --context member-west-ctx -n fleet-demo delete deployment web; drydock clock advance 20s\n'

/** The lab's world with a fleet that has joined already; what the script leaves its criteria at. */
async function judge(script: string, { joined = 2, without = [] as readonly string[] } = {}): Promise<ReadonlyMap<string, CriterionReport>> {
  const fleet = { hub: { context: 'aks-fleet-lab-hub' }, members: members.slice(0, joined) }
  const file = worldSchema.parse({ reservedNamespaces: 'own', azure: { without }, fleet })
  const session = await openSession({ file, sandbox: 'auto', ...programs })
  const { world, sandbox } = session
  const parameters = lab.file.parameters
  const checks = await loadChecks(lab, checkImporter(machine))
  const watcher = startWatcher({ checks, surroundings: surroundingsOf(world), parameters, activity: world.activity, now: () => world.clock.now() })
  const shell = sandbox.openShell()
  try {
    const { criteria } = await runLab({ lab, ground: worldGround(world), shell, watcher, parameters, script, date: () => Date.now() })
    return new Map(criteria.map((criterion) => [criterion.id, criterion]))
  } finally {
    watcher.stop()
    shell.close()
    await session.close()
  }
}

function verdicts(criteria: ReadonlyMap<string, CriterionReport>): string {
  return [...criteria.values()].map(({ id, verdict }) => `${id}: ${verdict}`).join('\n')
}

function expectDone(criteria: ReadonlyMap<string, CriterionReport>, done: readonly string[]): void {
  const found = [...criteria.values()].filter(({ verdict }) => verdict === 'done').map(({ id }) => id)
  assert.deepEqual(found, done, [...criteria.values()].map(({ id, verdict, seen }) => `${id}: ${verdict}: ${seen}`).join('\n'))
}

describe('sabotage', { concurrency: 3 }, () => {
  test('with nothing missing all five criteria are done', async () => {
    expectDone(await judge(steps('1', '5', '6') + placed + drift + steps('8')), [
      'members-joined',
      'placement-applied',
      'workload-on-members',
      'drift-recreated',
      'two-ordered-stages',
    ])
  })

  test('without step 8 the fifth says what is missing', async () => {
    const criteria = await judge(steps('1', '5', '6') + placed + drift)
    expectDone(criteria, ['members-joined', 'placement-applied', 'workload-on-members', 'drift-recreated'])
    assert.match(criteria.get('two-ordered-stages')?.seen ?? '', /no update strategy/)
  })

  test('without the applier nothing reaches the members', async () => {
    const criteria = await judge(steps('1', '5', '6'), { without: ['work-applier'] })
    expectDone(criteria, ['members-joined'])
    assert.match(criteria.get('workload-on-members')?.seen ?? '', /no namespace "fleet-demo"/)
  })

  test('without the scheduler on the members the workload does not become available', async () => {
    const criteria = await judge(steps('1', '5', '6'), { without: ['scheduler'] })
    assert.equal(criteria.get('workload-on-members')?.verdict, 'not yet', verdicts(criteria))
    assert.match(criteria.get('workload-on-members')?.seen ?? '', /web/)
  })

  test('without the role assignment the hub refuses the learner', async () => {
    const signIn = 'az fleet get-credentials --name aks-fleet-lab --resource-group rg-aks-fleet-lab --context aks-fleet-lab-hub --overwrite-existing\n'
    const criteria = await judge(steps('1') + signIn + steps('5', '6'))
    expectDone(criteria, ['members-joined'])
    assert.match(criteria.get('placement-applied')?.seen ?? '', /no such placement/)
  })

  test('with one member neither the join nor the stages are done', async () => {
    const criteria = await judge(steps('1', '5', '6', '8'), { joined: 1 })
    assert.equal(criteria.get('members-joined')?.verdict, 'not yet', verdicts(criteria))
    assert.match(criteria.get('members-joined')?.seen ?? '', /1 joined \(member-east\)/)
    assert.equal(criteria.get('two-ordered-stages')?.verdict, 'not yet')
    assert.match(criteria.get('two-ordered-stages')?.seen ?? '', /stage2/)
  })

  test('a deployment that the learner makes again by hand is no drift that Fleet repaired', async () => {
    const byHand =
      'kubectl --context member-west-ctx -n fleet-demo get deployment web -o yaml | grep -vE "^  (uid|resourceVersion|creationTimestamp|generation):" >web.yaml\nkubectl --context member-west-ctx -n fleet-demo delete deployment web; kubectl --context member-west-ctx create -f web.yaml\n'
    const criteria = await judge(steps('1', '5', '6') + placed + byHand)
    assert.equal(criteria.get('drift-recreated')?.verdict, 'not yet', verdicts(criteria))
    assert.match(criteria.get('drift-recreated')?.seen ?? '', /by hand|not by Fleet|kubectl/)
  })
})
