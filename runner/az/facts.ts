// The command tables, loaded one top-level name at a time, so that a command pays only for its own group.
// Names, options, defaults and help texts are facts taken from the MIT-licensed azure-cli packages and its fleet extension (see NOTICE).
import type { ChildFacts, FactsFile } from './command.ts'

/** The top level: every name that az knows, and what its help page shows. */
export interface RootFacts {
  readonly names: readonly string[]
  readonly children: readonly ChildFacts[]
}

type JsonModule = { readonly default: unknown }

const files: Readonly<Record<string, () => Promise<JsonModule>>> = {
  account: () => import('./facts/account.json', { with: { type: 'json' } }),
  ad: () => import('./facts/ad.json', { with: { type: 'json' } }),
  aks: () => import('./facts/aks.json', { with: { type: 'json' } }),
  cloud: () => import('./facts/cloud.json', { with: { type: 'json' } }),
  config: () => import('./facts/config.json', { with: { type: 'json' } }),
  configure: () => import('./facts/configure.json', { with: { type: 'json' } }),
  deployment: () => import('./facts/deployment.json', { with: { type: 'json' } }),
  extension: () => import('./facts/extension.json', { with: { type: 'json' } }),
  feature: () => import('./facts/feature.json', { with: { type: 'json' } }),
  fleet: () => import('./facts/fleet.json', { with: { type: 'json' } }),
  group: () => import('./facts/group.json', { with: { type: 'json' } }),
  identity: () => import('./facts/identity.json', { with: { type: 'json' } }),
  lock: () => import('./facts/lock.json', { with: { type: 'json' } }),
  login: () => import('./facts/login.json', { with: { type: 'json' } }),
  logout: () => import('./facts/logout.json', { with: { type: 'json' } }),
  monitor: () => import('./facts/monitor.json', { with: { type: 'json' } }),
  policy: () => import('./facts/policy.json', { with: { type: 'json' } }),
  provider: () => import('./facts/provider.json', { with: { type: 'json' } }),
  resource: () => import('./facts/resource.json', { with: { type: 'json' } }),
  rest: () => import('./facts/rest.json', { with: { type: 'json' } }),
  role: () => import('./facts/role.json', { with: { type: 'json' } }),
  tag: () => import('./facts/tag.json', { with: { type: 'json' } }),
  version: () => import('./facts/version.json', { with: { type: 'json' } }),
}

/** Groups and commands below a top-level name; undefined when they are not described here. */
export async function loadFacts(top: string): Promise<FactsFile | undefined> {
  const load = Object.hasOwn(files, top) ? files[top] : undefined
  return load === undefined ? undefined : ((await load()).default as FactsFile)
}

/** The top level of az itself, without extensions. */
export async function loadRoot(): Promise<RootFacts> {
  const module: JsonModule = await import('./facts/root.json', { with: { type: 'json' } })
  return module.default as RootFacts
}
