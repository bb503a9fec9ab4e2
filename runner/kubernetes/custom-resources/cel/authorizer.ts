// The `authorizer` of policies' expressions (apiserver `pkg/cel/library/authz.go`).
import type { Environment } from '@marcbachmann/cel-js'
import type { AdmissionRequest } from '../../admission/plugin.ts'
import type { AccessAttributes, AccessDecision, UserInfo } from '../../identity.ts'

type Decide = (attributes: AccessAttributes) => AccessDecision
type ResourceAttributes = Omit<Extract<AccessAttributes, { readonly type: 'resource' }>, 'type' | 'user' | 'verb'>

class AuthorizerValue {
  readonly user: UserInfo
  readonly decide: Decide
  readonly requestResource: ResourceCheck

  constructor(user: UserInfo, decide: Decide, asked: ResourceAttributes) {
    this.user = user
    this.decide = decide
    this.requestResource = new ResourceCheck(this, asked)
  }

  get asked(): ResourceAttributes {
    return this.requestResource.asked
  }
}

class GroupCheck {
  readonly authorizer: AuthorizerValue
  readonly group: string
  constructor(authorizer: AuthorizerValue, group: string) {
    this.authorizer = authorizer
    this.group = group
  }
}

class ResourceCheck {
  readonly authorizer: { readonly user: UserInfo; readonly decide: Decide }
  readonly asked: ResourceAttributes
  constructor(authorizer: { readonly user: UserInfo; readonly decide: Decide }, asked: ResourceAttributes) {
    this.authorizer = authorizer
    this.asked = asked
  }
}

class PathCheck {
  readonly authorizer: AuthorizerValue
  readonly path: string
  constructor(authorizer: AuthorizerValue, path: string) {
    this.authorizer = authorizer
    this.path = path
  }
}

class Decision {
  readonly decided: AccessDecision
  constructor(decided: AccessDecision) {
    this.decided = decided
  }
}

const nothing: ResourceAttributes = { group: '', version: '*', resource: '', subresource: '', namespace: '', name: '' }

function narrowed({ authorizer, asked }: ResourceCheck, part: Partial<ResourceAttributes>): ResourceCheck {
  return new ResourceCheck(authorizer, { ...asked, ...part })
}

/** Functions by signature. */
const functions: Readonly<Record<string, (...values: never[]) => unknown>> = {
  'Authorizer.group(string): GroupCheck': (authorizer: AuthorizerValue, group: string) => new GroupCheck(authorizer, group),
  'Authorizer.path(string): PathCheck': (authorizer: AuthorizerValue, path: string) => new PathCheck(authorizer, path),
  'Authorizer.serviceAccount(string, string): Authorizer': ({ decide, asked }: AuthorizerValue, namespace: string, name: string) =>
    new AuthorizerValue(
      { name: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] },
      decide,
      asked,
    ),
  'GroupCheck.resource(string): ResourceCheck': ({ authorizer, group }: GroupCheck, resource: string) =>
    new ResourceCheck(authorizer, { ...nothing, group, resource }),
  'ResourceCheck.subresource(string): ResourceCheck': (check: ResourceCheck, subresource: string) => narrowed(check, { subresource }),
  'ResourceCheck.namespace(string): ResourceCheck': (check: ResourceCheck, namespace: string) => narrowed(check, { namespace }),
  'ResourceCheck.name(string): ResourceCheck': (check: ResourceCheck, name: string) => narrowed(check, { name }),
  'ResourceCheck.check(string): Decision': ({ authorizer, asked }: ResourceCheck, verb: string) =>
    new Decision(authorizer.decide({ type: 'resource', user: authorizer.user, verb, ...asked })),
  'PathCheck.check(string): Decision': ({ authorizer, path }: PathCheck, verb: string) =>
    new Decision(authorizer.decide({ type: 'path', user: authorizer.user, verb, path })),
  'Decision.allowed(): bool': ({ decided }: Decision) => decided.verdict === 'allow',
  'Decision.reason(): string': ({ decided }: Decision) => decided.reason,
  'Decision.errored(): bool': () => false,
  'Decision.error(): string': () => '',
}

/** Makes the types and functions known to an environment. */
export function registerAuthorizer(environment: Environment): void {
  for (const [name, type] of Object.entries({ Authorizer: AuthorizerValue, GroupCheck, ResourceCheck, PathCheck, Decision }))
    environment.registerType(name, type as never)
  for (const [signature, handler] of Object.entries(functions)) environment.registerFunction(signature, handler as never)
}

/** The authorizer of a request's user. */
export function authorizerFor({ user, resource, subresource, key, context }: AdmissionRequest): unknown {
  const decide: Decide = (attributes) => context.decide?.(attributes) ?? { verdict: 'no opinion', reason: '' }
  const { group, version, plural } = resource
  return new AuthorizerValue(user, decide, { group, version, resource: plural, subresource, namespace: key.namespace ?? '', name: key.name })
}
