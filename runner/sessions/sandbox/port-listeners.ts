// Listeners inside a sandbox at the addresses of the world's clusters: as they come and go, so do these.
import type { Server } from 'node:net'
import type { OpenPorts } from '../../edge/open-ports.ts'
import { worldAddress } from './etc-files.ts'
import { type Address, type Namespaces, openListeners } from './listeners.ts'

/** Where one listens for what address. */
interface Place {
  readonly host: string
  readonly address: Address
}

/** Keeps listeners at every open port of a world, until `close`. Where an address cannot be had inside, as without perl, nobody answers there. */
export function listenAtPorts(inside: Namespaces, openPorts: OpenPorts): { close(): Promise<void> } {
  const open = new Map<string, Server>()
  let [closed, again]: [boolean, boolean] = [false, false]
  let working: Promise<void> | undefined

  async function settle(): Promise<void> {
    const wanted = new Map<string, Place>()
    for (const address of openPorts.list()) for (const host of hostsOf(address)) wanted.set(`${host}:${address.port}`, { host, address })
    for (const [key, server] of open) if (!wanted.has(key)) close(key, server)
    const fresh = [...wanted].filter(([key]) => !open.has(key))
    if (fresh.length === 0) return
    const servers = await listenTogether(
      inside,
      fresh.map(([, { host, address }]) => ({ host, port: address.port })),
    )
    for (const [index, [key, { address }]] of fresh.entries()) {
      const server = servers[index]
      if (!server) continue
      server.on('connection', (socket) => openPorts.accept(socket, address))
      open.set(key, server)
      if (closed) close(key, server)
    }
  }

  function close(key: string, server: Server): void {
    server.close()
    open.delete(key)
  }

  /** One change after another; many that come meanwhile are one. */
  function look(): void {
    if (closed) return
    again = working !== undefined
    if (again) return
    working = settle()
      .catch(() => undefined)
      .then(() => {
        working = undefined
        if (again) look()
      })
  }

  const unfollow = openPorts.onChange(look)
  look()
  return {
    async close() {
      closed = true
      unfollow()
      for (const [key, server] of open) close(key, server)
      await working
    },
  }
}

/** What is found at the loopback is found by the machine's own name, too. */
function hostsOf({ host }: Address): readonly string[] {
  return host === '127.0.0.1' ? [host, worldAddress] : [host]
}

/** All at once; where one of them cannot be had, each by itself. */
async function listenTogether(inside: Namespaces, addresses: readonly Address[]): Promise<readonly (Server | undefined)[]> {
  try {
    return await openListeners(inside, addresses)
  } catch {
    const alone = addresses.map((address) => openListeners(inside, [address]).catch(() => []))
    return (await Promise.all(alone)).map(([server]) => server)
  }
}
