// Azure in memory: Resource Manager, Entra and Graph as hosts of a world's internet. Clusters are the world's; Azure asks for them by hooks.
import { type Activity, createActivity } from '../base/activity.ts'
import type { Clock } from '../base/clock.ts'
import type { Host } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import { createRandom, type Random } from '../base/random.ts'
import { createAccess } from './access.ts'
import { createActivityLog } from './activity-log.ts'
import { createArmHost, sendWithin } from './arm-host.ts'
import { type BirthOptions, birthState } from './birth.ts'
import type { Engine } from './engine.ts'
import { createDirectory, type Directory } from './entra/directory.ts'
import { createEntraHost } from './entra/entra-host.ts'
import { type SignInSetting, tokenWithout, userAnswer } from './entra/sign-in.ts'
import { createTokens, type TokenClaims } from './entra/tokens.ts'
import { createExtensionHosts, extensionOffered } from './extensions/extension-hosts.ts'
import { createGraphHost } from './graph/graph-host.ts'
import type { AzureHooks } from './hooks.ts'
import { createOperations } from './operations.ts'
import { type PodConstraint, podConstraints } from './providers/authorization/constraints.ts'
import { effectOwner, pendingAssignments } from './providers/authorization/role-assignments.ts'
import { continueRun, updateRunOwner } from './providers/container-service/update-run-actions.ts'
import { resourceTypes } from './providers/index.ts'
import { type AzureResources, createResourceStore } from './resource-store.ts'
import type { AzureContext } from './resource-type.ts'
import { createWriter } from './resource-writer.ts'
import { type SeedResource, seedResource } from './seed.ts'
import type { AzureState, DeviceCode, DirectoryState, Subscription, User } from './state.ts'

/** What an Azure begins with. With `state` it goes on from there, and people, tenant and subscriptions are taken from it. */
export interface AzureOptions extends BirthOptions {
  readonly clock: Clock
  /** Told of work at the end of operations, so that a stopped clock waits for it. */
  readonly activity?: Activity
  /** Chance for names and ids. */
  readonly random: Random
  /** Chance for keys and tokens. */
  readonly secret: Random
  readonly hooks?: AzureHooks
  /** `short`: each operation is done at the first poll after `Retry-After: 1`; `real`: the vendor's minutes. */
  readonly durations: 'short' | 'real'
  readonly state?: AzureState
}

export type { PodConstraint } from './providers/authorization/constraints.ts'

/** A running Azure. */
export interface Azure {
  /** Hosts by name: `management.azure.com`, `login.microsoftonline.com`, `graph.microsoft.com` ... */
  readonly hosts: Readonly<Record<string, Host>>
  readonly tenantId: string
  readonly subscriptions: readonly Subscription[]
  readonly users: readonly User[]
  /** Resources as a GET shows them. */
  readonly resources: AzureResources
  state(): AzureState
  /** Calls back after each change of a resource or an operation, and when a role assignment takes effect; returns what ends it. */
  onChange(listener: () => void): () => void
  /** Data plane: whether a principal's roles over a scope allow a data action, as `Microsoft.ContainerService/fleets/configmaps/read`. */
  roleAllows(principalId: string, scope: string, dataAction: string): boolean
  /** Role assignments that are made but do not count yet. */
  pendingAssignments(): number
  /** Claims of a valid, unexpired token for one of these audiences, as clusters ask for it; undefined otherwise. */
  identify(token: string, audiences: readonly string[]): TokenClaims | undefined
  /** The token endpoint's answer for a user who has signed in to the Azure CLI, without asking a password. */
  signIn(userPrincipalName: string, scope?: string): JsonObject
  /** An access token for a user, without signing in; takes nothing from chance. */
  tokenFor(userPrincipalName: string, audience: string): string
  /** Makes resources at once, as if their operations were over; hooks are called. In order: groups, clusters, fleets, members. */
  seed(resources: readonly SeedResource[]): Promise<void>
  /** An operation that runs will end as `Failed`, with these words. */
  failOperation(id: string, error: { readonly code: string; readonly message: string }): void
  /** What assigned policies ask of the pods of a managed cluster; none where it lacks the add-on for them. */
  podConstraints(clusterId: string): readonly PodConstraint[]
  /** What an extension of the Azure CLI says of itself, as its index offers it; undefined for another name. */
  extension(name: string): JsonObject | undefined
  stop(): void
}

const cliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const cliScope = 'https://management.core.windows.net//.default offline_access openid profile'
const secretLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const loginHosts = ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net']
const graphAudiences = ['https://graph.microsoft.com', 'https://graph.microsoft.com/', '00000003-0000-0000-c000-000000000000']

/** Makes an Azure. Its hosts answer at once; its timers run on the clock that is handed in. */
export function createAzure(options: AzureOptions): Azure {
  const start = options.state ?? birthState(options)
  const parts = assemble(start, options)
  const { engine } = parts
  const { store, directory } = engine.context

  return {
    hosts: hostsOf(parts),
    tenantId: start.tenant.id,
    subscriptions: start.subscriptions,
    get users() {
      return directory.users
    },
    resources: {
      get(id) {
        const found = store.get(id)
        return found && engine.writer.shown(found)
      },
      list: (type) => store.list(type).map((one) => engine.writer.shown(one)),
    },
    state: () => ({ ...start, ...parts.state() }),
    onChange(listener) {
      parts.listeners.add(listener)
      return () => parts.listeners.delete(listener)
    },
    roleAllows: engine.access.allowsData,
    pendingAssignments: () => pendingAssignments(engine.context),
    identify: parts.identify,
    signIn: (name, scope = cliScope) => userAnswer(userNamed(name, directory), { clientId: cliClientId, scope }, parts.signingIn),
    tokenFor: (name, audience) => parts.token(userNamed(name, directory), audience),
    podConstraints: (clusterId) => podConstraints(clusterId, engine.context),
    failOperation: (id, error) => engine.operations.doom(id, error),
    async seed(resources) {
      for (const resource of resources) await seedResource(resource, engine)
    },
    extension: extensionOffered,
    stop: parts.stop,
  }
}

interface Parts {
  readonly engine: Engine
  readonly signingIn: SignInSetting
  readonly listeners: Set<() => void>
  token(user: User, audience: string): string
  identify: Azure['identify']
  /** What changes of the state. */
  state(): DirectoryState & Pick<AzureState, 'requestRandom' | 'resources' | 'operations' | 'deviceCodes' | 'events'>
  stop(): void
}

function assemble(start: AzureState, { clock, random, secret, activity = createActivity(), durations, hooks = {} }: AzureOptions): Parts {
  const store = createResourceStore(start.resources)
  const requests = createRandom(start.requestRandom)
  const tokens = createTokens(start.signingKey)
  const deviceCodes = new Map<string, DeviceCode>(start.deviceCodes.map((code) => [code.code, code]))
  const listeners = new Set<() => void>()
  const tell = (): void => listeners.forEach((listener) => void listener())
  const directory = createDirectory(start, tell)
  const facts = { clock, random, tenant: start.tenant, store, directory, hooks, durations }
  const context: AzureContext = { ...facts, requestId: () => requests.uuid(), send: (asked) => sendWithin(engine, asked) }
  const log = createActivityLog(start.events ?? [], context)
  const operations = createOperations(start.operations, {
    clock,
    activity,
    durations,
    changed: tell,
    ended: (operation) => log.ended(operation),
    complete: (operation) => writer.complete(operation),
  })
  const writer = createWriter(context, resourceTypes, () => operations)
  const access = createAccess(context)
  const runs = clock.handle(updateRunOwner, (id) => activity.run(() => continueRun(id, context)))
  const ends = [store.onChange(tell), clock.handle(effectOwner, tell), runs, () => operations.stop()]
  const signingIn: SignInSetting = { clock, secret, tenant: start.tenant, directory, tokens, deviceCodes }
  const engine: Engine = { context, subscriptions: start.subscriptions, access, operations, activity: log, writer }
  return {
    engine,
    signingIn,
    listeners,
    token: rememberedTokens(signingIn),
    identify(token, audiences) {
      const claims = tokens.read(token)
      return claims && audiences.includes(claims.aud) && claims.exp * 1000 > clock.now() ? claims : undefined
    },
    state: () => ({
      ...directory.state(),
      requestRandom: requests.state,
      resources: store.state(),
      operations: operations.state(),
      events: log.events(),
      deviceCodes: [...deviceCodes.values()],
    }),
    stop: () => ends.forEach((end) => void end()),
  }
}

function hostsOf({ engine, signingIn }: Parts): Readonly<Record<string, Host>> {
  const { context } = engine
  const entra = createEntraHost(signingIn, context.requestId)
  const graph = createGraphHost({
    directory: context.directory,
    tenant: context.tenant,
    newId: () => context.random.uuid(),
    newSecret: () => `${signingIn.secret.letters(3, secretLetters)}8Q~${signingIn.secret.letters(34, secretLetters)}`,
    now: () => context.clock.now(),
    requestId: context.requestId,
    identify(request) {
      const header = request.headers.get('authorization')
      if (header === null) return 'Access token is empty.'
      const claims = signingIn.tokens.read(header.replace(/^Bearer\s+/i, ''))
      if (!claims || !graphAudiences.includes(claims.aud)) return 'Access token validation failure. Invalid audience.'
      return claims.exp * 1000 > context.clock.now() ? claims : 'Lifetime validation failed, the token is expired.'
    },
  })
  return {
    'management.azure.com': createArmHost(engine, signingIn.tokens.read),
    ...Object.fromEntries(loginHosts.map((name) => [name, entra])),
    'graph.microsoft.com': graph,
    ...createExtensionHosts(),
  }
}

/** Tokens that are given again while they are good for an hour at least, since signing is dear. */
function rememberedTokens(signingIn: SignInSetting): Parts['token'] {
  const given = new Map<string, { readonly token: string; readonly until: number }>()
  return (user, audience) => {
    const key = `${user.objectId} ${audience}`
    const known = given.get(key)
    const now = signingIn.clock.now()
    if (known && now < known.until) return known.token
    const token = tokenWithout(user, audience, signingIn)
    given.set(key, { token, until: now + 82_800_000 })
    return token
  }
}

function userNamed(name: string, directory: Directory): User {
  const user = directory.user(name)
  if (!user) throw new Error(`No user "${name}" in the tenant`)
  return user
}
