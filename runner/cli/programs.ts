// The programs of a learner's shell: the real kubectl and helm, our az, kubelogin and kubectl-fleet, Node for these, the world's clock, and what the machine lacks.
import { existsSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import type { Program, Shown } from '../sessions/sandbox/sandbox.ts'
import { findTools } from '../sessions/tools.ts'
import { bundleClients } from './bundle-clients.ts'
import { cacheFolder, type Machine } from './machine.ts'

/** Where our own programs stand in a sandbox. */
const folder = '/opt/drydock'
/** V8 would reserve more address space for WebAssembly than a process of the sandbox may have. */
const node = `${folder}/node --disable-wasm-trap-handler`

/** What a sandbox is given so that a learner finds every command. */
export interface Programs {
  readonly programs: readonly Program[]
  readonly shown: readonly Shown[]
}

/** Where a sandbox finds the machine's own programs. */
const systemFolders = ['/usr/bin', '/bin']

/** Finds, unpacks or bundles all of them; what the machine has in its own folders, a learner gets from there. */
export async function findPrograms(machine: Machine, system: readonly string[] = systemFolders): Promise<Programs> {
  const cache = cacheFolder(machine)
  const instead = (['jq'] as const).filter((name) => !system.some((place) => existsSync(join(place, name))))
  const [tools, clients, clock] = await Promise.all([
    findTools({ cache: join(cache, 'tools'), path: machine.env.PATH ?? '' }),
    bundleClients(join(cache, 'clients'), ['az', 'kubelogin', 'kubectl-fleet', ...instead]),
    writeClock(join(cache, 'clients')),
  ])
  const own = [...clients, { name: 'drydock', file: clock }]
  return {
    programs: [
      ...tools.map(({ name, path }) => ({ name, path })),
      ...own.map(({ name }) => ({ name, script: `#!/bin/sh\nNODE_COMPILE_CACHE=/tmp/.node-compile-cache exec ${node} ${folder}/${name}.mjs "$@"\n` })),
      { name: 'node', script: `#!/bin/sh\nexec ${node} "$@"\n` },
    ],
    shown: [{ source: process.execPath, target: `${folder}/node` }, ...own.map(({ name, file }) => ({ source: file, target: `${folder}/${name}.mjs` }))],
  }
}

/** The program behind `drydock` inside, as plain JavaScript: it starts twice as fast. */
async function writeClock(cache: string): Promise<string> {
  const source = new URL('clock-inside.ts', import.meta.url)
  const file = join(cache, 'drydock.mjs')
  const [from, made] = await Promise.all([stat(source), stat(file).catch(() => undefined)])
  if (made && made.mtimeMs >= from.mtimeMs) return file
  await mkdir(cache, { recursive: true })
  await writeFile(file, stripTypeScriptTypes(await readFile(source, 'utf8')))
  return file
}
