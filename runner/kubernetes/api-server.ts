// A Kubernetes API server in memory: objects, watches, admission and all, asked over Request and Response or in process.
import type { Activity } from '../base/activity.ts'
import type { Clock } from '../base/clock.ts'
import type { Host } from '../base/host.ts'
import type { PrivateKey } from '../base/p256.ts'
import type { Random } from '../base/random.ts'
import type { AdmissionPlugin as Plugin } from './admission/plugin.ts'
import { createServiceAccountTokens } from './authentication/service-account-tokens.ts'
import { alwaysAllow } from './authorization/always-allow.ts'
import { createRbacAuthorizer, decideByRoles } from './authorization/rbac.ts'
import { reviews } from './authorization/reviews.ts'
import { isComplete } from './bootstrap/complete.ts'
import type { Client } from './client.ts'
import { resourcesOfDefinition } from './custom-resources/definition.ts'
import { createDirectClient, type DirectClientOptions } from './direct-client.ts'
import { goOrder } from './encoding/go-order.ts'
import { callWebhook } from './endpoints/call-webhook.ts'
import { FrameMemo } from './endpoints/frame-memo.ts'
import { createHandler } from './endpoints/handle-request.ts'
import { createUpgrader } from './endpoints/handle-upgrade.ts'
import { serverRoutes } from './endpoints/routes.ts'
import type { ReadViews, Server } from './endpoints/server.ts'
import { createWatchTimers } from './endpoints/watch-stream.ts'
import type { Authorizer, TokenAuthenticator, UserInfo } from './identity.ts'
import type { ResourceInfo, WriteContext } from './kind.ts'
import { apiVersionOf, at, formatKey, type KubernetesObject, keyOf } from './object.ts'
import type { ReadDeclarations } from './openapi/declarations.ts'
import { describeBy } from './openapi/descriptions.ts'
import { builtInResources } from './openapi/facts.ts'
import { builtInSchema } from './openapi/schema.ts'
import type { PodConnections } from './pod-connections.ts'
import { acceptNames, followDefinitions } from './registry/definitions.ts'
import { readObject, readObjects } from './registry/engine.ts'
import { asJson, asObject } from './registry/plain.ts'
import { Registry } from './registry/registry.ts'
import { storageName } from './registry/served-resource.ts'
import type { RequestLogEntry } from './request-log.ts'
import { birthLayer, type Layer, type Locate } from './storage/birth-layer.ts'
import { restoreStore, type StoreState, storeState } from './storage/state.ts'
import { Store } from './storage/store.ts'
import type { StoredEvent } from './storage/watch-log.ts'

/** A change of the store, as a recovery log keeps it. */
export type Mutation = Omit<StoredEvent, 'previous'>

/** A plugin of the admission chain. */
export type AdmissionPlugin = Plugin

/** Everything about a server that a snapshot holds. */
export interface ApiServerState {
  readonly store: StoreState
  readonly requests: number
  readonly watches: number
}

/** What a server is made of. */
export interface ApiServerOptions {
  readonly clock: Clock
  readonly activity: Activity
  readonly random: Random
  readonly serviceCidr: string
  readonly gitVersion: string
  /** Tells servers on one clock apart; their timers bear it. */
  readonly name?: string
  /** Complete objects that the cluster is born with: frozen, and shared by all servers that are given the same list. */
  readonly birth?: readonly KubernetesObject[]
  /** Complete objects of this cluster alone. Neither they nor `birth` pass admission. */
  readonly seed?: readonly KubernetesObject[]
  readonly state?: ApiServerState
  readonly tokens?: readonly TokenAuthenticator[]
  /** Asked in order. Without any, and without `rbac`, everything is allowed. */
  readonly authorizers?: readonly Authorizer[]
  readonly rbac?: boolean
  /** What the others have no opinion of is allowed. */
  readonly alwaysAllow?: boolean
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccountKey?: PrivateKey
  /** Lets requests without credentials in as `system:anonymous`. */
  readonly anonymous?: boolean
  readonly admission?: readonly AdmissionPlugin[]
  readonly onRead?: ReadViews
  /** The nodes behind the server. */
  readonly pods?: PodConnections
  /** Hosts beyond the cluster, for webhooks with a URL: the world's internet. */
  readonly outside?: ((request: Request) => Promise<Response | undefined>) | undefined
  /** Reads the package that describes built-in types (`kubectl explain`); without it nothing is described. */
  readonly declarations?: ReadDeclarations | undefined
  log?(entry: RequestLogEntry): void
  /** Called for each change before the write is answered. */
  mutation?(mutation: Mutation): void
}

/** A running API server. */
export interface ApiServer {
  /** The HTTP door. */
  readonly host: Host
  /** The inner door, as a user. */
  client(user: UserInfo, options?: DirectClientOptions): Client
  /** What is stored now, without authorization: for authorizers and for those who build the cluster. */
  readonly reader: Pick<WriteContext, 'get' | 'list'>
  resources(): readonly ResourceInfo[]
  resourceVersion(): string
  state(): ApiServerState
  /** A token of a service account, bound to a pod of its; undefined if the server issues none. */
  tokenFor(pod: KubernetesObject, audience: string, seconds: number): string | undefined
  /** Puts complete objects in place, past admission. */
  seed(objects: readonly KubernetesObject[]): void
  /** The version that `/version` and the documents tell from now on, as `v1.34.4`. */
  setVersion(gitVersion: string): void
  /** Repeats a change that a recovery log tells of. */
  repeat(mutation: Mutation): void
  /** After the last of them: what would have followed from it follows now. */
  repeated(): void
}

/** Starts a server over its birth layer, or where its state left off. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const birth = birthLayer(options.birth ?? noObjects, locateIn(options.birth ?? noObjects))
  const store = options.state ? restoreStore(birth, options.state.store) : new Store(birth, { revision: birthRevision(birth) })
  const server = assemble(options, store)
  const seed = (objects: readonly KubernetesObject[]): void => {
    for (const object of objects) seedOne(server, object)
  }
  if (!options.state && options.seed) seed(options.seed)
  if (options.mutation) store.subscribe('*', ({ previous: _, ...mutation }) => options.mutation?.(mutation))
  followDefinitions(server)
  const fetch = createHandler(server, createWatchTimers(server))
  return {
    host: { fetch, upgrade: createUpgrader(server, fetch) },
    client: (user, clientOptions) => createDirectClient(server, user, clientOptions),
    reader: readerOf(server),
    resources: () => server.registry.resources(),
    resourceVersion: () => String(store.revision),
    state: () => ({ store: storeState(store), ...server.count }),
    tokenFor: (pod, audience, seconds) => tokenFor(server, pod, { audience, seconds }),
    seed,
    setVersion(gitVersion) {
      server.gitVersion = gitVersion
    },
    repeat: (mutation) => store.repeat(mutation),
    repeated: () => acceptNames(server),
  }
}

const noObjects: readonly KubernetesObject[] = []

function assemble(options: ApiServerOptions, store: Store): Server {
  const { clock, activity, random, serviceCidr, gitVersion, state } = options
  const registry = new Registry(store)
  const read = readerOf({ registry, store })
  const key = options.serviceAccountKey
  const accounts = key && createServiceAccountTokens({ key, read, now: () => clock.now(), uuid: () => random.uuid() })
  const server: Server = {
    clock,
    activity,
    random,
    serviceCidr,
    gitVersion,
    describe: options.declarations && describeBy(options.declarations),
    store,
    registry,
    name: options.name ?? 'kubernetes',
    admission: options.admission ?? [],
    decideNow: options.rbac && !options.alwaysAllow ? (attributes) => decideByRoles(read, attributes) : () => ({ verdict: 'allow', reason: '' }),
    authorizers: [...(options.authorizers ?? []), ...(options.rbac ? [createRbacAuthorizer(read)] : []), ...(options.alwaysAllow ? [alwaysAllow] : [])],
    tokens: [...(options.tokens ?? []), ...(accounts ? [accounts] : [])],
    anonymous: options.anonymous ?? false,
    routes: serverRoutes(accounts),
    virtual: reviews,
    onRead: options.onRead ?? {},
    log: options.log && ((entry) => options.log?.(entry)),
    pods: options.pods,
    tokenRequest: accounts && ((account, body) => accounts.request(account, body)),
    count: { requests: state?.requests ?? 0, watches: state?.watches ?? 0 },
    frames: new FrameMemo(),
    outside: options.outside,
    tallies: new Map(),
    callWebhook: (asking) => callWebhook(server, asking),
  }
  return server
}

/** What a kubelet asks for the pods on its node. */
function tokenFor(server: Server, pod: KubernetesObject, { audience, seconds }: { readonly audience: string; readonly seconds: number }): string | undefined {
  const { namespace = '', name = '', uid = '' } = pod.metadata
  const account = readObject(server, 'v1', 'ServiceAccount', { namespace, name: String(at(pod, 'spec', 'serviceAccountName') ?? 'default') })
  if (!account || !server.tokenRequest) return undefined
  const spec = {
    audiences: audience === '' ? [] : [audience],
    expirationSeconds: Math.max(seconds, 3607),
    boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name, uid },
  }
  const made = server.tokenRequest(account, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec })
  return String(at(made, 'status', 'token') ?? '')
}

function readerOf(server: Pick<Server, 'registry' | 'store'>): ApiServer['reader'] {
  return {
    get: (apiVersion, kind, key) => readObject(server, apiVersion, kind, key),
    list: (apiVersion, kind, namespace) => readObjects(server, apiVersion, kind, namespace),
  }
}

function seedOne({ registry, store }: Server, object: KubernetesObject): void {
  const resource = registry.forKind(object.apiVersion, object.kind)
  if (!resource) throw new Error(`Seed the object "${object.kind} ${object.metadata.name}": its kind is not served`)
  store.seed(resource.storage, formatKey(keyOf(object)), inGoOrder(resource.toStorage(object)))
}

/** Birth objects are of built-in kinds, or of kinds that are defined among them. */
function locateIn(birth: readonly KubernetesObject[]): Locate {
  let known: ReadonlyMap<string, ResourceInfo> | undefined
  return (object) => {
    known ??= new Map(
      [...builtInResources(), ...definitionsIn(birth).flatMap(resourcesOfDefinition)].map((info) => [`${apiVersionOf(info)} ${info.kind}`, info]),
    )
    const info = known.get(`${object.apiVersion} ${object.kind}`)
    return info && { resource: storageName(info), key: formatKey(keyOf(object)), object: inGoOrder(object) }
  }
}

/** Clusters of one shape are born with the same objects: these are put in order once for all of them. */
const ordered = new WeakMap<KubernetesObject, KubernetesObject>()

/** Whoever wrote a complete object need not know the order in which Go prints it. A version keeps its place for the store. */
function inGoOrder(object: KubernetesObject): KubernetesObject {
  if (isComplete(object)) return object
  const known = ordered.get(object)
  if (known) return known
  const schema = builtInSchema(object.apiVersion, object.kind)
  const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: object.metadata.resourceVersion ?? '0' } }
  const made = schema ? asObject(goOrder(asJson(versioned), schema)) : versioned
  ordered.set(object, made)
  return made
}

function definitionsIn(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return objects.filter(({ kind }) => kind === 'CustomResourceDefinition')
}

function birthRevision(birth: Layer): number {
  let revision = 1
  for (const row of birth.values()) for (const { metadata } of row.values()) revision = Math.max(revision, Number(metadata.resourceVersion ?? 0))
  return revision
}
