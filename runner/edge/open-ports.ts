// Ports of a world's clusters at their own addresses: load balancers, and for who sits at a control plane also its nodes, Services and pods.
import type { Socket } from 'node:net'
import type { OpenAddress } from '../containers/open-addresses.ts'
import type { World } from '../world/world.ts'
import type { Edge } from './serve.ts'

type Cluster = ReturnType<World['clusters']>[number]

/** Where something may answer beside the hosts that have names of the internet. */
export interface OpenPorts {
  list(): readonly OpenAddress[]
  /** Names of machines that one sits beside, with their addresses. */
  names(): readonly (readonly [name: string, address: string])[]
  /** Calls back when there may be others; returns what ends it. */
  onChange(listener: () => void): () => void
  /** Takes a connection that was made to an address. */
  accept(socket: Socket, address: OpenAddress): void
  close(): void
}

const watched = ['services', 'nodes', 'pods'].map((plural) => ({ group: '', version: 'v1', plural, kind: '', namespaced: true }))
/** Changes that come faster are looked at together, ms. */
const apart = 100

/** The ports of a world's clusters; `edge` answers for their API servers. */
export function openPortsOf(world: World, edge: Edge): OpenPorts {
  const listeners = new Set<() => void>()
  const watches = new Map<Cluster, readonly { stop(): void }[]>()
  const tell = paced(() => {
    for (const listener of listeners) listener()
  })

  function unwatch(cluster: Cluster): void {
    for (const watch of watches.get(cluster) ?? []) watch.stop()
    watches.delete(cluster)
  }

  function follow(): void {
    const clusters = world.clusters().filter(({ spec }) => spec.flavor !== 'hub')
    for (const cluster of watches.keys()) if (!clusters.includes(cluster)) unwatch(cluster)
    for (const cluster of clusters) if (!watches.has(cluster)) watches.set(cluster, watch(cluster, tell.now))
    tell.now()
  }

  const unfollow = world.onChange(follow)
  follow()
  return {
    list: () => world.clusters().flatMap((cluster) => addressesOf(cluster, world)),
    names: () => world.clusters().flatMap((cluster) => (isBeside(cluster, world) ? cluster.nodeNames() : [])),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    accept(socket, address) {
      const cluster = world.clusters().find((each) => addressesOf(each, world).some((one) => isSame(one, address)))
      if (cluster?.apiServers().some((one) => isSame(one, address))) edge.accept(socket, { host: cluster.spec.host })
      else void serve(socket, address, cluster)
    },
    close() {
      unfollow()
      tell.stop()
      listeners.clear()
      for (const cluster of [...watches.keys()]) unwatch(cluster)
    },
  }
}

/** One sits at the control plane of a cluster that kubeadm made, if it is the only one; clusters of a cloud are seen from outside. */
function isBeside({ spec }: Cluster, world: World): boolean {
  return spec.flavor === 'kubeadm' && world.clusters().length === 1
}

function addressesOf(cluster: Cluster, world: World): readonly OpenAddress[] {
  return cluster.spec.flavor === 'hub' ? [] : cluster.openAddresses(isBeside(cluster, world) ? 'machine' : 'outside')
}

function isSame(one: OpenAddress, other: OpenAddress): boolean {
  return one.host === other.host && one.port === other.port
}

function watch(cluster: Cluster, event: () => void): readonly { stop(): void }[] {
  const client = cluster.clientOf(cluster.admin)
  return watched.map((resource) => client.watch(resource, { resourceVersion: '' }, { event }))
}

/** Work that is done soon after it is asked for, and then again at most ten times a second. */
function paced(work: () => void): { now(): void; stop(): void } {
  let [waiting, resting]: [boolean, boolean] = [false, false]
  let timer: NodeJS.Timeout | undefined
  function begin(): void {
    waiting = false
    resting = true
    timer = setTimeout(() => {
      resting = false
      if (waiting) begin()
    }, apart).unref()
    work()
  }
  return {
    now() {
      if (waiting) return
      waiting = true
      if (!resting) setImmediate(() => waiting && !resting && begin())
    },
    stop() {
      waiting = false
      clearTimeout(timer)
    },
  }
}

/** Bytes go to and fro; TLS is not spoken but by API servers. */
async function serve(socket: Socket, address: OpenAddress, cluster: Cluster | undefined): Promise<void> {
  socket.on('error', () => socket.destroy())
  const connection = (await cluster?.dial(address, { data: (bytes) => void socket.write(bytes), end: () => void socket.end() })) ?? 'refused'
  if (connection === 'refused') socket.resetAndDestroy()
  if (connection === 'silent') socket.resume()
  if (typeof connection === 'string') return
  socket.once('data', (bytes) => {
    if (bytes[0] === handshake) socket.resetAndDestroy()
  })
  socket.on('data', (bytes) => connection.send(bytes))
  socket.on('close', () => connection.close())
}

/** The first byte of a TLS connection. */
const handshake = 0x16
