// What a controller is: which changes wake it, and how it makes the present into what is wanted, one key at a time.

import type { CertificateRequest } from '../base/certificate-request.ts'
import type { Clock } from '../base/clock.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { Client } from '../kubernetes/client.ts'
import type { KubernetesObject, Resource } from '../kubernetes/object.ts'

/** Plain data that a controller remembers between reconciles; it stands in the world's snapshot (decision 4). */
export interface Memory {
  get(key: string): Json | undefined
  /** Sets, or with undefined forgets. */
  set(key: string, value: Json | undefined): void
  keys(): readonly string[]
}

/** How a container stands: whether its program ends by itself, how it ended, or when to look again. */
export interface ContainerLook {
  readonly plan: 'forever' | 'ends' | 'unknown'
  readonly end?: { readonly at: number; readonly code: number; readonly reason?: string }
  readonly wake?: number
}

/** What a kubelet asks of the container runtime. */
export interface ContainerRuntime {
  /** Told the key of a pod when one of its programs ended by itself. */
  ended: (pod: string) => void
  /** Told the key of a pod in which somebody's command ran: what it answers may be another thing now. */
  touched: (pod: string) => void
  start(pod: KubernetesObject, container: string, restarts: number): void
  look(pod: KubernetesObject, container: string, run: { readonly restarts: number; readonly started: number }): Promise<ContainerLook>
  /** Why a container cannot be made or started. */
  startFault(
    pod: KubernetesObject,
    container: string,
  ): { readonly reason: 'CreateContainerConfigError' | 'CreateContainerError' | 'StartError'; readonly message: string } | undefined
  volumeFault(pod: KubernetesObject): { readonly volume: string; readonly step?: string; readonly text: string } | undefined
  /** Why no sandbox can be made for a pod. */
  sandboxFault(pod: KubernetesObject): string | undefined
  /** Why a pod must go that takes more of its node's disk than it may; undefined while it does not, `free` for one that may take all. */
  diskFault(pod: KubernetesObject): Promise<string | 'free' | undefined>
  /** Whom a container runs as. */
  identity(pod: KubernetesObject, container: string): { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } | undefined
  /** Runs a probe or a hook: how long it takes, ms, why it failed, if it did, or what is worth a warning though it succeeded. */
  probe(pod: KubernetesObject, container: string, probe: JsonObject): Promise<{ readonly ms: number; readonly failure?: string; readonly warning?: string }>
  /** Asks a program to end: how long it goes on, ms, `Infinity` if it pays no heed; `trap` if it does what it has for that; undefined if nobody knows it. */
  terminate(pod: KubernetesObject, container: string): Promise<number | 'trap' | undefined>
  /** True for a program that was asked to end and has something of its own for that. */
  isTrapping(pod: KubernetesObject, container: string): boolean
  /** What a program that ended left as its termination message, or the end of its log where that is asked for. */
  lastWords(pod: KubernetesObject, container: string, code: number): string | undefined
  kill(pod: KubernetesObject, container: string, code: number): Promise<void>
  /** What a pod answers to a GET on one of its ports; undefined if nothing listens there. */
  ask(pod: KubernetesObject, port: number, path: string): Promise<{ readonly status: number; readonly body: string } | undefined>
  /** A pod of this uid is gone. */
  forget(uid: string): void
}

/** What an Event says. */
export interface EventNotice {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** Who says it; default: the controller's name. */
  readonly component?: string
  /** The machine it comes from: a kubelet's node. */
  readonly host?: string
  /** Its place among several that are said in one moment: later ones come later in lists. */
  readonly order?: number
  /** Part of the object that it is about, as `spec.containers{web}`. */
  readonly fieldPath?: string
  /** Makes it an Event of the newer sort (events.k8s.io/v1: eventTime, no count), as the scheduler's are. */
  readonly action?: string
  /** On which API server the object is: the controller's own (default) or a name in `others`. */
  readonly server?: string
}

/** The cluster's authority for certificates. */
export interface SigningAuthority {
  /** A certificate for whoever asks, PEM; `from` and `to` in ms. */
  sign(request: CertificateRequest, terms: { readonly from: number; readonly to: number; readonly usages: readonly string[] }): string
}

/** What a reconcile is handed. Reads go straight to the API server in process and cost no copy. */
export interface ControllerContext {
  readonly clock: Clock
  readonly random: Random
  /** Client of the API server that the controller belongs to, as the controller's own user. */
  readonly client: Client
  /** Clients of further API servers by role, as `hub` for a fleet's member agent. */
  readonly others: Readonly<Record<string, Client>>
  readonly memory: Memory
  /** What runs in containers; absent where nothing does. */
  readonly runtime?: ContainerRuntime
  /** Signs certificates; absent where nobody does. */
  readonly authority?: SigningAuthority
  /** Settings of the cluster that controllers read: `podCidr`, `clusterName` ... */
  readonly settings: Readonly<Record<string, string>>
  /** Records an Event on an object as the real recorder does: repeats raise the count. */
  event(object: KubernetesObject, event: EventNotice): Promise<void>
  /** Puts a key of this same controller into the queue now, or at a world time. */
  enqueue(key: string, at?: number): void
}

/** A controller's own view of a resource, as an informer's index is: it follows from the objects and stands in no snapshot. */
export interface Follower {
  /** All objects that are there now, in place of what was known. */
  reset(objects: readonly KubernetesObject[]): void
  /** Called with each change before any key is looked at. */
  change(object: KubernetesObject, change: 'ADDED' | 'MODIFIED' | 'DELETED'): void
}

/** A resource whose changes wake the controller. */
export interface ControllerWatch {
  readonly resource: Resource
  /** Which API server: `own` (default) or a name in `others`. */
  readonly server?: string
  /** Only what is in this namespace, for a controller that may see no more. */
  readonly namespace?: string
  readonly follower?: Follower
  /** Keys to reconcile after a change; default: the object's own key as `namespace/name`. Called synchronously, must be cheap. */
  keys?(object: KubernetesObject, change: 'ADDED' | 'MODIFIED' | 'DELETED', old: KubernetesObject | undefined): readonly string[]
}

/** When to look at a key again without a change: after `requeueAfter` ms of world time. */
export interface ReconcileResult {
  readonly requeueAfter?: number
}

/** A controller. `reconcile` is level-triggered: it reads the present, compares, acts; running it twice does no harm. A throw is retried with client-go's back-off. */
export interface ControllerDefinition {
  readonly name: string
  readonly watches: readonly ControllerWatch[]
  reconcile(key: string, context: ControllerContext): Promise<ReconcileResult | undefined>
  /** Field manager and user agent of its writes; default: `kube-controller-manager`. */
  readonly fieldManager?: string
}

/** Makes a controller; the types do the checking. */
export function defineController(definition: ControllerDefinition): ControllerDefinition {
  return definition
}
