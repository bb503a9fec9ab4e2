// Everything that one learner's commands can reach: a small internet, a clock and a seed (the room's door).

import type { Azure } from '../azure/arm-server.ts'
import { type Activity, createActivity } from '../base/activity.ts'
import { type AuthorityState, createAuthority } from '../base/certificates.ts'
import { createClock, machineNow, machinePulse, type WorldClock } from '../base/clock.ts'
import { localPeer } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import { createRandom, type Random } from '../base/random.ts'
import type { SilenceOf } from '../controllers/fleet/index.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { RequestLogEntry } from '../kubernetes/request-log.ts'
import type { WorldFile } from '../labs/world-file.ts'
import { ownerToken, stoppedClusters } from './azure-birth.ts'
import { beginAzure } from './begin-azure.ts'
import { birthOf } from './births/births.ts'
import { playBirth, settlingTime } from './births/play.ts'
import { runHub, runMember } from './bridges/fleet.ts'
import { type BridgeGround, exporterOf, type Membership } from './bridges/ground.ts'
import { clockHostName, createClockHost } from './clock-host.ts'
import { type Cluster, type ClusterGround, type ClusterSpec, type ClusterState, createCluster, runCluster } from './cluster.ts'
import { withFaults } from './faults.ts'
import { createHostTable, type HostTable } from './hosts.ts'
import type { Internet } from './internet.ts'
import { createManifestHost, manifestHostName } from './manifest-host.ts'
import { bringForward, followAzure, lastContainers, type WorldRecord } from './recovery.ts'
import type { WorldOptions } from './world-options.ts'
import type { WorldSnapshot } from './world-state.ts'
import { createWriters } from './writers.ts'

export type { WorldLogEntry, WorldOptions } from './world-options.ts'
export type { WorldSnapshot } from './world-state.ts'

/** A running world. It is born stopped: `clock.start()` lets its time run. */
export interface World {
  readonly file: WorldFile
  readonly clock: WorldClock
  readonly activity: Activity
  readonly internet: Internet
  readonly azure: Azure | undefined
  /** Clusters in the order in which they were made. */
  clusters(): readonly Cluster[]
  memberships(): readonly Membership[]
  /** Calls back when clusters or memberships come or go. */
  onChange(listener: () => void): () => void
  /** Who left an object of a cluster (by the cluster's id) at a resource version: from the last writes of its request log. */
  writer(cluster: string, resourceVersion: string): string | undefined
  /** A bearer token of the world's first user for an audience; `arm` for Resource Manager. Throws in a world without Azure. */
  token(audience: 'arm' | 'aks' | 'graph'): string
  /** Records what containers hold, where that has changed: when a command of the learner's is over. */
  recordContainers(): void
  /** Everything, as plain data; waits until nothing is under way. */
  snapshot(): Promise<WorldSnapshot>
  close(): void
}

const second = 1000

/** Makes the world of a file, settled as the file says; or goes on with a snapshot. */
export async function createWorld(file: WorldFile, options: WorldOptions = {}): Promise<World> {
  const { records = [] } = options
  const snapshot = options.snapshot && bringForward(options.snapshot, records)
  if (snapshot && snapshot.format !== 1) {
    throw new Error(`Cannot read a world of format ${String(snapshot.format)}: expected format 1; use the release that wrote it, or start the lab again`)
  }
  const world = new RunningWorld(snapshot?.file ?? file, { ...options, ...(snapshot ? { snapshot } : {}) })
  await world.begin(snapshot, records)
  return world
}

/** A second world that goes on from where this one is; neither sees the other afterwards. */
export async function forkWorld(world: World, options: WorldOptions = {}): Promise<World> {
  return createWorld(world.file, { ...options, snapshot: await world.snapshot() })
}

class RunningWorld implements World {
  readonly file: WorldFile
  readonly clock: WorldClock
  readonly activity = createActivity()
  azure: Azure | undefined
  readonly #options: WorldOptions
  readonly #secret: string
  readonly #born: number
  readonly #chances: Readonly<Record<keyof WorldSnapshot['chances'], Random>>
  readonly #authority: AuthorityState
  readonly #hosts: HostTable
  readonly #clusters = new Map<string, Cluster>()
  readonly #listeners = new Set<() => void>()
  readonly #writers = createWriters()
  #memberships: readonly Membership[] = []
  /** Those whose agents do not run. */
  #silences: readonly Membership[] = []
  /** Set once the world is there: its birth is no change. */
  #record: WorldOptions['record']
  /** While a world is brought forward: what its containers held last. */
  #containers: ReadonlyMap<string, JsonObject> = new Map()
  /** What containers of each cluster held when it was last recorded. */
  readonly #told = new Map<string, string>()

  constructor(file: WorldFile, options: WorldOptions) {
    const { snapshot, pulse = machinePulse } = options
    this.file = file
    this.#options = options
    this.#born = snapshot?.born ?? (file.clock.start === undefined ? Math.floor(machineNow() / second) * second : Date.parse(file.clock.start))
    this.#secret = snapshot?.secret ?? options.secret ?? crypto.randomUUID()
    this.clock = createClock(snapshot?.clock ?? { now: this.#born - (file.fleet ? settlingTime : 0), pace: file.clock.pace ?? 1, timers: [] }, {
      pulse,
      activity: this.activity,
    })
    this.#chances = {
      faults: createRandom(snapshot?.chances.faults ?? `${file.seed}/faults`),
      azure: createRandom(snapshot?.chances.azure ?? `${file.seed}/azure`),
      secret: createRandom(snapshot?.chances.secret ?? `${this.#secret}/azure`),
    }
    this.#authority = snapshot?.authority ?? createAuthority('Drydock world CA', { secret: createRandom(`${this.#secret}/authority`), now: this.#born })
    this.#hosts = createHostTable({ authority: this.#authority, secret: this.#secret, born: this.#born })
    this.#hosts.put(clockHostName, { host: createClockHost(this.clock) })
    this.#hosts.put(manifestHostName, { host: createManifestHost() })
  }

  get internet(): Internet {
    return this.#hosts
  }

  clusters(): readonly Cluster[] {
    return [...this.#clusters.values()]
  }

  memberships(): readonly Membership[] {
    return this.#memberships
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  writer(cluster: string, resourceVersion: string): string | undefined {
    return this.#writers.of(cluster, resourceVersion)
  }

  async begin(snapshot: WorldSnapshot | undefined, records: readonly WorldRecord[]): Promise<void> {
    const ground = this.#bridgeGround()
    if (this.file.azure) this.#beginAzure(ground, snapshot)
    if (snapshot) {
      this.#containers = lastContainers(records)
      for (const state of snapshot.clusters) this.#addCluster(state.spec, { own: [], state })
      this.#bind(snapshot.memberships)
      for (const record of records) this.#repeat(record)
      const stopped = stoppedClusters(this.azure)
      for (const id of stopped) this.#power(id, false, ground)
      for (const cluster of this.#clusters.values()) if (!stopped.has(cluster.spec.id)) runCluster(cluster, this.file.durations)
      for (const cluster of this.#clusters.values()) if (cluster.spec.flavor === 'hub') runHub(cluster, ground)
      for (const membership of this.#memberships) if (!stopped.has(membership.cluster)) runMember(ground, membership)
      await this.activity.settled()
    } else {
      await playBirth(this.file, { ground, clock: this.clock, activity: this.activity })
    }
    this.#containers = new Map()
    this.#beginRecording()
  }

  #repeat(record: WorldRecord): void {
    if (record.kind === 'object') this.#clusters.get(record.cluster)?.repeat(record.mutation, record.random)
    if (record.kind === 'cluster' && !this.#clusters.has(record.spec.id)) this.#addCluster(record.spec, { own: record.own })
    if (record.kind === 'version') this.#clusters.get(record.cluster)?.upgradeTo(record.version)
    if (record.kind === 'renewed') this.#renew(record.cluster)
    if (record.kind === 'cluster-gone') this.#removeCluster(record.id)
    if (record.kind === 'memberships') this.#bind(record.memberships)
  }

  recordContainers(): void {
    for (const { spec, containers } of this.#clusters.values().map((cluster) => ({ spec: cluster.spec, containers: cluster.containers() }))) {
      const text = JSON.stringify(containers)
      if (this.#told.get(spec.id) === text) continue
      this.#told.set(spec.id, text)
      this.#record?.({ kind: 'containers', at: this.clock.now(), cluster: spec.id, state: containers })
    }
  }

  #beginRecording(): void {
    const { record } = this.#options
    if (!record) return
    for (const cluster of this.#clusters.values()) this.#told.set(cluster.spec.id, JSON.stringify(cluster.containers()))
    const { azure, clock } = this
    this.#record = record
    const changes = azure && followAzure(azure)
    azure?.onChange(() => {
      const change = changes?.()
      if (change) record({ kind: 'azure', at: clock.now(), chances: { azure: this.#chances.azure.state, secret: this.#chances.secret.state }, ...change })
    })
  }

  token(audience: 'arm' | 'aks' | 'graph'): string {
    return ownerToken(this.azure, audience)
  }

  async snapshot(): Promise<WorldSnapshot> {
    await this.activity.settled()
    return {
      format: 1,
      file: this.file,
      secret: this.#secret,
      born: this.#born,
      clock: this.clock.state(),
      authority: { ...this.#authority },
      chances: { faults: this.#chances.faults.state, azure: this.#chances.azure.state, secret: this.#chances.secret.state },
      clusters: this.clusters().map((cluster) => cluster.state()),
      memberships: this.#memberships,
      ...(this.azure ? { azure: this.azure.state() } : {}),
    }
  }

  close(): void {
    this.clock.stop()
    this.azure?.stop()
    for (const cluster of this.#clusters.values()) cluster.stop()
  }

  #bind(memberships: readonly Membership[]): void {
    this.#memberships = memberships
    this.#silences = memberships.filter(({ silence }) => silence !== undefined)
  }

  #beginAzure(ground: BridgeGround, snapshot: WorldSnapshot | undefined): void {
    const { clock, file } = this
    const azure = beginAzure(file, { secret: this.#secret, clock, chances: this.#chances, ground, ...(snapshot?.azure && { state: snapshot.azure }) })
    this.azure = azure
    for (const [name, host] of Object.entries(azure.hosts)) {
      this.#hosts.put(name, { host: withFaults(name, host, { faults: this.file.faults, random: this.#chances.faults, failOperation: azure.failOperation }) })
    }
  }

  #bridgeGround(): BridgeGround {
    const ground: BridgeGround = {
      file: this.file,
      now: () => this.clock.now(),
      born: this.#born,
      ca: this.#authority.certificate,
      azure: () => {
        if (!this.azure) throw new Error('This world has no Azure')
        return this.azure
      },
      cluster: (id) => this.#clusters.get(id),
      addCluster: (spec, own = []) => {
        this.#record?.({ kind: 'cluster', at: this.clock.now(), spec, own })
        const cluster = this.#addCluster(spec, { own })
        runCluster(cluster, this.file.durations)
        return cluster
      },
      removeCluster: (id) => this.#removeCluster(id),
      upgradeCluster: (id, version) => {
        this.#record?.({ kind: 'version', at: this.clock.now(), cluster: id, version })
        this.#clusters.get(id)?.upgradeTo(version)
      },
      powerCluster: (id, on) => this.#power(id, on, ground),
      renewCluster: (id) => this.#renew(id),
      memberships: () => this.#memberships,
      setMemberships: (memberships) => {
        this.#bind(memberships)
        this.#record?.({ kind: 'memberships', at: this.clock.now(), memberships })
        this.#changed()
      },
    }
    return ground
  }

  #addCluster(spec: ClusterSpec, options: { own: readonly KubernetesObject[]; state?: ClusterState }): Cluster {
    const ground: ClusterGround = {
      clock: this.clock,
      activity: this.activity,
      secret: this.#secret,
      seed: String(this.file.seed),
      declarations: this.#options.declarations,
      outside: async (request) => this.#hosts.host(new URL(request.url).hostname)?.fetch(request, localPeer),
      beyond: async ({ id }, slice, address, port) => {
        const exporter = exporterOf(slice, { memberships: this.#memberships, importer: id })
        return exporter && this.#clusters.get(exporter.cluster)?.reach(address, port)
      },
      log: (cluster, entry) => this.#noted(cluster, entry),
      ...(this.#options.record
        ? { mutation: ({ id }, mutation, random) => this.#record?.({ kind: 'object', at: this.clock.now(), cluster: id, random, mutation }) }
        : {}),
    }
    const silenceOf: SilenceOf = (member) => this.#silences.find((one) => one.hub === spec.id && one.member === member)?.silence
    const birth = birthOf(spec, { ground, file: this.file, azure: this.azure, ca: this.#authority.certificate, own: options.own, silenceOf })
    const cluster = createCluster(spec, ground, { birth, containers: this.#containers.get(spec.id), ...(options.state ? { state: options.state } : {}) })
    this.#clusters.set(spec.id, cluster)
    this.#showCluster(cluster)
    this.#changed()
    return cluster
  }

  #showCluster(cluster: Cluster): void {
    const { host: name } = cluster.spec
    const host = withFaults(name, cluster.server.host, { faults: this.file.faults, random: this.#chances.faults })
    this.#hosts.put(name, { host, clientCa: () => cluster.authority.certificate })
  }

  /** Off: nobody finds its host, and none of its controllers work. On: they begin anew on what it holds. */
  #power(id: string, on: boolean, ground: BridgeGround): void {
    const cluster = this.#clusters.get(id)
    if (!cluster) return
    if (!on) {
      this.#hosts.remove(cluster.spec.host)
      cluster.rest()
      return
    }
    this.#showCluster(cluster)
    runCluster(cluster, this.file.durations)
    for (const membership of this.#memberships) if (membership.cluster === id) runMember(ground, membership)
  }

  #renew(id: string): void {
    const cluster = this.#clusters.get(id)
    if (!cluster) return
    this.#record?.({ kind: 'renewed', at: this.clock.now(), cluster: id })
    cluster.renew()
    this.#showCluster(cluster)
    this.#changed()
  }

  #removeCluster(id: string): void {
    const cluster = this.#clusters.get(id)
    if (!cluster) return
    this.#record?.({ kind: 'cluster-gone', at: this.clock.now(), id })
    cluster.stop()
    this.#clusters.delete(id)
    this.#hosts.remove(cluster.spec.host)
    this.#changed()
  }

  #noted({ id, name }: ClusterSpec, entry: RequestLogEntry): void {
    this.#writers.note(id, entry)
    this.#options.log?.({ at: name, ...entry })
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
