import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import type { Session } from '#runner/sessions/open-session.ts'
import { type Deviation, deviationOf, loadCases, playedSteps, type RecordedCase, scriptOf } from '#test/support/kubectl-cases.ts'
import { openTestSession, recordedWorld, runScript } from '#test/support/lab-machine.ts'

const areas = [
  ...['admission', 'annotate', 'apply', 'auth', 'autoscale', 'config', 'crd', 'create', 'delete', 'describe', 'discovery', 'events', 'exec'],
  ...['explain', 'expose', 'get', 'invalid', 'label', 'node', 'patch', 'rollout', 'set', 'wait'],
]

const cases = await loadCases('test/truth/kubernetes', areas)
/** Deviations that are known, by case and number of the step, each with its reason. */
const known = JSON.parse(await readFile('test/truth/kubectl-deviations.json', 'utf8')) as Readonly<Record<string, string>>
const chosen = process.env.CASES === undefined ? cases : cases.filter(({ name }) => new RegExp(process.env.CASES ?? '').test(name))

let session: Session

before(async () => {
  session = await openTestSession(await recordedWorld())
})

after(() => session?.close())

/** Plays a case and gives its deviations by the number of the step. */
async function play(recorded: RecordedCase): Promise<ReadonlyMap<number, Deviation>> {
  const { stdout, stderr } = await runScript(session, scriptOf(recorded))
  const played = playedSteps(stdout)
  const found = new Map<number, Deviation>()
  assert.equal(played.length, recorded.steps.length, stderr)
  for (const [index, step] of recorded.steps.entries()) {
    const deviation = deviationOf(step, played[index], { recorded: recorded.world, played: { ...recorded.world, server: 'https://kube.clusters.internal:6443' } })
    if (deviation) found.set(index + 1, deviation)
  }
  return found
}

/** True when a case deviates in a step where no deviation is known. */
function surprises(recorded: RecordedCase, found: ReadonlyMap<number, Deviation>): boolean {
  return [...found.keys()].some((number) => !(`${recorded.name} ${number}` in known))
}

test('kubectl prints what it printed on the real cluster', { timeout: 900_000 }, async () => {
  const unexpected: string[] = []
  const count = { compared: 0, leftOut: 0, deviating: 0 }
  const mended = new Set(Object.keys(known))
  /** Cases that a busy machine may have turned: they are played once more when nothing else runs. */
  const again: RecordedCase[] = []
  const worker = async (queue: RecordedCase[], last = false): Promise<void> => {
    for (let recorded = queue.shift(); recorded; recorded = queue.shift()) {
      const began = performance.now()
      const found = await play(recorded)
      if (!last && surprises(recorded, found)) {
        again.push(recorded)
        continue
      }
      if (process.env.TIMES) console.log(`${recorded.name} ${Math.round(performance.now() - began)} ms, ${found.size} deviating`)
      count.compared += recorded.steps.filter(({ compare }) => compare !== 'none').length
      count.leftOut += recorded.steps.filter(({ compare }) => compare === 'none').length
      count.deviating += found.size
      for (const [number, { step, expected, actual }] of found) {
        const id = `${recorded.name} ${number}`
        mended.delete(id)
        if (!(id in known)) unexpected.push(`${id}: ${step}\n--- expected\n${expected}\n--- actual\n${actual}\n`)
      }
    }
  }
  const together = chosen.filter(({ serial }) => !serial)
  await Promise.all([worker(together), worker(together)])
  await worker(chosen.filter(({ serial }) => serial))
  if (again.length > 0) console.log(`played once more: ${again.map(({ name }) => name).join(', ')}`)
  await worker(again, true)
  console.log(`kubectl: ${count.compared} steps compared in ${chosen.length} sessions, ${count.leftOut} left out, ${count.deviating} deviating`)
  for (const deviation of unexpected) console.log(deviation)
  assert.equal(unexpected.length, 0)
  const stale = [...mended].filter((id) => !known[id]?.startsWith('chance'))
  if (chosen === cases) assert.deepEqual(stale, [], 'known deviations that no longer deviate')
})

test('a recording with one word changed is a deviation', async () => {
  const recorded = cases.find(({ name }) => name === 'get-table') ?? cases[0]
  assert.ok(recorded)
  const [step] = recorded.steps
  assert.ok(step)
  const changed = { ...step, stdout: `${step.stdout}another line\n` }
  const worlds = { recorded: recorded.world, played: recorded.world }
  assert.equal(deviationOf(step, step, worlds), undefined)
  assert.ok(deviationOf(changed, step, worlds))
})
