// Before real clusters are touched it is said what will be made there; what was made is kept by uid, and only that is taken away.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { describeItem, type Item, lookFor, type Made, madeOf, type Present, removeMade } from '../real/inventory.ts'
import { type Given, UsageError } from './command.ts'
import { type Machine, tell } from './machine.ts'

/** How long what was taken away may take to go, ms, and how often it is looked for. */
const patience = { all: 120_000, each: 1000 }

/** Lists what will be made, cluster by cluster, and asks. Throws `UsageError` where nobody can be asked, or somebody says no. */
export async function agree(items: readonly Item[], { before, given, machine }: { before: readonly Present[]; given: Given; machine: Machine }): Promise<void> {
  tell(machine, 'This will be made on clusters that exist:')
  listItems(items, machine, (item) => (before.some((present) => same(present, item)) ? ' (is there already: it will be applied again)' : ''))
  await ask('Go on?', given, machine)
}

/** Keeps what is there now and was not before. */
export async function keepMade(items: readonly Item[], before: readonly Present[], machine: Machine): Promise<void> {
  const made = (await lookFor(items)).filter(({ placed, uid }) => !placed && !before.some((present) => present.uid === uid)).map(madeOf)
  if (made.length === 0) return
  await writeMade([...(await readMade(machine)), ...made], machine)
}

/** Takes away what earlier runs have made and is still there; false if there is nothing of theirs. */
export async function cleanUp(present: readonly Present[], given: Given, machine: Machine): Promise<boolean> {
  const kept = await readMade(machine)
  const ours = present.filter(({ uid, cluster, placed }) => !placed && kept.some((made) => made.uid === uid && made.server === cluster.server))
  if (ours.length === 0) return false
  tell(machine, 'This was made by an earlier run and will be taken away, with what placements have brought to the members:')
  listItems(ours, machine, () => '')
  await ask('Take it away?', given, machine)
  // What was made last goes first: a placement before what it places.
  for (const item of ours.toReversed()) await removeMade(item)
  const left = await untilGone(present.filter((item) => item.placed || ours.includes(item)))
  for (const item of left) tell(machine, `still there: ${describeItem(item)} on ${item.cluster.context}`)
  const gone = new Set(ours.filter((item) => !left.includes(item)).map(({ uid }) => uid))
  await writeMade(
    kept.filter(({ uid }) => !gone.has(uid)),
    machine,
  )
  return true
}

function listItems(items: readonly Item[], machine: Machine, note: (item: Item) => string): void {
  for (const cluster of new Set(items.map((item) => item.cluster))) {
    tell(machine, `  on ${cluster.context} (${cluster.server})${cluster.role === 'member' ? ', brought there by the placement' : ''}:`)
    for (const item of items) if (item.cluster === cluster) tell(machine, `    ${describeItem(item)}${note(item)}`)
  }
}

async function ask(question: string, given: Given, machine: Machine): Promise<void> {
  if (given.has('--yes')) return
  if (machine.stdin.isTTY !== true) throw new UsageError('Nobody can be asked here: "--yes" says that this is wanted')
  const lines = createInterface({ input: machine.stdin, output: machine.stderr })
  const answer = await lines.question(`${question} [y/N] `, { signal: machine.ending }).finally(() => lines.close())
  if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was touched')
}

async function untilGone(items: readonly Present[]): Promise<readonly Present[]> {
  const end = performance.now() + patience.all
  for (;;) {
    const now = await lookFor(items)
    const left = items.filter(({ uid }) => now.some((present) => present.uid === uid))
    if (left.length === 0 || performance.now() > end) return left
    await new Promise((resolve) => setTimeout(resolve, patience.each))
  }
}

function same(present: Item, item: Item): boolean {
  return present.cluster === item.cluster && present.kind === item.kind && present.key.name === item.key.name
}

function fileOf(machine: Machine): string {
  return join(machine.env.XDG_STATE_HOME ?? join(machine.env.HOME ?? machine.cwd, '.local', 'state'), 'drydock', 'made-on-clusters.json')
}

async function readMade(machine: Machine): Promise<readonly Made[]> {
  try {
    return JSON.parse(await readFile(fileOf(machine), 'utf8')) as readonly Made[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new UsageError(
      `Cannot read "${fileOf(machine)}", which tells what was made on which cluster: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function writeMade(made: readonly Made[], machine: Machine): Promise<void> {
  const file = fileOf(machine)
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`)
}
