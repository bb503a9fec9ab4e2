// What both doors of a server work with: the engine, who may do what, and the outside that was handed in.

import type { Activity } from '../../base/activity.ts'
import { forbidden } from '../authorization/forbidden.ts'
import { type AccessAttributes, type AccessDecision, type Authorizer, mastersGroup, type TokenAuthenticator, type UserInfo } from '../identity.ts'
import type { KubernetesObject } from '../object.ts'
import { qualifiedName } from '../object.ts'
import type { Describe } from '../openapi/descriptions.ts'
import type { PodConnections } from '../pod-connections.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import type { CallingEngine } from '../registry/suspended.ts'
import type { RequestLogEntry } from '../request-log.ts'
import type { FrameMemo } from './frame-memo.ts'
import type { Route } from './route.ts'
import type { VirtualResources } from './virtual-resources.ts'

/** Objects of a resource as they are read, where they differ from what is stored: `nodes`, `leases.coordination.k8s.io`. */
export type ReadViews = Readonly<Record<string, (object: KubernetesObject, now: number) => KubernetesObject>>

/** Both doors' view of a server. */
export interface Server extends CallingEngine {
  readonly name: string
  gitVersion: string
  readonly describe: Describe | undefined
  readonly activity: Activity
  readonly authorizers: readonly Authorizer[]
  readonly tokens: readonly TokenAuthenticator[]
  readonly anonymous: boolean
  readonly routes: readonly Route[]
  readonly virtual: VirtualResources
  readonly onRead: ReadViews
  readonly log: ((entry: RequestLogEntry) => void) | undefined
  /** The nodes' side: without it there are no logs, and nothing can be connected to. */
  readonly pods: PodConnections | undefined
  readonly tokenRequest: ((account: KubernetesObject, body: KubernetesObject) => KubernetesObject) | undefined
  /** Hosts beyond the cluster; undefined for a name that nobody has. */
  readonly outside: ((request: Request) => Promise<Response | undefined>) | undefined
  /** How many requests were answered since the process began, by the labels of `apiserver_request_total`. */
  readonly tallies: Map<string, number>
  /** Numbers requests and watches, so that what is made of them differs. */
  readonly count: { requests: number; watches: number }
  readonly frames: FrameMemo
}

/** Refuses what no authorizer allows; `system:masters` and servers without authorizers are not asked. */
export async function authorize(server: Server, attributes: AccessAttributes): Promise<void> {
  if (server.authorizers.length === 0 || attributes.user.groups.includes(mastersGroup)) return
  const { verdict, reason } = await decide(server, attributes)
  if (verdict !== 'allow') throw forbidden(attributes, reason)
}

/** The decision of the first authorizer that has one. */
export async function decide(server: Server, attributes: AccessAttributes): Promise<AccessDecision> {
  if (server.authorizers.length === 0 || attributes.user.groups.includes(mastersGroup)) return { verdict: 'allow', reason: '' }
  const reasons: string[] = []
  for (const authorizer of server.authorizers) {
    const decision = await authorizer.authorize(attributes)
    if (decision.verdict !== 'no opinion') return decision
    if (decision.reason !== '') reasons.push(decision.reason)
  }
  return { verdict: 'no opinion', reason: reasons.join('\n') }
}

/** What is asked for on a resource, in the words of authorization. */
export function accessTo(
  resource: ServedResource,
  user: UserInfo,
  asked: { readonly verb: string; readonly namespace?: string | undefined; readonly name?: string | undefined; readonly subresource?: string | undefined },
): AccessAttributes {
  const { group, version, plural } = resource.info
  const { verb, namespace = '', name = '', subresource = '' } = asked
  return { type: 'resource', user, verb, group, version, resource: plural, subresource, namespace, name }
}

/** An object as it is read. */
export function viewed(server: Server, resource: ServedResource, object: KubernetesObject): KubernetesObject {
  const view = server.onRead[qualifiedName(resource.info)]
  return view ? view(object, server.clock.now()) : object
}

/** Objects of one resource as they are read. */
export function allViewed(server: Server, resource: ServedResource, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const view = server.onRead[qualifiedName(resource.info)]
  const now = server.clock.now()
  return view ? objects.map((object) => view(object, now)) : objects
}
