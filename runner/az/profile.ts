// Who is signed in and which subscriptions they have: azureProfile.json in the configuration folder.
import { isObject, type JsonObject } from '../base/json.ts'
import { AzError } from './cli-error.ts'
import { configFolder } from './config.ts'
import type { AzContext } from './context.ts'
import { pythonJson } from './python.ts'

/** A subscription as the profile keeps it. */
export interface Subscription {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly user: { readonly name: string; readonly type: string }
  readonly isDefault: boolean
  readonly tenantId: string
  readonly environmentName: string
  readonly homeTenantId?: string
  readonly tenantDefaultDomain?: string | null
  readonly tenantDisplayName?: string | null
  readonly managedByTenants?: readonly JsonObject[]
}

/** The signed-in user's subscriptions. */
export interface Profile {
  all(): readonly Subscription[]
  /** The subscription of this run: the one named, or the default one. Fails when nobody is signed in. */
  subscription(nameOrId?: string): Subscription
  save(subscriptions: readonly Subscription[]): Promise<void>
}

const cloud = 'AzureCloud'

/** Text of azureProfile.json. */
export function profileText(subscriptions: readonly Subscription[]): string {
  return pythonJson({ subscriptions }, { ascii: true })
}

/** Reads the profile. */
export async function loadProfile(context: AzContext): Promise<Profile> {
  const path = `${configFolder(context)}/azureProfile.json`
  let subscriptions = parseProfile(await context.files.read(path))
  return {
    all: () => subscriptions.filter((entry) => entry.environmentName === cloud),
    subscription: (nameOrId) => pick(subscriptions, nameOrId),
    save: async (next) => {
      subscriptions = next
      await context.files.write(path, profileText(next))
    },
  }
}

function parseProfile(text: string | undefined): readonly Subscription[] {
  if (text === undefined || text.trim() === '') return []
  const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''))
  const entries = isObject(value) ? value.subscriptions : undefined
  return Array.isArray(entries) ? (entries as readonly Subscription[]) : []
}

function pick(subscriptions: readonly Subscription[], nameOrId: string | undefined): Subscription {
  if (subscriptions.length === 0) throw new AzError("Please run 'az login' to setup account.")
  const matches = subscriptions.filter((entry) => (nameOrId === undefined ? entry.isDefault : matchesSubscription(entry, nameOrId)))
  const found = matches[0]
  if (found === undefined && nameOrId !== undefined) throw new AzError(`Subscription '${nameOrId}' not found. Check the spelling and casing and try again.`)
  if (found === undefined) throw new AzError("No subscription found. Run 'az account set' to select a subscription.")
  return found
}

/** True when the word is the subscription's id or name, upper or lower case. */
export function matchesSubscription(entry: Subscription, nameOrId: string): boolean {
  const wanted = nameOrId.toLowerCase()
  return entry.id.toLowerCase() === wanted || entry.name.toLowerCase() === wanted
}

/** A subscription as commands print it: with `cloudName` in place of `environmentName`. */
export function printedSubscription(entry: Subscription): JsonObject {
  const { environmentName, ...rest } = entry
  return { cloudName: environmentName, ...rest }
}
