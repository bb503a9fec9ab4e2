// The work of `drydock shell`: world, sandbox, and a script or a terminal in it.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadLab } from '../labs/load-labs.ts'
import { openSession, type Session } from '../sessions/open-session.ts'
import { type Given, UsageError } from './command.ts'
import { labFolder, loadWorld, parseSeed } from './content.ts'
import type { Machine } from './machine.ts'
import { boundFolders, sandboxOf } from './options.ts'
import { playSteps, type StepsPlayed } from './play-steps.ts'
import { findPrograms } from './programs.ts'

/** Opens the world and the sandbox that were asked for, and gives the shell's own exit code. */
export async function playShell(given: Given, machine: Machine): Promise<number> {
  const script = await scriptOf(given, machine)
  const { file, earlier } = await worldOf(given, machine)
  const { programs, shown } = await findPrograms(machine)
  const session = await openSession({
    file: { ...file, ...parseSeed(given.value('--seed')) },
    sandbox: sandboxOf(given),
    programs,
    shown: [...shown, ...boundFolders(given, machine)],
  })
  try {
    const opening = earlier ? await earlier(session) : ''
    if (script !== undefined)
      return await session.sandbox.run(`${opening}${script}`, { stdout: machine.stdout, stderr: machine.stderr, signal: machine.ending })
    return await converse(session, machine)
  } finally {
    await session.close()
  }
}

/** The script to run, or undefined where somebody sits at a terminal. */
async function scriptOf(given: Given, machine: Machine): Promise<string | undefined> {
  const [script, file] = [given.value('-c'), given.value('--file')]
  if (script !== undefined && file !== undefined) throw new UsageError('"-c" and "--file" both give a script: expected one of them')
  if (script !== undefined) return script
  if (file !== undefined) {
    return readFile(resolve(machine.cwd, file), 'utf8').catch((error: Error) => {
      throw new UsageError(`Cannot read the script "${file}": ${error.message}`)
    })
  }
  return machine.stdin.isTTY ? undefined : text(machine.stdin)
}

type WorldOf = { readonly file: Awaited<ReturnType<typeof loadWorld>>; readonly earlier?: StepsPlayed }

async function worldOf(given: Given, machine: Machine): Promise<WorldOf> {
  const [word, id, step] = [given.words[0], given.value('--lab'), given.value('--step')]
  if (id === undefined) {
    if (step !== undefined) throw new UsageError('"--step" needs "--lab ID": steps are a lab\'s')
    return { file: await loadWorld(word ?? 'cluster', machine) }
  }
  if (word !== undefined) throw new UsageError(`"--lab ${id}" brings its own world: leave out "${word}"`)
  const lab = await loadLab(labFolder(machine), id)
  const number = Number(step ?? 1)
  if (!Number.isInteger(number) || number < 1 || number > lab.steps.length)
    throw new UsageError(`"--step" expects a number from 1 to ${lab.steps.length}, found "${step}"`)
  return { file: lab.file.world, ...(number > 1 ? { earlier: playSteps({ lab, before: number, machine }) } : {}) }
}

/** Joins this process's terminal to one inside until its shell ends. */
async function converse({ sandbox }: Session, { stdin, stdout, env, ending }: Machine): Promise<number> {
  const size = (): { columns: number; rows: number } => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
  const terminal = await sandbox.openTerminal({ ...size(), ...(env.TERM === undefined ? {} : { type: env.TERM }) })
  const resize = (): void => terminal.resize(size().columns, size().rows)
  const forward = (data: Buffer): void => terminal.write(data)
  terminal.onData((data) => void stdout.write(data))
  stdin.setRawMode?.(true)
  stdin.on('data', forward)
  stdout.on('resize', resize)
  if (!ending.aborted) void once(ending, 'abort').then(() => terminal.kill())
  try {
    return await terminal.exited
  } finally {
    stdin.off('data', forward)
    stdout.off('resize', resize)
    stdin.setRawMode?.(false)
    stdin.pause()
  }
}
