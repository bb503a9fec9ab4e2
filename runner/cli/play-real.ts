// `drydock run --clusters real`: the steps of a lab that need no more than clusters, on those that a kubeconfig names.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { createActivity } from '../base/activity.ts'
import { loadChecks } from '../checks/load-checks.ts'
import { startWatcher } from '../checks/watcher.ts'
import type { RealPart } from '../labs/lab-schema.ts'
import type { Lab, Step } from '../labs/load-labs.ts'
import { signedInAzure } from '../real/az-signed-in.ts'
import { itemsOf, lookFor } from '../real/inventory.ts'
import { clusterOf, type RealCluster, readKubeconfig, shellKubeconfig } from '../real/kubeconfig.ts'
import { realSurroundings } from '../real/surroundings.ts'
import { openOwnShell } from '../sessions/own-shell.ts'
import type { RunGround } from '../sessions/patience.ts'
import { type LabReport, runLab } from '../sessions/run-lab.ts'
import type { BlockShell } from '../sessions/sandbox/sandbox.ts'
import { findTools } from '../sessions/tools.ts'
import { type Given, UsageError } from './command.ts'
import { checkImporter } from './content.ts'
import { interruptible } from './interruptible.ts'
import { cacheFolder, type Machine } from './machine.ts'
import { agree, cleanUp, keepMade } from './real-inventory.ts'
import { parametersOf, scriptOf, stepsOf } from './run-arguments.ts'
import { printer } from './run-printer.ts'

/** What came of it: no report where only an earlier run was cleaned up. Criteria that clusters alone do not decide are `undecided`. */
export interface RealOutcome {
  readonly report?: LabReport
  readonly undecided?: ReadonlySet<string>
}

/** A cluster that could not be reached is asked again after two seconds. */
const later = (again: () => void): void => void setTimeout(again, 2000).unref()

/** Real clusters are slower than simulated ones, and not always at hand. */
const ground: RunGround = { seed: 'real', patience: { step: 120_000, end: 300_000, quiet: 120_000 }, settled: () => true, onChange: () => () => undefined }

/** Runs the lab on the clusters of `--kubeconfig`, after saying what will be made there; or takes away what an earlier run has made. */
export async function playOnReal(lab: Lab, given: Given, machine: Machine): Promise<RealOutcome> {
  const { real } = lab.file
  if (!real) throw new UsageError(`The lab "${lab.id}" needs a simulated world: its lab.yaml has no part "real"`)
  const parameters = parametersOf(lab, given, Object.keys(real.clusters))
  const { file, clusters } = clustersOf(real, given, { parameters, machine })
  const rename = (word: string): string =>
    Object.entries(lab.file.parameters).reduce((text, [name, usual]) => text.replaceAll(usual, parameters[name] ?? usual), word)
  const items = itemsOf(real, clusters, rename)
  const before = await lookFor(items).catch((error: unknown) => {
    throw new UsageError(`Cannot look at the clusters of "${file}": ${error instanceof Error ? error.message : String(error)}`)
  })
  if (given.has('--clean-up') && (await cleanUp(before, given, machine))) return {}
  await agree(items, { before, given, machine })
  const outcome = await play(lab, real, { given, machine, parameters, file, clusters }).finally(() => keepMade(items, before, machine))
  if (given.has('--clean-up')) await cleanUp(await lookFor(items), given, machine)
  return outcome
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

function ownEnvironment(machine: Machine): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(machine.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

interface Playing {
  readonly given: Given
  readonly machine: Machine
  readonly parameters: Readonly<Record<string, string>>
  readonly file: string
  readonly clusters: readonly RealCluster[]
}

async function play(lab: Lab, real: RealPart, playing: Playing): Promise<RealOutcome> {
  const { given, machine, parameters, clusters } = playing
  const azure = await signedInAzure(ownEnvironment(machine))
  const steps = stepsOf(lab, given.value('--steps'))
  const script = await scriptOf(given, machine)
  const checks = await loadChecks(lab, checkImporter(machine))
  const undecided = new Set(azure ? [] : lab.file.criteria.map(({ id }) => id).filter((id) => !real.criteria.includes(id)))
  const now = (): number => Date.now()
  const watcher = startWatcher({ checks, surroundings: realSurroundings(clusters, { azure, later }), parameters, activity: createActivity(), now })
  const { shell, close } = await openShell(real, playing)
  const notRun = ({ id }: Step): string | undefined => {
    if (real.steps.includes(id)) return undefined
    if (!azure) return 'it needs Azure, and no az of this machine is signed in'
    return steps?.has(id) ? undefined : 'it makes things in Azure: name it with --steps to run it there'
  }
  try {
    const observer = given.has('--json') ? {} : printer(machine)
    const run = { lab, ground, shell, watcher, parameters, observer, undecided, notRun, date: now }
    return { report: await runLab({ ...run, ...(steps ? { steps } : {}), ...(script === undefined ? {} : { script }) }), undecided }
  } finally {
    watcher.stop()
    await close()
  }
}

/** A shell as the lab's commands expect it: their contexts, the variables that earlier steps set; the rest is the user's own. */
async function openShell(real: RealPart, { machine, file, clusters }: Playing): Promise<{ readonly shell: BlockShell; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-real-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const shown = clusters.map(({ name, context }) => ({ context, shown: real.clusters[name]?.context ?? name }))
  await writeFile(kubeconfig, shellKubeconfig(readKubeconfig(file), shown), { mode: 0o600 })
  // The user's own kubectl comes first; ours is there where there is none.
  const tools = await findTools({ cache: join(cacheFolder(machine), 'tools'), path: machine.env.PATH ?? '' })
  const path = [machine.env.PATH ?? '', ...tools.map((tool) => dirname(tool.path))].join(delimiter)
  const shell = interruptible(
    openOwnShell({ folder, environment: { ...ownEnvironment(machine), ...real.variables, PATH: path, KUBECONFIG: kubeconfig } }),
    machine.ending,
  )
  return {
    shell,
    async close() {
      shell.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
