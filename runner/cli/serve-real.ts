// `drydock serve LAB --clusters real`: what the page's sessions stand on when the clusters are ones that exist.
import { createHash } from 'node:crypto'
import { loadLab } from '../labs/load-labs.ts'
import { signedInAzure } from '../real/az-signed-in.ts'
import { lookFor } from '../real/inventory.ts'
import { realSurroundings } from '../real/surroundings.ts'
import type { RealGround } from '../sessions/session-ground.ts'
import { type Given, UsageError } from './command.ts'
import { labFolder } from './content.ts'
import type { Machine } from './machine.ts'
import { agree, cleanUp, keepMade } from './real-inventory.ts'
import { later, ownEnvironment, ownShell, planReal } from './real-plan.ts'

/** A lab served on clusters that exist. */
export interface ServedReal {
  readonly lab: string
  readonly ground: RealGround
  /** Tells these clusters from others: what is stored of sessions belongs to them alone. */
  readonly id: string
  /** Notes what was made, takes it away where that was asked for, and removes the shell's files. */
  close(): Promise<void>
}

/** Says what will be made and asks; undefined where only what an earlier run has made was taken away. */
export async function openReal(given: Given, machine: Machine): Promise<ServedReal | undefined> {
  const [id] = given.words
  if (id === undefined) throw new UsageError('"--clusters real" needs to know the lab: "drydock serve LAB --clusters real --kubeconfig FILE"')
  const lab = await loadLab(labFolder(machine), id)
  const plan = await planReal(lab, given, machine)
  const { items, before, parameters, clusters } = plan
  if (given.has('--clean-up') && (await cleanUp(before, given, machine))) return undefined
  await agree(items, { before, given, machine })
  const azure = await signedInAzure(ownEnvironment(machine))
  const shell = await ownShell(plan, machine)
  const names = clusters.map(({ context, server }) => `${context} (${server})`).join(', ')
  return {
    lab: id,
    id: createHash('sha256')
      .update(clusters.map(({ server }) => server).join(' '))
      .digest('hex')
      .slice(0, 16),
    ground: {
      surroundings: realSurroundings(clusters, { azure, later }),
      parameters,
      shell,
      notice: `These clusters exist: ${names}. The terminal is your own shell on this machine; what you do there is done.`,
    },
    async close() {
      await keepMade(items, before, machine)
      if (given.has('--clean-up')) await cleanUp(await lookFor(items), given, machine)
      await shell.close()
    },
  }
}
