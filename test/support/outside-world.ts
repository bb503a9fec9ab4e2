// A world of the command `world up`, as a process of its own, and the programs outside that are run against it.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Descriptor } from '#runner/edge/descriptor.ts'
import { findTools } from '#runner/sessions/tools.ts'
import { type Outcome, outcome, startDrydock } from './drydock.ts'

export interface OutsideWorld extends Descriptor {
  /** A folder for the test's own files; goes with the world. */
  readonly folder: string
  kubectl(context: string, ...words: readonly string[]): Promise<Outcome>
  helm(context: string, ...words: readonly string[]): Promise<Outcome>
  /** curl through the proxy, which trusts the world's CA alone. */
  curl(...words: readonly string[]): Promise<Outcome>
  /** Node with a program, the proxy and the CA in its environment. */
  node(file: string, env: Readonly<Record<string, string>>): Promise<Outcome>
  /** Ends the process's standard input and tells how it ended. */
  close(): Promise<Outcome>
}

/** Brings the named world up and waits until its descriptor is there. */
export async function startOutsideWorld(name: string): Promise<OutsideWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-outside-'))
  const tools = await findTools({ cache: join(tmpdir(), 'drydock-test-tools'), path: process.env.PATH ?? '' })
  const child = startDrydock(['world', 'up', name, '--out', join(folder, 'world.json'), '--until-stdin-closes'])
  const ended = outcome(child)
  await Promise.race([fileIn(folder, 'world.json'), ended.then(({ stderr }) => Promise.reject(new Error(stderr)))])
  const descriptor: Descriptor = JSON.parse(readFileSync(join(folder, 'world.json'), 'utf8'))
  const { kubeconfig, proxy, caFile } = descriptor
  const home = { HOME: folder, PATH: process.env.PATH ?? '', TZ: 'UTC' }
  const path = (tool: string): string => tools.find((one) => one.name === tool)?.path ?? tool
  return {
    ...descriptor,
    folder,
    kubectl: (context, ...words) => runProgram(path('kubectl'), ['--kubeconfig', kubeconfig, '--context', context, ...words], home),
    helm: (context, ...words) => runProgram(path('helm'), ['--kubeconfig', kubeconfig, '--kube-context', context, ...words], home),
    curl: (...words) => runProgram('curl', ['-sS', '--proxy', proxy, '--cacert', caFile, ...words], home),
    node: (file, env) => runProgram(process.execPath, [file], { ...home, HTTPS_PROXY: proxy, NODE_EXTRA_CA_CERTS: caFile, ...env }),
    async close() {
      child.stdin?.end()
      const end = await ended
      rmSync(folder, { recursive: true })
      return end
    },
  }
}

async function fileIn(folder: string, name: string): Promise<void> {
  const watcher = watch(folder)
  for (let seen: unknown; seen !== name; ) [, seen] = await once(watcher, 'change')
  watcher.close()
}

function runProgram(program: string, words: readonly string[], env: Record<string, string>): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { env, timeout: 30_000 }, (_error, stdout, stderr) => resolve({ exit: child.exitCode, stdout, stderr }))
    child.stdin?.end()
  })
}
