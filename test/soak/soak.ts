// `npm run soak [-- KILLS]`: what takes too long for `npm test`. Exits with 1 where something was lost or left behind.
import { simulate } from '#test/support/fleet-simulation.ts'
import { playByChance } from './chance.ts'
import { churn } from './churn.ts'
import { killRepeatedly } from './kill.ts'

const kills = Number(process.argv[2] ?? 100)
const tell = (line: string): void => console.log(line)

const chance = await playByChance(tell)
for (const line of chance) tell(`FAULT ${line}`)

const held = await churn({ rounds: 7, sessions: 60 }, tell)
const [, warm, ...later] = held
const left = later.filter(({ processes, folders }) => processes > 0 || folders > 0)
// Connections that the players keep open come and go: what counts is that none are left in the end.
const descriptors = (later.at(-1)?.descriptors ?? 0) - (warm?.descriptors ?? 0)
// The heap grows to its size in the first rounds.
const grown = (later.at(-1)?.memoryMiB ?? 0) - (later.at(-3)?.memoryMiB ?? 0)
tell(
  `${held.length - 1} rounds of sessions: ${left.length} left something behind, ${descriptors} descriptors more at the end; memory grew by ${grown} MiB over the last three`,
)

const killed = await killRepeatedly(kills, 'soak', tell)
for (const line of killed.missing) tell(`LOST ${line}`)
tell(
  `${killed.kills} kills: ${killed.acknowledged} acknowledged writes, ${killed.verdicts} verdicts, ${killed.bytes} bytes of scrollback; ${killed.missing.length} missing`,
)

const parted: string[] = []
for (let seed = 1; seed <= 1000; seed += 1) {
  const { problems } = await simulate(seed)
  parted.push(...problems.map((problem) => `seed ${seed}: ${problem}`))
}
for (const line of parted) tell(`PARTED ${line}`)
tell(`1000 fleets left to chance: ${parted.length} times a status and the members part`)
process.exitCode = chance.length > 0 || parted.length > 0 || killed.missing.length > 0 || left.length > 0 || descriptors > 8 || grown > 25 ? 1 : 0
