// Who asks and whether they may: the types that authentication and authorization meet in.

/** An authenticated user (authentication/v1 UserInfo). */
export interface UserInfo {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** Turns a bearer token into a user; undefined if it is not one of this authenticator's, or for none of `audiences` (the server's own where none are named). */
export interface TokenAuthenticator {
  authenticate(token: string, audiences?: readonly string[]): Promise<UserInfo | undefined> | UserInfo | undefined
  /** Whom a token of this authenticator is for; absent where tokens are for the server itself. */
  audiencesOf?(token: string): readonly string[] | undefined
}

/** What is asked for: a verb on a resource, or a verb on a path that is no resource. */
export type AccessAttributes =
  | {
      readonly type: 'resource'
      readonly user: UserInfo
      readonly verb: string
      readonly group: string
      readonly version: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
    }
  | { readonly type: 'path'; readonly user: UserInfo; readonly verb: string; readonly path: string }

/** An authorizer's answer; `reason` is appended to the Forbidden text as the server does. */
export interface AccessDecision {
  readonly verdict: 'allow' | 'deny' | 'no opinion'
  readonly reason: string
}

/** Decides on a request. Authorizers are asked in order; the first that allows or denies wins, none means no. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): Promise<AccessDecision> | AccessDecision
}

/** The user that stands above authorization, as `system:masters` does on a real server. */
export const mastersGroup = 'system:masters'

/** A user for controllers in process: `system:kube-controller-manager` and its like, with `system:masters` unless said otherwise. */
export function systemUser(name: string, groups: readonly string[] = [mastersGroup, 'system:authenticated']): UserInfo {
  return { name, groups }
}
