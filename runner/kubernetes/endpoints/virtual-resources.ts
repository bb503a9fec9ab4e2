// Resources that are answered and never stored: reviews. They can only be created.
import type { AccessAttributes, AccessDecision, TokenAuthenticator, UserInfo } from '../identity.ts'
import type { KubernetesObject } from '../object.ts'

/** What answering a review may ask of the server. */
export interface VirtualServer {
  authorize(attributes: AccessAttributes): Promise<AccessDecision>
  readonly tokens: readonly TokenAuthenticator[]
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[]
  get(apiVersion: string, kind: string, key: { readonly name: string; readonly namespace?: string }): KubernetesObject | undefined
  now(): number
}

/** Answers the body of a create, decoded and with its managed fields; `user` is who asks, `namespace` that of the path. */
export type VirtualResource = (body: KubernetesObject, user: UserInfo, server: VirtualServer, namespace: string) => Promise<KubernetesObject>

/** Virtual resources by `group/version/plural`. */
export type VirtualResources = Readonly<Record<string, VirtualResource>>
