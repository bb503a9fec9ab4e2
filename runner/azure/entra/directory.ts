// The people, groups and applications of the tenant. Plain frozen data; a change replaces a list.
import type { Application, DirectoryState, Group, ServicePrincipal, User } from '../state.ts'

/** A member of the directory. */
export type Principal =
  | { readonly type: 'User'; readonly user: User }
  | { readonly type: 'ServicePrincipal'; readonly application: ServicePrincipal }
  | { readonly type: 'Group'; readonly group: Group }

/** The directory of a tenant. */
export interface Directory {
  readonly users: readonly User[]
  readonly servicePrincipals: readonly ServicePrincipal[]
  readonly applications: readonly Application[]
  readonly groups: readonly Group[]
  byObjectId(id: string): Principal | undefined
  /** A user by principal name or object id; case does not count. */
  user(nameOrId: string): User | undefined
  /** A service principal by its application id. */
  application(appId: string): ServicePrincipal | undefined
  /** Whether a secret opens an application. */
  opens(appId: string, secret: string, now: number): boolean
  /** Object ids of the groups that somebody is in, through other groups too. */
  groupsOf(objectId: string): readonly string[]
  change(next: Partial<DirectoryState>): void
  state(): DirectoryState
}

/** The directory in a state; `changed` is called after each change. */
export function createDirectory(start: DirectoryState, changed: () => void): Directory {
  return new TenantDirectory(start, changed)
}

class TenantDirectory implements Directory {
  #state: DirectoryState
  readonly #changed: () => void

  constructor({ users, servicePrincipals, applications, groups }: DirectoryState, changed: () => void) {
    this.#state = { users, servicePrincipals, ...(applications ? { applications } : {}), ...(groups ? { groups } : {}) }
    this.#changed = changed
  }

  get users(): readonly User[] {
    return this.#state.users
  }

  get servicePrincipals(): readonly ServicePrincipal[] {
    return this.#state.servicePrincipals
  }

  /** Who was born with the tenant has no registration of its own in the state: it is read from the service principal. */
  get applications(): readonly Application[] {
    const registered = this.#state.applications ?? []
    const known = new Set(registered.map(({ appId }) => appId))
    const born = this.servicePrincipals.filter(({ appId }) => !known.has(appId))
    return [...born.map((one) => ({ ...one, secrets: [] })), ...registered]
  }

  get groups(): readonly Group[] {
    return this.#state.groups ?? []
  }

  user(nameOrId: string): User | undefined {
    return this.users.find((one) => same(one.userPrincipalName, nameOrId) || same(one.objectId, nameOrId))
  }

  application(appId: string): ServicePrincipal | undefined {
    return this.servicePrincipals.find((one) => same(one.appId, appId))
  }

  opens(appId: string, secret: string, now: number): boolean {
    const born = this.application(appId)
    if (born && born.secret !== '' && born.secret === secret) return true
    const secrets = [...(this.applications.find((one) => same(one.appId, appId))?.secrets ?? []), ...(born?.secrets ?? [])]
    return secrets.some((one) => one.secret === secret && Date.parse(one.endDateTime) > now)
  }

  byObjectId(id: string): Principal | undefined {
    const user = this.users.find(({ objectId }) => same(objectId, id))
    if (user) return { type: 'User', user }
    const application = this.servicePrincipals.find(({ objectId }) => same(objectId, id))
    if (application) return { type: 'ServicePrincipal', application }
    const group = this.groups.find(({ objectId }) => same(objectId, id))
    return group && { type: 'Group', group }
  }

  groupsOf(objectId: string): readonly string[] {
    const found = new Set<string>()
    const look = (id: string): void => {
      for (const group of this.groups) {
        if (found.has(group.objectId) || !group.members.some((member) => same(member, id))) continue
        found.add(group.objectId)
        look(group.objectId)
      }
    }
    look(objectId)
    return [...found]
  }

  change(next: Partial<DirectoryState>): void {
    this.#state = { ...this.#state, ...next }
    this.#changed()
  }

  state(): DirectoryState {
    return this.#state
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
