// A seed's operations played out on a cluster: what did not hold, and whether a restored cluster goes on as the first does.
import { canonical } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { brokenInvariants, followPods, operate, quotaObject } from './random-operations.ts'
import { startCluster, type TestCluster } from './start-cluster.ts'

/** How long the controllers get to come to rest after each operation, ms: a foreground deletion waits for pods that take a second to go. */
const rest = 8000

/** Plays a seed; gives every fault with the operation after which it was seen. */
export async function playInvariants(seed: string, count: number): Promise<readonly string[]> {
  const random = createRandom(seed)
  const cluster = await startCluster()
  const watch = followPods(cluster)
  const quotas = await cluster.client.resourceFor('v1', 'ResourceQuota')
  if (quotas) await cluster.client.create(quotas, quotaObject())
  const faults: string[] = []
  const look = async (step: number): Promise<void> => {
    for (const fault of [...(await brokenInvariants(cluster)), ...(await watch.faults())]) faults.push(`after operation ${step} of "${seed}": ${fault}`)
  }
  for (let step = 1; step <= count; step += 1) {
    await operate(random, cluster)
    await cluster.settle(rest)
    await look(step)
  }
  watch.stop()
  return [...faults, ...(await restored(cluster, seed))]
}

/** The same operations on the cluster and on one that was made from its state: both end with the same bytes. */
async function restored(first: TestCluster, seed: string): Promise<readonly string[]> {
  const second = await startCluster({ from: first.state() })
  const ends = []
  for (const cluster of [first, second]) {
    const random = createRandom(`${seed}, later`)
    for (let step = 0; step < 5; step += 1) {
      await operate(random, cluster)
      await cluster.settle(rest)
    }
    ends.push(canonical(cluster.state()))
  }
  return ends[0] === ends[1] ? [] : [`a cluster restored after the operations of "${seed}" goes on otherwise`]
}
