// Replays recordings of the real az: serves the recorded answers in order and compares what our az prints, sends and writes.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { run } from '#runner/az/az.ts'
import type { AzContext } from '#runner/az/context.ts'
import { extensionFiles } from '#runner/az/extensions.ts'
import { pythonJson } from '#runner/az/python.ts'
import { seedProfile } from '#runner/az/seed-profile.ts'

const folder = new URL('../truth/azure/', import.meta.url)
const subscription = '0b1f6471-1bf0-4dda-aec3-cb9272f09590'
const tenant = '54826b22-38d6-4fb2-bad9-b7b93a3e9c5a'
const user = { name: 'ada@contoso.test', objectId: '3a1c9f52-6a0e-4d0f-9d5f-7f5f3c2e8b10' }

/** One recorded invocation. */
export interface Recording {
  readonly case: string
  readonly argv: readonly string[]
  readonly exit: number
  readonly note?: string
  readonly env?: Record<string, string>
  readonly files?: Record<string, unknown>
  readonly stdin: string | null
  readonly stdout?: string
  readonly stderr?: string
  readonly tty?: { readonly keys: readonly (readonly [string, string])[]; readonly output: string }
  readonly help?: HelpStructure
  readonly exchanges: readonly Exchange[]
  readonly filesAfter?: Record<string, { readonly mode: string; readonly text: string }>
}

interface HelpStructure {
  readonly sections: readonly { readonly section: string; readonly name?: string; readonly entries?: readonly HelpEntry[]; readonly count?: number }[]
  readonly headings: readonly string[]
  readonly stderrFirst: string
}

interface HelpEntry {
  readonly names: readonly string[]
  readonly tags: readonly string[]
  readonly allowed?: readonly string[]
  readonly default?: string
}

interface Exchange {
  readonly request: {
    readonly method: string
    readonly host: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly userAgentStart: string
    readonly clientRequestId: string
    readonly authorization: string
    readonly body?: unknown
  }
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body: unknown }
}

/** What our az did. */
export interface Replay {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  readonly terminal: string
  readonly requests: readonly unknown[]
  readonly files: ReadonlyMap<string, { text: string; mode: number }>
}

/** Areas of the recordings, in order. */
export function areas(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Recordings of an area, in the order of their names. */
export function recordings(area: string): readonly Recording[] {
  return readdirSync(new URL(`${area}/`, folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(new URL(`${area}/${name}`, folder), 'utf8')) as Recording)
}

const home = '/home/ada'
const cwd = '/home/ada/work'
const configDir = '/home/ada/config'
const extensionDir = '/home/ada/extensions'
const masks: readonly (readonly [string, string])[] = [
  ['$VENV/bin/python', '/opt/az/bin/python3'],
  ['$AZURE_CONFIG_DIR', configDir],
  ['$AZURE_EXTENSION_DIR', extensionDir],
  ['$WORK', cwd],
  ['$HOME', home],
]

function unmask(text: string): string {
  return masks.reduce((result, [mask, value]) => result.replaceAll(mask, value), text)
}

function mask(text: string): string {
  return masks
    .reduce((result, [name, value]) => result.replaceAll(value, name), text)
    .replaceAll(/ssh-rsa [A-Za-z0-9+/=]+/g, 'ssh-rsa <public key>')
    .replaceAll(/\/tmp\/tmp[0-9a-f]+(?=\.kubeconfig)/g, '<temporary>')
}

/** State that a case starts from besides what it names itself. */
export interface Before {
  readonly files?: Readonly<Record<string, { readonly text: string; readonly mode?: number }>>
  /** The fleet extension is not installed. */
  readonly withoutExtension?: boolean
  /** Nobody is signed in. */
  readonly loggedOut?: boolean
}

/** Runs a recording's command line against its recorded answers. */
export async function replay(recording: Recording, before: Before = {}): Promise<Replay> {
  const files = new Map<string, { text: string; mode: number }>()
  for (const [path, text] of Object.entries(seedFiles(recording, before))) files.set(path, { text, mode: 0o644 })
  for (const [path, { text, mode }] of Object.entries(before.files ?? {})) files.set(unmask(path), { text: unmask(text), mode: mode ?? 0o644 })
  for (const [name, content] of Object.entries(recording.files ?? {})) {
    files.set(`${cwd}/${name}`, { text: typeof content === 'string' ? content : JSON.stringify(content, null, 2), mode: 0o644 })
  }
  const output = { stdout: '', stderr: '', terminal: '' }
  const requests: unknown[] = []
  const left = [...recording.exchanges]
  const keys = [...(recording.tty?.keys ?? [])]
  const live = recording.tty !== undefined
  const context: AzContext = {
    fetch: async (sent) => {
      const request = new Request(sent.url, sent)
      const next = left.shift()
      if (next === undefined && recording.env?.REQUESTS_CA_BUNDLE !== undefined)
        throw Object.assign(new Error('untrusted'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
      if (next === undefined && recording.env?.HTTPS_PROXY !== undefined) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
      requests.push(await seen(request, next))
      if (next === undefined) throw Object.assign(new Error(`unexpected request: ${request.method} ${request.url}`), { code: 'ECONNREFUSED' })
      return answer(next)
    },
    env: { AZURE_CONFIG_DIR: configDir, AZURE_EXTENSION_DIR: extensionDir, ...recording.env },
    files: memoryFiles(files),
    home,
    cwd,
    stdin: async () => recording.stdin ?? '',
    stdout: (text) => {
      output.stdout += text
      output.terminal += text
    },
    stderr: (text) => {
      output.stderr += text
      output.terminal += text
    },
    terminal: { stdin: live, stdout: live, stderr: live, columns: 100 },
    ...(live
      ? {
          ask: async (prompt: string, options?: { hidden?: boolean }) => {
            const typed = keys.shift()?.[1] ?? '\n'
            output.terminal += `${prompt}${options?.hidden ? '\n' : typed}`
            return typed.replace(/\n$/, '')
          },
        }
      : {}),
    now: () => Date.parse('2026-11-23T09:00:30Z'),
    sleep: async () => {},
    randomBytes: (count) => Uint8Array.from({ length: count }, (_, index) => (index * 37 + 11) & 255),
  }
  const exit = await run(recording.argv.map(unmask).slice(1), context)
  return { exit, stdout: mask(output.stdout), stderr: mask(output.stderr), terminal: mask(output.terminal), requests, files }
}

function memoryFiles(files: Map<string, { text: string; mode: number }>): AzContext['files'] {
  return {
    read: async (path) => files.get(path)?.text,
    write: async (path, text, mode) => void files.set(path, { text, mode: mode ?? files.get(path)?.mode ?? 0o644 }),
    exists: async (path) => files.has(path) || [...files.keys()].some((name) => name.startsWith(`${path}/`)),
    remove: async (path) => {
      for (const name of [...files.keys()]) if (name === path || name.startsWith(`${path}/`)) files.delete(name)
    },
    list: async (path) =>
      [...new Set([...files.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].sort(),
    mode: async (path) => files.get(path)?.mode,
  }
}

const indexMetadata = {
  'azext.isPreview': false,
  'azext.minCliCoreVersion': '2.61.0',
  name: 'fleet',
  version: '1.8.2',
  summary: 'Microsoft Azure Command-Line Tools Fleet Extension',
  license: 'MIT',
  metadata_version: '2.0',
}

/** A signed-in ada with the fleet extension; tokens for Graph where the recording does not ask for one. */
function seedFiles(recording: Recording, before: Before): Record<string, string> {
  const asksToken = recording.exchanges.some((exchange) => exchange.request.path.endsWith('/oauth2/v2.0/token'))
  const seeded = seedProfile({
    folder: configDir,
    now: Date.parse('2026-11-23T09:00:00Z'),
    user,
    tenant: { id: tenant, domain: 'contoso.test', name: 'Contoso' },
    subscriptions: [
      { id: subscription, name: 'Contoso Fleet Lab', isDefault: true },
      { id: '7c2e5a34-94aa-4b5e-8a55-1f6f0f2b6d11', name: 'Contoso Spare', isDefault: false },
    ],
    refreshToken: 'stub-refresh-token',
    accessTokens: { arm: 'token', ...(asksToken ? {} : { graph: 'token' }) },
  })
  const authorities = ['organizations', tenant, user.name].filter(
    (name) => !recording.exchanges.some(({ request }) => request.path.includes(`/${name}/v2.0/.well-known`) || request.path.includes(`/userrealm/${name}`)),
  )
  seeded[`${configDir}/msal_http_cache.bin`] = `${authorities.join('\n')}\n`
  const config = {
    [`${configDir}/msal_http_cache.bin`]: seeded[`${configDir}/msal_http_cache.bin`] ?? '',
    [`${configDir}/config`]: '[cloud]\nname = AzureCloud\n\n[core]\nfirst_run = yes\n\n',
  }
  const files: Record<string, string> = before.loggedOut ? config : seeded
  return before.withoutExtension !== true ? { ...files, ...extensionFiles(extensionDir, 'fleet', '1.8.2', indexMetadata) } : files
}

async function seen(request: Request, expected: Exchange | undefined): Promise<unknown> {
  const url = new URL(request.url)
  const text = await request.text()
  const headers = Object.fromEntries(Object.keys(expected?.request.headers ?? {}).map((name) => [name, request.headers.get(name)]))
  return {
    method: request.method,
    host: url.host,
    path: decodePath(url.pathname + url.search),
    headers,
    userAgentStart: (request.headers.get('user-agent') ?? '').split(' ')[0],
    clientRequestId: request.headers.has('x-ms-client-request-id') ? 'present' : 'absent',
    authorization: request.headers.get('authorization')?.split(' ')[0] ?? 'absent',
    body: text === '' ? null : readBody(text, request.headers.get('content-type') ?? ''),
  }
}

function readBody(text: string, type: string): unknown {
  if (type.startsWith('application/x-www-form-urlencoded')) return { form: Object.fromEntries(new URLSearchParams(text)) }
  try {
    return JSON.parse(mask(text))
  } catch {
    return text
  }
}

/** What a recorded request says, in the shape of `seen`. */
export function expectedRequests(recording: Recording): readonly unknown[] {
  return recording.exchanges.map(({ request }) => ({
    method: request.method,
    host: request.host,
    path: decodePath(request.path.replace(/\/(role(?:Assignments|Definitions))\/[0-9a-f-]{36}(?=\?)/, '/$1/<guid>')),
    headers: request.headers,
    userAgentStart: request.userAgentStart,
    clientRequestId: request.clientRequestId,
    authorization: request.authorization,
    body: request.body ?? null,
  }))
}

function decodePath(path: string): string {
  return decodeURIComponent(path).replace(/\/(role(?:Assignments|Definitions))\/[0-9a-f-]{36}(?=\?)/, '/$1/<guid>')
}

function answer({ response }: Exchange): Response {
  const { body } = response
  const text = body === null || body === undefined ? null : typeof body === 'string' ? body : pythonJson(body)
  const status = response.status
  return new Response([101, 204, 205, 304].includes(status) ? null : text, { status, headers: response.headers })
}

/** Fails with the first difference between a recording and its replay. */
export function compare(recording: Recording, result: Replay): void {
  assert.deepEqual(result.requests, expectedRequests(recording), 'requests')
  if (recording.help !== undefined) compareHelp(recording.help, result)
  else if (recording.tty !== undefined) assert.equal(result.terminal.replaceAll('\n', '\r\n'), recording.tty.output, 'terminal')
  else {
    assert.equal(withoutTraceback(result.stderr), withoutTraceback(recording.stderr ?? ''), 'stderr')
    assert.equal(result.stdout, recording.stdout ?? '', 'stdout')
  }
  assert.equal(result.exit, recording.exit, 'exit code')
  for (const [path, file] of Object.entries(recording.filesAfter ?? {})) {
    const written = result.files.get(unmask(path))
    assert.equal(mask(written?.text ?? '<missing>'), file.text, `text of ${path}`)
    assert.equal(`0o${(written?.mode ?? 0).toString(8)}`, file.mode, `mode of ${path}`)
  }
}

/** Paths and line numbers of a traceback need not match: its lines are cut out, the error itself stays. */
function withoutTraceback(text: string): string {
  return text.replace(/Traceback \(most recent call last\):\n[\s\S]*?(?=\nTo check existing issues)/, '<traceback>')
}

function compareHelp(help: HelpStructure, result: Replay): void {
  const lines = result.stdout.split('\n')
  const headings = lines.filter((line) => /^\S/.test(line) && !line.includes('://'))
  assert.deepEqual(headings, help.headings, 'headings')
  for (const section of help.sections) {
    for (const entry of section.entries ?? []) {
      const name = entry.names.join(' ')
      const found = lines.some((line) => line.startsWith(`    ${name} `) || line === `    ${name}`)
      assert.ok(found, `${section.section} has ${name}`)
      const at = lines.findIndex((line) => line.startsWith(`    ${name} `))
      for (const tag of entry.tags) assert.ok(lines[at]?.includes(`[${tag}]`), `${name} is marked ${tag}`)
      const text = lines
        .slice(at, at + 12)
        .map((line) => line.trim())
        .join(' ')
      if (entry.allowed !== undefined) assert.ok(text.includes(`Allowed values: ${entry.allowed.join(', ')}.`), `allowed values of ${name}: ${text}`)
      if (entry.default !== undefined) assert.ok(text.includes(`Default: ${entry.default}`), `default of ${name}: ${text}`)
    }
    const names = (section.entries ?? []).map((entry) => entry.names.join(' '))
    const order = names.map((name) => lines.findIndex((line) => line.startsWith(`    ${name} `)))
    if (section.section !== 'Global Arguments')
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
        `order in ${section.section}`,
      )
  }
  assert.equal(result.stderr.split('\n')[0] ?? '', help.stderrFirst, 'first line of stderr')
}
