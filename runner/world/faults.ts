// Faults of a world file: some requests are answered with an error instead, or what they begin fails, by chance from the world's seed.
import { type Host, jsonResponse } from '../base/host.ts'
import type { Random } from '../base/random.ts'
import type { WorldFile } from '../labs/world-file.ts'

type Fault = WorldFile['faults'][number]

/** How a fault reaches what a request has begun: the operation of that id will fail so. */
type FailOperation = (id: string, error: { readonly code: string; readonly message: string }) => void

/** A host that fails as the faults say and else is the host given. */
export function withFaults(name: string, host: Host, options: { faults: readonly Fault[]; random: Random; failOperation?: FailOperation }): Host {
  const faults = options.faults.filter((fault) => matches(fault.host, name))
  if (faults.length === 0) return host
  return {
    ...host,
    async fetch(request, peer) {
      const path = new URL(request.url).pathname
      const hit = faults.find(
        (fault) => (fault.method ?? request.method) === request.method && matches(fault.path, path) && options.random.next() < fault.chance,
      )
      if (!hit) return host.fetch(request, peer)
      if (!hit.operation) return refusal(hit)
      const response = await host.fetch(request, peer)
      const begun = operationOf(response)
      if (begun !== undefined) options.failOperation?.(begun, { code: codeOf(hit), message: messageOf(hit) })
      return response
    },
  }
}

function refusal(fault: Fault): Response {
  const response = jsonResponse({ error: { code: codeOf(fault), message: messageOf(fault) } }, fault.answer)
  if (fault.retryAfter !== undefined) response.headers.set('retry-after', String(fault.retryAfter))
  return response
}

function codeOf({ code = 'InjectedFault' }: Fault): string {
  return code
}

function messageOf({ answer, message, operation }: Fault): string {
  return message ?? `This world ${operation ? 'lets this operation fail' : `answers ${answer} here`}: a fault of its world file.`
}

/** The operation that an answer leads to, by the last id of its address. */
function operationOf(response: Response): string | undefined {
  const address = response.headers.get('azure-asyncoperation') ?? response.headers.get('location') ?? ''
  return /\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\?|$)/i.exec(address)?.[1]
}

/** `*` stands for any run of characters. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`, 'i').test(text)
}
