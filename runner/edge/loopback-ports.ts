// Ports on the loopback of this machine, each of which always means one host.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Target } from './serve.ts'

/** The ports that are open. */
export interface Ports {
  /** The URL of the loopback port that means this host; opened when it is first asked for. */
  url(target: Target & { readonly host: string }): Promise<string>
  /** Closes the ports of all other hosts. */
  keep(hosts: readonly string[]): void
  close(): void
}

/** No port yet; `attach` serves each one that is opened. */
export function createPorts(attach: (server: Server, target: Target) => void): Ports {
  const open = new Map<string, Server>()
  function keep(hosts: readonly string[]): void {
    for (const [host, server] of open) {
      if (hosts.includes(host)) continue
      server.close()
      open.delete(host)
    }
  }
  return {
    async url(target) {
      const known = open.get(target.host)
      const server = known ?? createServer()
      if (!known) {
        open.set(target.host, server)
        attach(server, target)
        await once(server.listen(0, '127.0.0.1'), 'listening')
      }
      return urlOf(target.plain ? 'http' : 'https', server)
    },
    keep,
    close: () => keep([]),
  }
}

/** The URL of a server that listens. */
export function urlOf(scheme: string, server: { address(): AddressInfo | string | null }): string {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('This port is not open')
  return `${scheme}://127.0.0.1:${address.port}`
}
