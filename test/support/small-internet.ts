// An internet made by hand, for tests of what stands around a world: hosts as plain functions, certificates by the world's own CA.

import { type AuthorityState, clientCertificate, createAuthority, type KeyPair, serverCertificate } from '#runner/base/certificates.ts'
import type { Host } from '#runner/base/host.ts'
import { createRandom } from '#runner/base/random.ts'
import type { Internet, ServerIdentity } from '#runner/world/internet.ts'

export interface SmallInternet extends Internet {
  /** Adds a host, or puts another in its place. With `clientCa` it takes client certificates of that authority. */
  add(name: string, host: Host, options?: { clientCa?: AuthorityState }): void
  remove(name: string): void
  authority(name: string): AuthorityState
  client(authority: AuthorityState, user: { name: string; groups: readonly string[] }): KeyPair
}

/** An internet without hosts. */
export function createSmallInternet(): SmallInternet {
  const making = { secret: createRandom('edge'), now: Date.now() }
  const root = createAuthority('small-root', making)
  const hosts = new Map<string, { host: Host; identity: ServerIdentity }>()
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  return {
    names: () => [...hosts.keys()].sort(),
    host: (name) => hosts.get(name.toLowerCase())?.host,
    identity: (name) => hosts.get(name.toLowerCase())?.identity,
    ca: root.certificate,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    add(name, host, { clientCa } = {}) {
      const pair = serverCertificate(root, [name, 'localhost', '127.0.0.1'], making)
      hosts.set(name, { host, identity: { ...pair, ...(clientCa ? { clientCa: clientCa.certificate } : {}) } })
      changed()
    },
    remove(name) {
      hosts.delete(name)
      changed()
    },
    authority: (name) => createAuthority(name, making),
    client: (authority, user) => clientCertificate(authority, user, making),
  }
}

/** A host that says who called it and for what, as JSON; it streams, echoes and fails where the path says so. */
export function talkingHost(name: string): Host {
  return {
    async fetch(request, peer) {
      const url = new URL(request.url)
      if (url.pathname === '/echo') return new Response(request.body, { status: 201, headers: { 'x-host': name } })
      if (url.pathname === '/fail') throw new Error('on purpose')
      const authorization = request.headers.get('authorization')
      return Response.json({ name, method: request.method, url: request.url, authorization, peer })
    },
  }
}
