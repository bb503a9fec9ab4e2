// What az and kubelogin get of a real process: files, terminal, network.
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { dirname } from 'node:path'
import process from 'node:process'
import type { AzContext } from '../az/context.ts'

/** The context of this process. */
export function processContext(): AzContext {
  const env = Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  return {
    fetch: send,
    env,
    files: { read, write, exists, remove, list, mode },
    home: env.HOME ?? '/',
    cwd: process.cwd(),
    stdin: readAll,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    terminal: {
      stdin: process.stdin.isTTY === true,
      stdout: process.stdout.isTTY === true,
      stderr: process.stderr.isTTY === true,
      columns: process.stdout.columns ?? 80,
    },
    ...(process.stdin.isTTY ? { ask } : {}),
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  }
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) return undefined
    throw error
  })
}

async function write(path: string, text: string, mode?: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, mode === undefined ? {} : { mode })
  if (mode !== undefined) await chmod(path, mode)
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

async function list(path: string): Promise<readonly string[]> {
  return readdir(path).then(
    (names) => names.sort(),
    () => [],
  )
}

async function mode(path: string): Promise<number | undefined> {
  return stat(path).then(
    (status) => status.mode & 0o777,
    () => undefined,
  )
}

async function readAll(): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of process.stdin) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

async function ask(prompt: string, options: { readonly hidden?: boolean } = {}): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const { Writable } = await import('node:stream')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  if (options.hidden) process.stdout.write(prompt)
  const lines = createInterface({ input: process.stdin, output: options.hidden ? silent : process.stdout, terminal: true })
  try {
    return await lines.question(options.hidden ? '' : prompt)
  } finally {
    if (options.hidden) process.stdout.write('\n')
    lines.close()
  }
}

/** One request on a connection of its own; https alone, which starts faster than the built-in fetch. */
async function send(request: Request): Promise<Response> {
  const url = new URL(request.url)
  const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
  const headers = { ...Object.fromEntries(request.headers), ...(body === undefined ? {} : { 'content-length': String(body.length) }) }
  return new Promise((resolve, reject) => {
    const outgoing = httpsRequest(url, { method: request.method, headers, agent: false }, (incoming) => {
      const parts: Uint8Array[] = []
      incoming.on('data', (part: Uint8Array) => parts.push(part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const status = incoming.statusCode ?? 500
        const answered = Object.entries(incoming.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as [string, string]]))
        const empty = [204, 205, 304].includes(status) || request.method === 'HEAD'
        resolve(new Response(empty ? null : Buffer.concat(parts), { status, headers: answered }))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
