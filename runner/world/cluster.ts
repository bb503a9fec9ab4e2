// A cluster: an API server with its controllers and its own authority for client certificates.
import type { Activity } from '../base/activity.ts'
import { type AuthorityState, clientCertificate, type KeyPair, signRequest } from '../base/certificates.ts'
import type { Clock } from '../base/clock.ts'
import { localPeer } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import { createRandom, type Random, type RandomState } from '../base/random.ts'
import { createConnections } from '../containers/connections.ts'
import { textsBelow } from '../containers/node-files.ts'
import { apiServers, dialAddress, nodeNames, type OpenAddress, openAddresses, type Viewpoint } from '../containers/open-addresses.ts'
import { createRuntime, type Runtime } from '../containers/runtime.ts'
import type { ControllerDefinition } from '../controllers/controller.ts'
import { clusterControllers } from '../controllers/index.ts'
import { type RunningControllers, runControllers } from '../controllers/run-controllers.ts'
import { type AdmissionPlugin, type ApiServer, type ApiServerState, createApiServer, type Mutation } from '../kubernetes/api-server.ts'
import type { Client } from '../kubernetes/client.ts'
import { type Authorizer, systemUser, type TokenAuthenticator, type UserInfo } from '../kubernetes/identity.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { PortReceiver } from '../kubernetes/pod-connections.ts'
import type { RequestLogEntry } from '../kubernetes/request-log.ts'
import type { WorldFile } from '../labs/world-file.ts'
import type { AksFacts } from './births/aks.ts'
import { clusterSecrets, renewedSecrets } from './cluster-secrets.ts'

/** What a cluster is made from; all plain data, and it stands in the snapshot. */
export interface ClusterSpec {
  /** Unique in the world; for AKS clusters the resource id. */
  readonly id: string
  /** What people call it: the managed cluster's, hub's or kubeadm cluster's name. */
  readonly name: string
  /** Host name of its API server on the world's internet. */
  readonly host: string
  /** Port that kubeconfigs name: 443 on AKS, 6443 on kubeadm's. */
  readonly port: number
  readonly flavor: 'plain' | 'kubeadm' | 'aks' | 'hub'
  /** The version it was born with: what it was born with follows from it. */
  readonly version: string
  /** The version that it was upgraded to since. */
  readonly upgraded?: string
  readonly serviceCidr: string
  readonly podCidr: string
  readonly authorization: readonly ('RBAC' | 'AlwaysAllow')[]
  readonly without: readonly string[]
  /** Feature gates that are open beyond the default, by their Kubernetes names; absent for none. */
  readonly featureGates?: readonly string[]
  /** How often its certificates were renewed; absent if never. */
  readonly renewed?: number
  /** Context name for the world's own kubeconfig, if it has one there. */
  readonly context?: string
  readonly born: number
  /** What an AKS cluster was made with: its nodes' names and its system workloads follow from it. */
  readonly aks?: Pick<AksFacts, 'resourceGroup' | 'subscriptionId' | 'location' | 'nodePools' | 'nodeSuffix'>
}

/** Everything of a cluster that a snapshot holds. */
export interface ClusterState {
  readonly spec: ClusterSpec
  readonly authority: AuthorityState
  readonly random: Random['state']
  readonly api: ApiServerState
  readonly controllers: Readonly<Record<string, JsonObject>>
  /** What containers hold; absent where none did. */
  readonly containers?: JsonObject
}

/** A set of controllers that belongs together: the cluster's own, a fleet hub's, a member agent's. */
export interface ControllerSet {
  readonly name: string
  readonly definitions: readonly ControllerDefinition[]
  readonly others?: Readonly<Record<string, Client>>
  readonly settings?: Readonly<Record<string, string>>
  /** Who the set's controllers are to the API server; default: the controller's own system user. */
  readonly user?: UserInfo
}

/** What all clusters of a world share. */
export interface ClusterGround {
  readonly clock: Clock
  readonly activity: Activity
  /** Seed of keys and tokens. */
  readonly secret: string
  /** Seed of names and addresses. */
  readonly seed: string
  readonly declarations?: ((path: string) => string | undefined) | undefined
  /** The world's other hosts; undefined for a name that it does not have. */
  outside?(request: Request): Promise<Response | undefined>
  /** What listens in another cluster, behind an EndpointSlice that one of them imported. */
  beyond?(cluster: ClusterSpec, slice: string, address: string, port: number): ReturnType<Cluster['reach']>
  log?(cluster: ClusterSpec, entry: RequestLogEntry): void
  /** Told of each change of a cluster's store before the write is answered, and where its chance stands then. */
  mutation?(cluster: ClusterSpec, mutation: Mutation, random: RandomState): void
}

/** What a cluster is born with, beside its spec. `shared` is one array for all clusters of the same shape. */
export interface ClusterBirth {
  readonly shared: readonly KubernetesObject[]
  readonly own: readonly KubernetesObject[]
  /** Names of its nodes. */
  readonly nodes: readonly string[]
  readonly admission: readonly AdmissionPlugin[]
  readonly tokens: readonly TokenAuthenticator[]
  readonly authorizers: readonly Authorizer[]
  /** What readers see of objects whose signs of life are not written but computed (decision 7). */
  readonly onRead: Readonly<Record<string, (object: KubernetesObject, now: number) => KubernetesObject>>
}

/** A running cluster. */
export interface Cluster {
  readonly spec: ClusterSpec
  readonly server: ApiServer
  /** Names of the nodes that it was born with. */
  readonly bornNodes: readonly string[]
  readonly authority: AuthorityState
  /** User and groups of the cluster's administrator. */
  readonly admin: UserInfo
  /** Bearer token of the administrator. */
  readonly adminToken: string
  /** Client certificate of the administrator. */
  adminCertificate(): KeyPair
  clientOf(user: UserInfo, fieldManager?: string): Client
  /** Starts a set in place of an earlier one of its name. */
  run(set: ControllerSet): void
  /** Brings the store forward by what a recovery log tells, before any set runs; chance goes on from `random`. */
  repeat(mutation: Mutation, random: RandomState): void
  /** From now on the API server says that it is of this version. */
  upgradeTo(version: string): void
  /** Another authority, another token of the administrator: the old ones open nothing any more. */
  renew(): void
  /** Ends a set; what it remembered is forgotten. */
  end(set: string): void
  /** Ends every set: nothing works in it until some is run again. */
  rest(): void
  state(): ClusterState
  /** What its containers hold, as it stands in the state. */
  containers(): JsonObject
  /** What listens at a pod's address, for who comes from another cluster. */
  reach(address: string, port: number): ReturnType<Runtime['net']['reach']>
  /** Where it answers who stands on one of its machines, or somewhere outside. */
  openAddresses(from: Viewpoint): readonly OpenAddress[]
  /** Those of them that are its API server's. */
  apiServers(): readonly OpenAddress[]
  /** Names and addresses of its machines. */
  nodeNames(): ReturnType<typeof nodeNames>
  /** What lies in `/etc` of a machine of it, by path. */
  etcOf(node: string): Readonly<Record<string, string>>
  /** Connects somebody to such an address. */
  dial(address: OpenAddress, receive: PortReceiver): ReturnType<typeof dialAddress>
  stop(): void
}

const administrators: Readonly<Record<ClusterSpec['flavor'], UserInfo>> = {
  plain: systemUser('kubernetes-admin'),
  kubeadm: { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] },
  aks: systemUser('masterclient'),
  hub: systemUser('masterclient'),
}

/** `state` is what it goes on from; `containers`, where it is given, is later than what stands there. */
export interface ClusterOptions {
  readonly birth: ClusterBirth
  readonly state?: ClusterState
  readonly containers?: JsonObject | undefined
}

/** Makes a cluster, or with `state` goes on with one. Its controllers wait for `runCluster`. */
export function createCluster(spec: ClusterSpec, ground: ClusterGround, options: ClusterOptions): Cluster {
  return new RunningCluster(spec, ground, options)
}

/** Sets Kubernetes' own controllers to work. Where durations are `real`, programs that heed no signal live as long as their pod lets them. */
export function runCluster(cluster: Cluster, durations: WorldFile['durations']): void {
  cluster.server.repeated()
  const { flavor, without } = cluster.spec
  const settings: Record<string, string> = {
    durations,
    ...(flavor === 'aks' && { cloud: 'azure' }),
    ...(without.includes('kubelet') && { bornNodes: cluster.bornNodes.join(' ') }),
  }
  cluster.run({ name: 'cluster', definitions: clusterControllers(without), settings })
}

/** The cluster's containers; programs in them reach its API server as anyone does. */
function clusterRuntime(spec: ClusterSpec, ground: ClusterGround, from: { server(): ApiServer; state: JsonObject | undefined }): Runtime {
  return createRuntime({
    clock: ground.clock,
    name: spec.id,
    ...(from.state && { state: from.state }),
    reader: () => from.server().reader,
    beyond: async (slice, address, port) => ground.beyond?.(spec, slice, address, port),
    token: (pod, audience, seconds) => from.server().tokenFor(pod, audience, seconds) ?? '',
    api: async ({ method, path, headers, body }) => {
      const request = new Request(`https://kubernetes.default.svc${path}`, { method, headers, ...(body !== '' && { body }) })
      const response = await from.server().host.fetch(request, localPeer)
      return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
    },
  })
}

class RunningCluster implements Cluster {
  spec: ClusterSpec
  readonly server: ApiServer
  authority: AuthorityState
  readonly admin: UserInfo
  readonly bornNodes: readonly string[]
  adminToken: string
  readonly #ground: ClusterGround
  readonly #random: Random
  #repeated = false
  readonly #runtime: Runtime
  #before: Readonly<Record<string, JsonObject>>
  readonly #sets = new Map<string, RunningControllers>()

  constructor(spec: ClusterSpec, ground: ClusterGround, { birth, state, containers }: ClusterOptions) {
    const { authority, adminToken, serviceAccountKey } = clusterSecrets(spec, ground, state?.authority)
    this.spec = spec
    this.authority = authority
    this.adminToken = adminToken
    this.admin = administrators[spec.flavor]
    this.bornNodes = birth.nodes
    this.#ground = ground
    this.#random = createRandom(state?.random ?? `${ground.seed}/cluster/${spec.id}`)
    this.#before = state?.controllers ?? {}
    this.#runtime = clusterRuntime(spec, ground, { server: () => this.server, state: containers ?? state?.containers })
    this.server = createApiServer({
      clock: ground.clock,
      activity: ground.activity,
      random: this.#random,
      serviceCidr: spec.serviceCidr,
      name: spec.id,
      gitVersion: `v${spec.upgraded ?? spec.version}`,
      birth: birth.shared,
      seed: birth.own,
      ...(state ? { state: state.api } : {}),
      tokens: [{ authenticate: (token) => (token === this.adminToken ? this.admin : undefined) }, ...birth.tokens],
      authorizers: birth.authorizers,
      onRead: birth.onRead,
      rbac: true,
      alwaysAllow: spec.authorization.includes('AlwaysAllow'),
      serviceAccountKey,
      declarations: ground.declarations,
      outside: (request) => ground.outside?.(request) ?? Promise.resolve(undefined),
      anonymous: !spec.authorization.includes('AlwaysAllow'),
      ...(spec.flavor === 'hub' ? {} : { pods: createConnections(this.#runtime) }),
      admission: birth.admission.filter(({ name }) => !spec.without.includes(name)),
      log: (entry) => ground.log?.(spec, entry),
      ...(ground.mutation ? { mutation: (mutation: Mutation) => ground.mutation?.(spec, mutation, this.#random.state) } : {}),
    })
  }

  adminCertificate(): KeyPair {
    const secret = createRandom(`${this.#ground.secret}/admin/${this.spec.id}${this.spec.renewed === undefined ? '' : `/${this.spec.renewed}`}`)
    return clientCertificate(this.authority, this.admin, { secret, now: this.spec.born })
  }

  clientOf(user: UserInfo, fieldManager?: string): Client {
    return this.server.client(user, fieldManager === undefined ? {} : { fieldManager })
  }

  reach(address: string, port: number): ReturnType<Runtime['net']['reach']> {
    return this.#runtime.net.reach(address, port)
  }

  openAddresses(from: Viewpoint): readonly OpenAddress[] {
    return openAddresses(this.server.reader, from)
  }

  apiServers(): readonly OpenAddress[] {
    return apiServers(this.server.reader)
  }

  nodeNames(): ReturnType<typeof nodeNames> {
    return nodeNames(this.server.reader)
  }

  etcOf(node: string): Readonly<Record<string, string>> {
    return textsBelow('etc', { node, reader: this.server.reader, nameserver: this.#runtime.net.nameserver, age: 0 })
  }

  dial(address: OpenAddress, receive: PortReceiver): ReturnType<typeof dialAddress> {
    return dialAddress(this.#runtime, address, receive)
  }

  repeat(mutation: Mutation, random: RandomState): void {
    if (mutation.revision <= Number(this.server.resourceVersion())) return
    this.server.repeat(mutation)
    this.#random.goOn(random)
    this.#repeated = true
  }

  run(set: ControllerSet): void {
    this.end(set.name)
    const { clock, activity } = this.#ground
    const state = this.#before[set.name]
    const version = (): string => this.spec.upgraded ?? this.spec.version
    const running = runControllers(set.definitions, {
      clock,
      activity,
      random: this.#random,
      clientFor: (name, definition) => this.clientOf(set.user ?? systemUser(`system:${name}`), definition.fieldManager ?? 'kube-controller-manager'),
      prefix: `${this.spec.id}/${set.name}`,
      settings: {
        podCidr: this.spec.podCidr,
        clusterName: this.spec.name,
        ...set.settings,
        get version() {
          return version()
        },
      },
      ...(set.others ? { others: set.others } : {}),
      ...(state ? { state } : {}),
      catchUp: this.#repeated,
      runtime: this.#runtime,
      authority: { sign: (request, terms) => signRequest(this.authority, request, terms) },
    })
    this.#sets.set(set.name, running)
  }

  upgradeTo(version: string): void {
    this.spec = { ...this.spec, upgraded: version }
    this.server.setVersion(`v${version}`)
  }

  renew(): void {
    this.spec = { ...this.spec, renewed: (this.spec.renewed ?? 0) + 1 }
    const { authority, adminToken } = renewedSecrets(this.spec, this.#ground)
    this.authority = authority
    this.adminToken = adminToken
  }

  end(set: string): void {
    this.#sets.get(set)?.stop()
    this.#sets.delete(set)
  }

  rest(): void {
    for (const set of [...this.#sets.keys()]) this.end(set)
    this.#before = {}
  }

  state(): ClusterState {
    return {
      spec: this.spec,
      authority: { ...this.authority },
      random: this.#random.state,
      api: this.server.state(),
      controllers: Object.fromEntries([...this.#sets].map(([name, running]) => [name, running.state()])),
      containers: this.containers(),
    }
  }

  containers(): JsonObject {
    return this.#runtime.state()
  }

  stop(): void {
    for (const running of this.#sets.values()) running.stop()
    this.#runtime.stop()
  }
}
