// Who may ask at all: exact names of this server, exact origins of its pages. Fails closed.
import { csrfHeader } from './messages.ts'

/** Names under which the server is reached, as they stand in Host (`localhost:7750`) and in Origin (`http://localhost:7750`). */
export interface Allowed {
  readonly hosts: ReadonlySet<string>
  readonly origins: ReadonlySet<string>
}

/** The names of a server at a port of the loopback, and the public origins that an operator adds. */
export function allowedNames(port: number, publicOrigins: readonly string[] = []): Allowed {
  const names = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
  return {
    hosts: new Set([...names, ...publicOrigins.map((origin) => new URL(origin).host)]),
    origins: new Set([...names.map((name) => `http://${name}`), ...publicOrigins.map((origin) => new URL(origin).origin)]),
  }
}

type Header = (name: string) => string | undefined

/** Whether the Host is one of ours: a name that somebody else's DNS leads here (rebinding) is not. */
export function isOurHost(header: Header, { hosts }: Allowed): boolean {
  return hosts.has((header('host') ?? '').toLowerCase())
}

/** Whether a state-changing request comes from a page of ours: its Origin, where the browser tells one, and a header that no form can set. */
export function isOurPage(header: Header, { origins }: Allowed): boolean {
  const origin = header('origin')
  const site = header('sec-fetch-site')
  if (header(csrfHeader) === undefined) return false
  if (origin !== undefined && !origins.has(origin)) return false
  return site === undefined || site === 'same-origin'
}

/** Whether a WebSocket comes from a page of ours: browsers always tell the Origin of one. */
export function isOurSocket(header: Header, { origins }: Allowed): boolean {
  return origins.has(header('origin') ?? '')
}
