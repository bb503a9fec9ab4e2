// A cluster with its controllers is asked what nobody would ask; every answer has to be one that the real server could give.
import { createRandom } from '#runner/base/random.ts'
import { type FuzzRequest, fuzzRequest } from './fuzz-requests.ts'
import { startCluster } from './start-cluster.ts'

const peer = { address: '127.0.0.1', certificate: { commonName: 'fuzzer', organizations: ['system:masters'] } }

/** An answer that is none, with the request that it came to. */
export interface FuzzFault {
  readonly request: FuzzRequest
  readonly what: string
}

/** How it went: how many answers of each status, and what was wrong. */
export interface FuzzResult {
  readonly statuses: Readonly<Record<string, number>>
  readonly faults: readonly FuzzFault[]
}

/** Sends requests drawn from a seed. Every hundredth the controllers are given time to see what came of it. */
export async function fuzzCluster(seed: string, count: number): Promise<FuzzResult> {
  const random = createRandom(seed)
  const cluster = await startCluster()
  const statuses: Record<string, number> = {}
  const faults: FuzzFault[] = []
  for (let sent = 0; sent < count; sent += 1) {
    const request = fuzzRequest(random)
    const { status, fault } = await ask(cluster.server, request)
    statuses[status] = (statuses[status] ?? 0) + 1
    if (fault !== undefined) faults.push({ request, what: fault })
    if (sent % 100 === 99) await cluster.settle(1000).catch((error: unknown) => faults.push({ request, what: `a controller: ${wordsOf(error)}` }))
  }
  return { statuses, faults }
}

async function ask(
  server: Awaited<ReturnType<typeof startCluster>>['server'],
  { method, path, headers, body }: FuzzRequest,
): Promise<{ status: number; fault?: string }> {
  try {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }
    const response = await server.host.fetch(new Request(`https://kube.test${path}`, { method, headers, ...sent }), peer)
    const { status } = response
    if (status === 500) return internal(await response.text())
    if (status < 400 || method === 'HEAD') {
      await response.body?.cancel()
      return { status }
    }
    const fault = faultOf(status, response.headers.get('content-type') ?? '', await response.text())
    return fault === undefined ? { status } : { status, fault }
  } catch (error) {
    return { status: 0, fault: `no answer: ${wordsOf(error)}` }
  }
}

/** The real server says 500 too, in words of its own: a mistake of ours says InternalError. */
function internal(text: string): { status: number; fault?: string } {
  return /"reason":"InternalError"/.test(text) ? { status: 500, fault: `500: ${text.slice(0, 2000)}` } : { status: 500 }
}

/** What is wrong with a refusal; Go's own plain 404 is one too. */
function faultOf(status: number, type: string, text: string): string | undefined {
  if (!type.startsWith('application/json')) return type === '' && text !== '' ? 'a refusal without a type' : undefined
  const body = JSON.parse(text) as { kind?: string; status?: string; code?: number; message?: unknown }
  return body.kind === 'Status' && body.status === 'Failure' && body.code === status && typeof body.message === 'string'
    ? undefined
    : `no Status: ${text.slice(0, 300)}`
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.stack ?? error.message}${error.cause ? `\ncaused by ${wordsOf(error.cause)}` : ''}`
}
