// All that Azure remembers, as plain data: what a world's snapshot holds of it (decision 4).
import type { JsonObject } from '../base/json.ts'
import type { PrivateKey } from '../base/p256.ts'
import type { RandomState } from '../base/random.ts'
import type { ResourceId } from './resource-id.ts'

/** A stored resource. Frozen; replaced, never changed. */
export interface Resource {
  readonly id: ResourceId
  /** Canonical type, as `Microsoft.ContainerService/fleets/members`. */
  readonly type: string
  /** What a GET answers. */
  readonly body: ResourceBody
  /** What is remembered but not shown: `nodeSuffix` of a cluster, `effectiveAt` of a role assignment. */
  readonly inner?: JsonObject
}

/** Members that every resource's body has, and may have. */
export interface ResourceBody extends JsonObject {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly location?: string
  readonly eTag?: string
  readonly properties?: JsonObject
}

/** A long-running operation. Its end is a timer of owner `azure.operations` with its id as the key. */
export interface Operation {
  readonly id: string
  readonly resource: ResourceId
  readonly type: string
  readonly location: string
  /** `PUT`, `DELETE`, or the action in lower case. */
  readonly verb: string
  /** True when a PUT made the resource. */
  readonly created: boolean
  readonly startTime: number
  readonly due: number
  readonly endTime?: number
  readonly status: 'InProgress' | 'Succeeded' | 'Failed'
  /** Words shown while it runs, spread evenly over its time. */
  readonly phases: readonly string[]
  readonly error?: { readonly code: string; readonly message: string }
  /** What it will end with, whatever it does. */
  readonly doom?: { readonly code: string; readonly message: string }
}

/** A person in the tenant. */
export interface User {
  readonly objectId: string
  readonly userPrincipalName: string
  readonly displayName: string
  readonly password: string
  /** What was said of the person beside that, as Graph names it. */
  readonly said?: JsonObject
}

/** An application's identity in the tenant. */
export interface ServicePrincipal {
  readonly objectId: string
  readonly appId: string
  readonly displayName: string
  readonly secret: string
  readonly createdDateTime: string
  /** Those that were added to it, and not to its application. */
  readonly secrets?: readonly ApplicationSecret[]
}

/** A secret of an application. Times as ISO strings. */
export interface ApplicationSecret {
  readonly keyId: string
  readonly displayName: string | null
  readonly secret: string
  readonly startDateTime: string
  readonly endDateTime: string
}

/** A registered application; its service principal, if it has one, has the same `appId`. */
export interface Application {
  readonly objectId: string
  readonly appId: string
  readonly displayName: string
  readonly createdDateTime: string
  readonly secrets: readonly ApplicationSecret[]
  /** Object id of who registered it; absent for those that were born with the tenant. */
  readonly owner?: string
  readonly said?: JsonObject
}

/** A group of the tenant, with object ids of who is in it and who looks after it. */
export interface Group {
  readonly objectId: string
  readonly displayName: string
  readonly mailNickname: string
  readonly description: string | null
  readonly createdDateTime: string
  readonly members: readonly string[]
  readonly owners: readonly string[]
}

/** Who is in the tenant. */
export interface DirectoryState {
  readonly users: readonly User[]
  readonly servicePrincipals: readonly ServicePrincipal[]
  /** Absent in what was written before there were any. */
  readonly applications?: readonly Application[]
  readonly groups?: readonly Group[]
}

/** A subscription of the tenant. */
export interface Subscription {
  readonly id: string
  readonly name: string
}

/** A device code that somebody waits on. */
export interface DeviceCode {
  readonly code: string
  readonly userCode: string
  readonly clientId: string
  readonly scope: string
  readonly issuedAt: number
}

/** What somebody did to a resource, and how it ended. */
export interface ActivityEvent {
  readonly id: string
  /** World time, ms. */
  readonly at: number
  /** As permissions spell it: `Microsoft.ContainerService/fleets/write`. */
  readonly action: string
  readonly resource: string
  readonly state: 'Accepted' | 'Succeeded' | 'Failed'
  /** Of the answer; of an operation's end what that would be. */
  readonly status: number
  readonly caller: { readonly objectId: string; readonly name: string }
  readonly correlationId: string
  /** Id of the long-running operation. */
  readonly operation?: string
}

/** The state of a whole Azure. */
export interface AzureState extends DirectoryState {
  readonly tenant: { readonly id: string; readonly displayName: string; readonly domain: string }
  readonly subscriptions: readonly Subscription[]
  readonly signingKey: PrivateKey
  /** The tenant's own chance, for request ids: so that reading moves no name. */
  readonly requestRandom: RandomState
  readonly resources: readonly Resource[]
  readonly operations: readonly Operation[]
  readonly deviceCodes: readonly DeviceCode[]
  /** Newest last; absent in what was written before there was a log. */
  readonly events?: readonly ActivityEvent[]
}
