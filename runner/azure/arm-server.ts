// Azure in memory: Resource Manager, Entra and Graph as hosts of a world's internet. Clusters are the world's; Azure asks for them by hooks.
import type { Clock } from '../base/clock.ts'
import type { Host } from '../base/host.ts'
import type { JsonObject } from '../base/json.ts'
import { createPrivateKey } from '../base/p256.ts'
import { createRandom, type Random } from '../base/random.ts'
import { createAccess } from './access.ts'
import { createArmHost } from './arm-host.ts'
import { createDirectory } from './entra/directory.ts'
import { createEntraHost } from './entra/entra-host.ts'
import { type SignInSetting, userAnswer } from './entra/sign-in.ts'
import { createTokens, type TokenClaims } from './entra/tokens.ts'
import { createExtensionHosts } from './extensions/extension-hosts.ts'
import { createGraphHost } from './graph/graph-host.ts'
import type { AzureHooks } from './hooks.ts'
import { createOperations } from './operations.ts'
import { assignment } from './providers/authorization/role-assignments.ts'
import { findRole } from './providers/authorization/role-definitions.ts'
import { resourceTypes } from './providers/index.ts'
import { resourceId } from './resource-id.ts'
import type { Engine } from './resource-manager.ts'
import { type AzureResources, createResourceStore, type ResourceChange } from './resource-store.ts'
import type { AzureContext } from './resource-type.ts'
import { createWriter } from './resource-writer.ts'
import { type SeedResource, seedResource } from './seed.ts'
import type { AzureState, DeviceCode, ServicePrincipal, Subscription, User } from './state.ts'

/** What an Azure begins with. With `state` it goes on from there, and subscriptions, tenant and people are taken from it. */
export interface AzureOptions {
  readonly clock: Clock
  /** Chance for names and ids. */
  readonly random: Random
  /** Chance for keys and tokens. */
  readonly secret: Random
  readonly hooks?: AzureHooks
  /** `short`: each operation is done at the first poll after `Retry-After: 1`; `real`: the vendor's minutes. */
  readonly durations: 'short' | 'real'
  readonly subscription: Subscription
  readonly otherSubscriptions?: readonly Subscription[]
  readonly tenantId: string
  /** `roles` are names of built-in roles over every subscription. */
  readonly users: readonly (User & { readonly roles: readonly string[] })[]
  readonly servicePrincipals?: readonly (ServicePrincipal & { readonly roles: readonly string[] })[]
  readonly state?: AzureState
}

/** A running Azure. */
export interface Azure {
  /** Hosts by name: `management.azure.com`, `login.microsoftonline.com`, `graph.microsoft.com` ... */
  readonly hosts: Readonly<Record<string, Host>>
  readonly tenantId: string
  /** Resources as a GET shows them. */
  readonly resources: AzureResources
  state(): AzureState
  /** Calls back after each change of a resource; returns what ends it. */
  onChange(listener: (change: ResourceChange) => void): () => void
  /** Data plane: whether a principal's roles over a scope allow a data action, as `Microsoft.ContainerService/fleets/configmaps/read`. */
  roleAllows(principalId: string, scope: string, dataAction: string): boolean
  /** Claims of a valid, unexpired token for one of these audiences, as clusters ask for it; undefined otherwise. */
  identify(token: string, audiences: readonly string[]): TokenClaims | undefined
  /** The token endpoint's answer for a user who has signed in to the Azure CLI, without asking a password. */
  signIn(userPrincipalName: string, scope?: string): JsonObject
  /** Makes resources at once, as if their operations were over; hooks are called. In order: groups, clusters, fleets, members. */
  seed(resources: readonly SeedResource[]): Promise<void>
  stop(): void
}

const cliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
const loginHosts = ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net']

/** Makes an Azure. Its hosts answer at once; its timers run on the clock that is handed in. */
export function createAzure(options: AzureOptions): Azure {
  const start = options.state ?? birth(options)
  const parts = assemble(start, options)
  const { engine, signingIn } = parts
  const { store, directory } = engine.context

  return {
    hosts: hostsOf(parts),
    tenantId: start.tenant.id,
    resources: {
      get(id) {
        const found = store.get(id)
        return found && engine.writer.shown(found)
      },
      list: (type) => store.list(type).map((one) => engine.writer.shown(one)),
    },
    state: () => ({ ...start, ...parts.state() }),
    onChange: (listener) => store.onChange(listener),
    roleAllows: engine.access.allowsData,
    identify: parts.identify,
    signIn(userPrincipalName, scope = 'https://management.core.windows.net//.default offline_access openid profile') {
      const user = directory.user(userPrincipalName)
      if (!user) throw new Error(`No user "${userPrincipalName}" in the tenant`)
      return userAnswer(user, { clientId: cliClientId, scope }, signingIn)
    },
    async seed(resources) {
      for (const resource of resources) await seedResource(resource, engine)
    },
    stop: () => engine.operations.stop(),
  }
}

interface Parts {
  readonly engine: Engine
  readonly signingIn: SignInSetting
  identify: Azure['identify']
  /** What changes of the state. */
  state(): Pick<AzureState, 'requestRandom' | 'resources' | 'operations' | 'deviceCodes'>
}

function assemble(start: AzureState, { clock, random, secret, durations, hooks = {} }: AzureOptions): Parts {
  const store = createResourceStore(start.resources)
  const requests = createRandom(start.requestRandom)
  const directory = createDirectory(start)
  const tokens = createTokens(start.signingKey)
  const deviceCodes = new Map<string, DeviceCode>(start.deviceCodes.map((code) => [code.code, code]))
  const context: AzureContext = { clock, random, requestId: () => requests.uuid(), tenant: start.tenant, store, directory, hooks }
  const operations = createOperations(start.operations, { clock, durations, complete: (operation) => writer.complete(operation) })
  const writer = createWriter(context, resourceTypes, () => operations)
  const access = createAccess(store, () => clock.now())
  return {
    engine: { context, subscriptions: start.subscriptions, access, operations, writer },
    signingIn: { clock, secret, tenant: start.tenant, directory, tokens, deviceCodes },
    identify(token, audiences) {
      const claims = tokens.read(token)
      return claims && audiences.includes(claims.aud) && claims.exp * 1000 > clock.now() ? claims : undefined
    },
    state: () => ({ requestRandom: requests.state, resources: store.state(), operations: operations.state(), deviceCodes: [...deviceCodes.values()] }),
  }
}

function hostsOf({ engine, signingIn, identify }: Parts): Readonly<Record<string, Host>> {
  const { context } = engine
  const entra = createEntraHost(signingIn, context.requestId)
  const graph = createGraphHost({
    directory: context.directory,
    tenant: context.tenant.id,
    now: () => context.clock.now(),
    requestId: context.requestId,
    identify(request) {
      const header = request.headers.get('authorization')
      if (header === null) return 'Access token is empty.'
      return identify(header.replace(/^Bearer\s+/i, ''), graphAudiences) ?? 'Access token validation failure. Invalid audience.'
    },
  })
  return {
    'management.azure.com': createArmHost(engine, signingIn.tokens.read),
    ...Object.fromEntries(loginHosts.map((name) => [name, entra])),
    'graph.microsoft.com': graph,
    ...createExtensionHosts(),
  }
}

const graphAudiences = ['https://graph.microsoft.com', 'https://graph.microsoft.com/', '00000003-0000-0000-c000-000000000000']

function birth(options: AzureOptions): AzureState {
  const subscriptions = [options.subscription, ...(options.otherSubscriptions ?? [])]
  const domain = options.users[0]?.userPrincipalName.split('@')[1] ?? 'contoso.test'
  const name = domain.split('.')[0] ?? 'Contoso'
  const state: AzureState = {
    tenant: { id: options.tenantId, displayName: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`, domain },
    subscriptions,
    users: options.users.map(({ roles: _, ...user }) => user),
    servicePrincipals: (options.servicePrincipals ?? []).map(({ roles: _, ...application }) => application),
    signingKey: createPrivateKey(options.secret),
    requestRandom: createRandom(options.random.uuid()).state,
    unregistered: [],
    resources: [],
    operations: [],
    deviceCodes: [],
  }
  return { ...state, resources: birthAssignments(options, subscriptions) }
}

function birthAssignments(options: AzureOptions, subscriptions: readonly Subscription[]): AzureState['resources'] {
  const now = options.clock.now()
  const principals = [
    ...options.users.map(({ objectId, roles }) => ({ objectId, roles, type: 'User' })),
    ...(options.servicePrincipals ?? []).map(({ objectId, roles }) => ({ objectId, roles, type: 'ServicePrincipal' })),
  ]
  return subscriptions.flatMap((subscription) =>
    principals.flatMap(({ objectId, roles, type }) =>
      roles.map((role) => {
        const definition = findRole(role, subscription.id)
        if (!definition) throw new Error(`No built-in role "${role}"`)
        const id = resourceId(`/subscriptions/${subscription.id}/providers/Microsoft.Authorization/roleAssignments/${options.random.uuid()}`)
        return assignment({ id, roleDefinitionId: definition.id, principalId: objectId, principalType: type, given: {}, by: null, now, effectiveAt: now })
      }),
    ),
  )
}
