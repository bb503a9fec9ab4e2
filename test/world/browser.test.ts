import assert from 'node:assert/strict'
import { test } from 'node:test'
import { build } from 'esbuild'
import { launchBrowser } from '#test/support/browser.ts'

const entry = `
import { createExerciseWorld, hubUrl, memberUrl, playExercise, send } from './test/support/exercise-requests.ts'
globalThis.play = async () => {
  const world = await createExerciseWorld()
  await playExercise(world)
  const placement = await send(world, 'GET', hubUrl(world) + '/apis/placement.kubernetes-fleet.io/v1/clusterresourceplacements/fleet-demo-all')
  const deployment = await send(world, 'GET', memberUrl(world, 'member-west') + '/apis/apps/v1/namespaces/fleet-demo/deployments/web')
  return { conditions: placement.body.status.conditions.map(({ type, status }) => type + ' ' + status), available: deployment.body.status.availableReplicas }
}
`

test('the whole world runs in a browser, and the exercise with it', { timeout: 120_000 }, async () => {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2023',
    write: false,
  })
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.route('https://drydock.test/', (route) => route.fulfill({ contentType: 'text/html', body: '<title>world</title>' }))
    await page.goto('https://drydock.test/')
    await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
    const played = await page.evaluate('play()')
    assert.deepEqual(played, {
      conditions: ['Scheduled', 'RolloutStarted', 'Overridden', 'WorkSynchronized', 'Applied', 'Available'].map(
        (type) => `ClusterResourcePlacement${type} True`,
      ),
      available: 1,
    })
  } finally {
    await browser.close()
  }
})
