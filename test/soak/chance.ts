// Invariants over a thousand seeds, and a hundred thousand requests that nobody would write.
import { fuzzCluster } from '#test/support/fuzz-cluster.ts'
import { playInvariants } from '#test/support/play-invariants.ts'

const seeds = 1000
const requests = { rounds: 50, each: 2000 }

/** Every fault, in words that name its seed. */
export async function playByChance(tell: (line: string) => void): Promise<readonly string[]> {
  const faults: string[] = []
  for (let seed = 1; seed <= seeds; seed += 1) faults.push(...(await playInvariants(`soak ${seed}`, 40)))
  tell(`${seeds} seeds of 40 operations on a cluster: ${faults.length} faults`)
  let first = 0
  let heap = 0
  for (let round = 1; round <= requests.rounds; round += 1) {
    const result = await fuzzCluster(`soak ${round}`, requests.each)
    for (const { request, what } of result.faults) faults.push(`fuzz "soak ${round}": ${request.method} ${request.path}: ${what}`)
    heap = process.memoryUsage().heapUsed
    if (round === 5) first = heap
  }
  tell(
    `${requests.rounds * requests.each} requests by chance: ${faults.length} faults in all; heap ${Math.round((heap - first) / 2 ** 20)} MiB more than after the first tenth`,
  )
  return faults
}
