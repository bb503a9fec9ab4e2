// What az and kubelogin get of a real process: files, terminal, network.
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AzContext, AzRequest, AzResponse } from '../az/context.ts'

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
async function send({ url, method = 'GET', headers, body }: AzRequest): Promise<AzResponse> {
  const { request } = process.getBuiltinModule('node:https')
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers: { ...headers, ...length }, agent: false }, (incoming) => {
      const parts: Uint8Array[] = []
      incoming.on('data', (part: Uint8Array) => parts.push(part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const content = new TextDecoder().decode(Buffer.concat(parts))
        resolve({
          status: incoming.statusCode ?? 500,
          headers: { get: (name) => incoming.headers[name.toLowerCase()]?.toString() ?? null },
          text: async () => content,
          json: async () => JSON.parse(content),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
