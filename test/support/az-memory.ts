// A context for az and kubelogin that lives in memory: files in a map, answers from a function.
import type { AzContext } from '#runner/az/context.ts'
import { extensionFiles } from '#runner/az/extensions.ts'
import { seedProfile } from '#runner/az/seed-profile.ts'

const now = Date.parse('2026-11-24T09:00:00Z')

/** A context and what has gone out of it. */
export interface MemoryAz {
  readonly context: AzContext
  readonly files: Map<string, { readonly text: string; readonly mode: number }>
  readonly requests: Request[]
  readonly output: { stdout: string; stderr: string }
}

/** Somebody who is signed in, with the fleet extension, and what answers. */
export function memoryAz(
  answer: (request: Request) => unknown = () => ({}),
  terminal = false,
  subscription = '33333333-3333-4333-8333-333333333333',
): MemoryAz {
  const files: MemoryAz['files'] = new Map()
  const requests: Request[] = []
  const output = { stdout: '', stderr: '' }
  for (const [path, text] of Object.entries(seededFiles(subscription))) files.set(path, { text, mode: 0o600 })
  const context: AzContext = {
    fetch: async (sent) => {
      const request = new Request(sent.url, sent)
      requests.push(request.clone())
      const body = answer(request)
      return body instanceof Response ? body : Response.json(body)
    },
    env: {},
    files: {
      read: async (path) => files.get(path)?.text,
      write: async (path, text, mode) => void files.set(path, { text, mode: mode ?? files.get(path)?.mode ?? 0o644 }),
      exists: async (path) => files.has(path) || [...files.keys()].some((name) => name.startsWith(`${path}/`)),
      remove: async (path) => void files.delete(path),
      list: async (path) =>
        [...new Set([...files.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1).split('/')[0] ?? ''))].sort(),
    },
    home: '/home/learner',
    cwd: '/home/learner',
    stdin: async () => '',
    stdout: (text) => {
      output.stdout += text
    },
    stderr: (text) => {
      output.stderr += text
    },
    terminal: { stdin: terminal, stdout: terminal, stderr: terminal, columns: 80 },
    now: () => now,
    sleep: async () => {},
    randomBytes: (count) => Uint8Array.from({ length: count }, (_, index) => (index * 37 + 11) & 255),
  }
  return { context, files, requests, output }
}

function seededFiles(subscription: string): Record<string, string> {
  return {
    ...seedProfile({
      folder: '/home/learner/.azure',
      now,
      user: { objectId: '11111111-1111-4111-8111-111111111111', name: 'kim@lab.example' },
      tenant: { id: '22222222-2222-4222-8222-222222222222', domain: 'lab.example', name: 'Lab' },
      subscriptions: [{ id: subscription, name: 'Lab Subscription', isDefault: true }],
      refreshToken: 'refresh-1',
    }),
    ...extensionFiles('/home/learner/.azure/cliextensions', 'fleet', '1.8.2', { name: 'fleet', version: '1.8.2', metadata_version: '2.0' }),
  }
}

/** Answers token requests; everything else is left to the given function. */
export function withTokens(answer: (request: Request) => unknown = () => ({})): (request: Request) => unknown {
  return (request) => {
    if (request.url.endsWith('/oauth2/v2.0/token')) return { access_token: 'access-1', refresh_token: 'refresh-2', expires_in: 3600, token_type: 'Bearer' }
    if (request.url.includes('/.well-known/')) return {}
    return answer(request)
  }
}
