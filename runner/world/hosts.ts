// The internet of one world as it is kept: host names, who answers, and certificates made when they are first asked for.

import { type AuthorityState, serverCertificate } from '../base/certificates.ts'
import type { Host, Peer } from '../base/host.ts'
import { createRandom } from '../base/random.ts'
import type { Internet, ServerIdentity } from './internet.ts'

/** A host being put on the internet. `clientCa`: PEM of who signs its client certificates. */
export interface HostEntry {
  readonly host: Host
  clientCa?(): string
}

/** An internet that its world can change. */
export interface HostTable extends Internet {
  put(name: string, entry: HostEntry): void
  remove(name: string): void
}

/** An empty internet. Certificates depend on the authority, the secret and the host's name alone. */
export function createHostTable(options: { authority: AuthorityState; secret: string; born: number }): HostTable {
  const { authority, secret, born } = options
  const entries = new Map<string, HostEntry>()
  const identities = new Map<string, ServerIdentity>()
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }

  function identity(name: string): ServerIdentity | undefined {
    const entry = entries.get(name)
    if (!entry) return undefined
    const known = identities.get(name)
    if (known) return known
    const pair = serverCertificate(authority, [name, 'localhost', '127.0.0.1'], { secret: createRandom(`${secret}/${name}`), now: born })
    const made = { key: pair.key, certificate: pair.certificate, ...(entry.clientCa === undefined ? {} : { clientCa: entry.clientCa() }) }
    identities.set(name, made)
    return made
  }

  return {
    ca: authority.certificate,
    names: () => [...entries.keys()].sort(),
    host: (name) => entries.get(name.toLowerCase())?.host,
    identity: (name) => identity(name.toLowerCase()),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    put(name, entry) {
      entries.set(name, entry)
      identities.delete(name)
      changed()
    },
    remove(name) {
      if (entries.delete(name)) changed()
    },
  }
}

/** Sends a request to the host that its URL names; a host that the world does not have is refused in words. */
export async function fetchFrom(internet: Internet, request: Request, peer: Peer): Promise<Response> {
  const { hostname } = new URL(request.url)
  const host = internet.host(hostname)
  if (!host) throw new TypeError(`This world has no host "${hostname}": it has ${internet.names().join(', ')}`)
  return host.fetch(request, peer)
}
