// Builds the site where its output is missing or older than what it is made of.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { MachineError } from '../sessions/machine-error.ts'
import { type Machine, tell } from './machine.ts'

/** What the site is made of, below the project. */
const sources = ['site', 'labs', 'runner/labs', 'runner/http/messages.ts', 'package.json']
const passedOver = /(^|\/)(dist|node_modules|\.astro|\.building)(\/|$)/
const longestBuild = 180_000

/** The folder of the built site; builds it first where that is needed. Throws `MachineError` where the build fails and there is no older site. */
export async function builtSite(machine: Machine): Promise<string> {
  const folder = join(machine.project, 'site/dist')
  const release = await takeTurn(join(machine.project, 'site/.building'))
  try {
    await buildIfOlder(folder, machine)
  } finally {
    await release()
  }
  return folder
}

/** Two servers that start at once build one after the other. A turn that was left behind by a killed process ends by itself. */
async function takeTurn(lock: string): Promise<() => Promise<void>> {
  for (;;) {
    const taken = await mkdir(lock).then(
      () => true,
      (error: NodeJS.ErrnoException) =>
        error.code === 'EEXIST' ? false : Promise.reject(new MachineError(`Cannot write "${lock}": ${error.message}`, 'Make the project folder writable.')),
    )
    if (taken) return () => rm(lock, { recursive: true, force: true })
    const since = await changed(lock)
    if (since > 0 && Date.now() - since > longestBuild) await rm(lock, { recursive: true, force: true })
    await setTimeout(100)
  }
}

async function buildIfOlder(folder: string, machine: Machine): Promise<void> {
  const made = await changed(join(folder, 'index.html'))
  const newest = Math.max(...(await Promise.all(sources.map((source) => newestIn(join(machine.project, source))))))
  if (made >= newest) return
  tell(machine, made === 0 ? 'building the site (once, some ten seconds) ...' : 'building the site anew: its sources have changed ...')
  const began = performance.now()
  const { code, said } = await build(machine)
  if (code === 0) tell(machine, `the site is built (${((performance.now() - began) / 1000).toFixed(1)} s)`)
  else if (made === 0) throw new MachineError(`The site could not be built:\n${said}`, 'Mend what it says, or run "npm install" again.')
  else tell(machine, `the site could not be built; the older one is served:\n${said}`)
}

async function build(machine: Machine): Promise<{ readonly code: number; readonly said: string }> {
  const astro = join(machine.project, 'node_modules/astro/bin/astro.mjs')
  const child = spawn(process.execPath, [astro, 'build', '--root', join(machine.project, 'site')], {
    cwd: machine.project,
    env: { ...machine.env, ASTRO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production', NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const end = (): void => void child.kill()
  machine.ending.addEventListener('abort', end, { once: true })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString('utf8')}`.slice(-20_000)
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  machine.ending.removeEventListener('abort', end)
  return { code: code ?? 1, said }
}

/** When the newest file of a file or folder was changed, ms. */
async function newestIn(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isDirectory()) return info?.mtimeMs ?? 0
  const names = (await readdir(path, { recursive: true })).filter((name) => !passedOver.test(name))
  return Math.max(0, ...(await Promise.all(names.map((name) => changedIfFile(join(path, name))))))
}

async function changedIfFile(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined)
  return info?.isFile() ? info.mtimeMs : 0
}

async function changed(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0
}
