// What a row of Azure's table of resource types is, as data; `resource-manager.ts` is the engine that reads it.
import type { Clock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { Random } from '../base/random.ts'
import type { ArmError } from './arm-error.ts'
import type { Directory } from './entra/directory.ts'
import type { AzureHooks } from './hooks.ts'
import type { ResourceId } from './resource-id.ts'
import type { ResourceStore } from './resource-store.ts'
import type { AzureState, Operation, Resource, ResourceBody } from './state.ts'

/** What every row is handed: the world's clock and chance, the other resources, the people, the hooks. */
export interface AzureContext {
  readonly clock: Clock
  /** Chance for names and ids that last. */
  readonly random: Random
  /** A fresh id for one request, one operation, one eTag: taken from a chance of its own. */
  requestId(): string
  readonly tenant: AzureState['tenant']
  readonly store: ResourceStore
  readonly directory: Directory
  readonly hooks: AzureHooks
  /** Reads or writes a resource as somebody: the same checks and answers as over HTTP. `path` has its api-version. */
  send(request: {
    readonly method: string
    readonly path: string
    readonly body?: JsonObject
    readonly caller: Caller
  }): Promise<{ readonly status: number; readonly body: JsonObject }>
  /** Whether what takes minutes at the vendor's is over in a moment here. */
  readonly durations: 'short' | 'real'
}

/** Who asks. `name` is the user's principal name, or the application's id. */
export interface Caller {
  readonly objectId: string
  readonly name: string
  readonly kind: 'User' | 'Application'
}

/** A PUT, PATCH or action that passed the engine's own checks. */
export interface WriteRequest {
  /** Canonical id of the resource that is written or acted on. */
  readonly id: ResourceId
  readonly name: string
  readonly body: JsonObject
  /** What stands there now; always present for PATCH and actions. */
  readonly old: Resource | undefined
  readonly caller: Caller
  readonly context: AzureContext
  readonly query: ReadonlyMap<string, string>
  readonly correlationId: string
}

/** How long something takes in world ms: `real` as the vendor needs; `short` for lessons, done at the first poll after `Retry-After: 1`. */
export interface Duration {
  readonly real: number
  readonly short?: number
}

/** A long-running operation to start. */
export interface OperationPlan {
  /** `provisioningState` while it runs. */
  readonly state: string
  readonly takes: Duration
  /** Status words while it runs; default `InProgress` throughout. */
  readonly phases?: readonly string[]
}

/** What a write makes of a resource: the body without id, name, type, eTag and systemData, which the engine adds. */
export interface Draft {
  readonly body: JsonObject
  readonly inner?: JsonObject
  readonly operation?: OperationPlan
}

/** An operation that comes to its end. */
export interface Completion {
  /** The resource as it is now, as it is shown. */
  readonly resource: Resource
  readonly operation: Operation
  readonly context: AzureContext
}

/** What POST on a resource answers: a body at once, 202 with the address of a result that is there, or an operation (202). */
export type ActionAnswer = { readonly body: JsonObject } | { readonly accepted: ResourceId } | { readonly draft: Draft & { readonly operation: OperationPlan } }

/** An action of a type: POST `{id}/{name}`. */
export interface Action {
  /** Its name as permissions spell it: `listCredentials`. */
  readonly name: string
  /** Needs no resource to be there: what is asked may become one. */
  readonly anew?: boolean
  run(request: WriteRequest & { readonly old: Resource }): ActionAnswer | Promise<ActionAnswer>
}

/** A rule for names, and what is said of one that breaks it. */
export interface NameRule {
  readonly pattern: RegExp
  refuse(name: string, correlationId: string): ArmError
}

/** A row: one type of resource. */
export interface ResourceType {
  /** Namespace and type path in canonical case. */
  readonly type: string
  /** The type as bodies show it, where that differs. */
  readonly shownType?: string
  /** Newest first; the first is the provider's default. */
  readonly apiVersions: readonly string[]
  /** Those that belong to the whole tenant, as built-in ones do, everybody may read. */
  readonly openAtRoot?: boolean
  /** Ids print `resourcegroups`, as those of managed clusters do. */
  readonly lowerCaseGroup?: boolean
  /** Hangs on any scope, as role assignments do. */
  readonly anyScope?: boolean
  /** How operations are followed: `Azure-AsyncOperation` of this version (and `Location` for deletes and actions), or by `Location` alone. */
  readonly asyncVersion?: string
  /** Its operations are followed below the resource itself, under this word, and say no more than how they stand. */
  readonly operationsBelow?: string
  /** `properties.status.lastOperationId` names the last operation. */
  readonly recordsOperation?: boolean
  /** There is one below each parent, called `default`, and its path may leave the name out. */
  readonly single?: boolean
  /** Has location and tags, and is listed among a group's resources. */
  readonly tracked?: boolean
  /** Belongs to no region: its location is `global`. */
  readonly global?: boolean
  /** Has `properties.provisioningState`; default true. */
  readonly provisioned?: boolean
  readonly systemData?: boolean
  /** Members print in alphabetical order. */
  readonly sorted?: boolean
  readonly name?: NameRule
  eTag?(context: AzureContext): string
  /** What a write says while another operation runs. */
  busy?(resource: Resource): ArmError
  /** What GET says of one that is not there. */
  missing?(id: ResourceId): ArmError
  put?(request: WriteRequest): Draft
  patch?(request: WriteRequest & { readonly old: Resource }): Draft
  /** How a DELETE goes on; undefined: at once, answered with `deleted`. */
  remove?(request: WriteRequest & { readonly old: Resource }): OperationPlan | undefined
  /** DELETE of one that is not there is refused, not answered with 204. */
  readonly mustExist?: boolean
  /** A PUT is answered with 201 also where it changed what was there. */
  readonly alwaysCreated?: boolean
  /** Status of a DELETE that needs no operation; default 200. */
  readonly deleted?: 200 | 204
  /** Called after a write that needs no operation. */
  saved?(resource: Resource, context: AzureContext): Promise<void>
  /** Called when an operation's time is over, before it shows as done; returns what changes with that, or when (world time, ms) to look again. */
  complete?(completion: Completion): Promise<{ readonly body?: JsonObject; readonly inner?: JsonObject; readonly again?: number } | undefined>
  /** Called when the time of its own DELETE is over; a world time (ms) where it cannot go yet. */
  leaving?(completion: Completion): Promise<number | undefined>
  /** Called before the resource goes: when its DELETE's time is over, or that of what holds it. */
  removed?(resource: Resource, context: AzureContext): Promise<void>
  /** The body as it is shown, where that needs other resources. */
  present?(resource: Resource, context: AzureContext): ResourceBody
  readonly actions?: readonly Action[]
  /** Resources that are computed, not stored. */
  read?(id: ResourceId, context: AzureContext): JsonObject | undefined
  listVirtual?(parent: ResourceId, context: AzureContext, caller: Caller): readonly JsonObject[]
  /** What a list at a scope holds, where that is not just its children. */
  listAt?(scope: ResourceId, context: AzureContext): readonly Resource[]
  /** `$filter` of lists. */
  matches?(resource: Resource, filter: string, list: { readonly scope: string; readonly context: AzureContext }): boolean
}

/** Makes a row; the types do the checking. */
export function defineResourceType(row: ResourceType): ResourceType {
  return row
}

/** `properties` of a resource. */
export function propertiesOf(resource: Resource): JsonObject {
  return resource.body.properties ?? {}
}

/** State word of a resource, `Succeeded` if it has none. */
export function provisioningState(resource: Resource): string {
  const state = propertiesOf(resource).provisioningState
  return typeof state === 'string' ? state : 'Succeeded'
}

/** True while no operation runs on the resource. */
export function isSettled(resource: Resource): boolean {
  return ['Succeeded', 'Failed', 'Canceled'].includes(provisioningState(resource))
}
