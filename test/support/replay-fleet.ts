// Plays recorded sessions as tests: three at a time, each on a fleet of its own, and prints what was compared.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fleetMembers, parseWorldFile } from '#runner/labs/world-file.ts'
import { findTools } from '#runner/sessions/tools.ts'
import { type FleetRecording, type FleetReplay, loadRecording, openFleetShell, replay } from './fleet-replay.ts'
import { azureLabels, type FleetOptions, startFleet } from './start-fleet.ts'

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

/** A test for each recording: every step prints what it printed on a real fleet, or a reason is given in fleet-deviations.json. */
export function replayFleet(names: readonly string[], more: () => void = () => undefined): void {
  const counts: string[] = []
  describe('a recorded session on a real fleet', { concurrency: 3 }, () => {
    for (const name of names) {
      test(`${name} prints the same on a fleet of ours`, { timeout: 300_000 }, async () => {
        const reasons = JSON.parse(await readFile(new URL('../truth/fleet-deviations.json', import.meta.url), 'utf8')) as Reasons
        const { compared, leftOut, deviations } = await play(await loadRecording(name))
        counts.push(`${name}: ${compared} compared, ${leftOut} left out, ${deviations.length} deviate`)
        const unexplained = deviations.filter(({ step }) => reasons[name]?.[step] === undefined)
        for (const { step, run, expected, actual } of unexplained) assert.equal(actual, expected, `${name}, step ${step}: ${run}`)
        assert.equal(unexplained.length, 0)
      })
    }
    more()
    after(() => process.stdout.write(`${counts.sort().join('\n')}\n`))
  })
}

/** Plays a recording on a new fleet with the real kubectl. */
export async function play(recording: FleetRecording): Promise<FleetReplay> {
  const tools = await findTools({ cache: join(tmpdir(), 'drydock-test-tools'), path: process.env.PATH ?? '' })
  const kubectl = tools.find(({ name }) => name === 'kubectl')?.path ?? 'kubectl'
  const fleet = await startFleet({ ...(await worldOf(recording.world)), webhooks: recording.webhook === 'on' })
  await fleet.settle(60_000)
  const shell = await openFleetShell(fleet, kubectl)
  try {
    for (const name of playedBefore[recording.name] ?? []) await replay(await loadRecording(name), shell)
    return await replay(recording, shell)
  } finally {
    await shell.close()
  }
}

/** Sessions that go on in the world of others. */
const playedBefore: Readonly<Record<string, readonly string[]>> = { 'exercise-delete': ['exercise-web-demo'] }

/** A recorded world, from its world file. */
async function worldOf(name: string): Promise<FleetOptions> {
  const file = `${name}.yaml`
  const { fleet } = parseWorldFile(await readFile(new URL(`../truth/fleet-worlds/${file}`, import.meta.url), 'utf8'), file)
  const all = fleet ? fleetMembers(fleet) : []
  const members = Object.fromEntries(all.map((member) => [member.name, { ...azureLabels(member.location), ...member.labels }]))
  return name === 'ten' ? { members, nodes: 0, heartbeatPeriodSeconds: 30 } : { members }
}
