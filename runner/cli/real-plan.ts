// What a lab needs on clusters that exist, for `run` and `serve`: which cluster is which, what will be made there, and the user's own shell.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { RealPart } from '../labs/lab-schema.ts'
import type { Lab } from '../labs/load-labs.ts'
import { type Item, itemsOf, lookFor, type Present } from '../real/inventory.ts'
import { clusterOf, type RealCluster, readKubeconfig, shellKubeconfig } from '../real/kubeconfig.ts'
import type { OwnShellOptions } from '../sessions/own-shell.ts'
import { withParameters } from '../sessions/run-lab.ts'
import { findTools } from '../sessions/tools.ts'
import { type Given, UsageError } from './command.ts'
import { cacheFolder, type Machine } from './machine.ts'
import { parametersOf } from './run-arguments.ts'

/** A lab on clusters that exist, before anything is touched. */
export interface RealPlan {
  readonly real: RealPart
  readonly parameters: Readonly<Record<string, string>>
  /** The kubeconfig. */
  readonly file: string
  readonly clusters: readonly RealCluster[]
  /** What the lab will make. */
  readonly items: readonly Item[]
  /** What of it is there already. */
  readonly before: readonly Present[]
}

/** Finds out what a lab will make on the clusters of `--kubeconfig`. Throws `UsageError` where it cannot be played there. */
export async function planReal(lab: Lab, given: Given, machine: Machine): Promise<RealPlan> {
  const { real } = lab.file
  if (!real) throw new UsageError(`The lab "${lab.id}" needs a simulated world: its lab.yaml has no part "real"`)
  const parameters = parametersOf(lab, given, Object.keys(real.clusters))
  const { file, clusters } = clustersOf(real, given, { parameters, machine })
  const items = itemsOf(real, clusters, (word) => withParameters(word, { lab, parameters }))
  const before = await lookFor(items).catch((error: unknown) => {
    throw new UsageError(`Cannot look at the clusters of "${file}": ${error instanceof Error ? error.message : String(error)}`)
  })
  return { real, parameters, file, clusters, items, before }
}

function clustersOf(
  real: RealPart,
  given: Given,
  { parameters, machine }: { readonly parameters: Readonly<Record<string, string>>; readonly machine: Machine },
): { readonly file: string; readonly clusters: readonly RealCluster[] } {
  const name = given.value('--kubeconfig')
  if (name === undefined) throw new UsageError('"--clusters real" needs "--kubeconfig FILE": the kubeconfig of the clusters')
  const file = resolve(machine.cwd, name)
  const config = readKubeconfig(file)
  const clusters = Object.entries(real.clusters).map(([cluster, { role, context: usual }]) => {
    const context = parameters[cluster] ?? (config.getContextObject(usual) ? usual : undefined)
    if (context !== undefined) return clusterOf(config, file, { name: cluster, role, context })
    const known = config.contexts.map((each) => `"${each.name}"`).join(', ')
    throw new UsageError(`Which cluster is the lab's "${cluster}" (${role})? Say "--set ${cluster}=CONTEXT"; "${name}" has the contexts ${known || '(none)'}`)
  })
  return { file, clusters }
}

/** The variables of whoever started this. */
export function ownEnvironment(machine: Machine): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(machine.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** A shell as the lab's commands expect it: their contexts, the variables that earlier steps set; the rest is the user's own. */
export async function ownShell({ real, file, clusters }: RealPlan, machine: Machine): Promise<OwnShellOptions & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-real-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const shown = clusters.map(({ name, context }) => ({ context, shown: real.clusters[name]?.context ?? name }))
  await writeFile(kubeconfig, shellKubeconfig(readKubeconfig(file), shown), { mode: 0o600 })
  // The user's own kubectl comes first; ours is there where there is none.
  const tools = await findTools({ cache: join(cacheFolder(machine), 'tools'), path: machine.env.PATH ?? '' })
  const path = [machine.env.PATH ?? '', ...tools.map((tool) => dirname(tool.path))].join(delimiter)
  return {
    folder,
    environment: { ...ownEnvironment(machine), ...real.variables, PATH: path, KUBECONFIG: kubeconfig },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A cluster that could not be reached is asked again after two seconds. */
export const later = (again: () => void): void => void setTimeout(again, 2000).unref()
