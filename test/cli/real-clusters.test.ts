// A lab on clusters that exist: a world that is kept up, reached from outside by a kubeconfig alone.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LabReport } from '#runner/sessions/run-lab.ts'
import { drydock, type Outcome } from '#test/support/drydock.ts'
import { type OutsideWorld, startOutsideWorld } from '#test/support/outside-world.ts'
import { attached, pageClient } from '#test/support/page-client.ts'
import { serveRunner } from '#test/support/serve-runner.ts'

let up: OutsideWorld
before(async () => {
  up = await startOutsideWorld('fleet')
})
after(() => up.close())

const sets = ['--set', 'hub=hub', '--set', 'east=member-east', '--set', 'west=member-west', '--set', 'namespace=web-demo']

function run(...words: readonly string[]): Promise<Outcome> {
  const env = { HOME: up.folder, XDG_STATE_HOME: join(up.folder, 'state') }
  return drydock(['run', 'fleet-manager', '--clusters', 'real', '--kubeconfig', up.kubeconfig, ...words], { env })
}

async function namesOn(context: string, kind: string): Promise<string> {
  return (await up.kubectl(context, 'get', kind, '-o', 'name')).stdout
}

test('what will be made is listed, and nothing is touched while nobody says yes', async () => {
  const { exit, stdout, stderr } = await run(...sets)
  assert.deepEqual([exit, stdout], [2, ''])
  assert.match(stderr, /^ {2}on hub \(https:\/\/127\.0\.0\.1:\d+\):\n {4}Namespace "web-demo"\n {4}Deployment \(apps\) "web" in namespace "web-demo"\n/m)
  assert.match(stderr, /^ {2}on member-west \(.+\), brought there by the placement:\n {4}Namespace "web-demo"\n/m)
  assert.match(stderr, /"--yes" says that this is wanted/)
  assert.doesNotMatch(await namesOn('hub', 'namespaces'), /web-demo/)
})

test('a cluster that is not named, a context that is not there: said with what there is', async () => {
  assert.match((await run()).stderr, /Which cluster is the lab's "hub" \(hub\)\? Say "--set hub=CONTEXT".+"member-east", "member-west", "hub"/)
  const wrong = await run(...sets, '--set', 'west=nowhere')
  assert.equal(wrong.exit, 2)
  assert.match(wrong.stderr, /There is no context "nowhere": expected one of "member-east"/)
})

test('steps 5 to 7 run with the commands of the lab, criteria 1 to 4 are decided, and what was made is taken away', async () => {
  const file = join(up.folder, 'report.json')
  const { exit, stdout, stderr } = await run(...sets, '--yes', '--report', file)
  assert.equal(exit, 0, stdout + stderr)
  const report = JSON.parse(readFileSync(file, 'utf8')) as LabReport
  assert.deepEqual(
    report.criteria.map(({ verdict }) => verdict),
    ['done', 'done', 'done', 'done', 'cannot tell'],
  )
  assert.deepEqual(
    report.steps.filter(({ notRun }) => notRun === undefined).map(({ id, blocks }) => [id, ...blocks.map((block) => block.exit)]),
    [
      ['5', 0, 0],
      ['6', 0, 0],
      ['7', 0, 0],
    ],
  )
  assert.match(stdout, /^step 2 .+ not run: it needs Azure, and no az of this machine is signed in$/m)
  // Somebody else's namespace of the same hub is none of the lab's.
  assert.equal((await up.kubectl('hub', 'create', 'namespace', 'others')).exit, 0)
  const cleaned = await run(...sets, '--yes', '--clean-up')
  assert.equal(cleaned.exit, 0, cleaned.stderr)
  assert.equal(await namesOn('hub', 'clusterresourceplacements'), '')
  for (const context of ['hub', 'member-east', 'member-west']) assert.doesNotMatch(await namesOn(context, 'namespaces'), /web-demo/)
  assert.match(await namesOn('hub', 'namespaces'), /others/)
  assert.deepEqual(JSON.parse(readFileSync(join(up.folder, 'state/drydock/made-on-clusters.json'), 'utf8')), [])
  assert.ok(existsSync(up.kubeconfig))
})

test('serve refuses what belongs to clusters that exist without them, and lets nobody else at a shell of yours', async () => {
  const cases: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [['fleet-manager'], /"LAB" is for clusters that exist: expected "--clusters real" with it/],
    [['--kubeconfig', up.kubeconfig], /"--kubeconfig" is for clusters that exist/],
    [['--clusters', 'real', '--kubeconfig', up.kubeconfig], /"--clusters real" needs to know the lab/],
    [['fleet-manager', '--clusters', 'real', '--host', '0.0.0.0', '--auth', 'header:X-User'], /served on the loopback alone/],
    [['fleet-manager', '--clusters', 'real', '--kubeconfig', up.kubeconfig, ...sets], /"--yes" says that this is wanted/],
  ]
  for (const [words, message] of cases) {
    const { exit, stderr } = await drydock(['serve', '--port', '0', '--data', join(up.folder, 'data'), ...words])
    assert.equal(exit, 2, stderr)
    assert.match(stderr, message)
  }
})

test('the page plays the lab in the own shell of its user, judged by the same criteria, and takes away what was made at its end', {
  timeout: 240_000,
}, async () => {
  const env = { HOME: up.folder, XDG_STATE_HOME: join(up.folder, 'state') }
  const words = ['fleet-manager', '--clusters', 'real', '--kubeconfig', up.kubeconfig, ...sets, '--yes', '--clean-up']
  const server = await serveRunner({ arguments: words, env })
  try {
    const client = pageClient(server.url)
    assert.deepEqual(((await client.request('GET', '/api/about')).body as { labs: unknown }).labs, ['fleet-manager'])
    const session = await client.begin('fleet-manager')
    const window = await attached(client, session.id)
    assert.match(JSON.stringify(window.last('hello')), /These clusters exist: hub \(https:/)
    assert.match(await window.run('echo $HOME'), new RegExp(up.folder))
    const done = (id: string): boolean =>
      window.messages.findLast((message) => message.type === 'standing' && message.standing.id === id && message.standing.verdict === 'done') !== undefined
    await window.run('kubectl --context aks-fleet-lab-hub create namespace web-demo')
    await window.run('kubectl --context aks-fleet-lab-hub create deployment web --image=nginx -n web-demo')
    await window.run('kubectl --context aks-fleet-lab-hub expose deployment web --port=80 -n web-demo')
    const placement = {
      apiVersion: 'placement.kubernetes-fleet.io/v1',
      kind: 'ClusterResourcePlacement',
      metadata: { name: 'web-demo-all' },
      spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'web-demo' }], policy: { placementType: 'PickAll' } },
    }
    await window.run(`echo '${JSON.stringify(placement)}' | kubectl --context aks-fleet-lab-hub apply -f -`)
    await window.until(() => done('placement-applied') && done('workload-on-members'), 'the criteria of step 6', 120_000)
    await window.close()
  } finally {
    await server.dispose()
  }
  assert.match(server.said(), /This was made by an earlier run and will be taken away/)
  for (const context of ['hub', 'member-east', 'member-west']) assert.doesNotMatch(await namesOn(context, 'namespaces'), /web-demo/)
})
