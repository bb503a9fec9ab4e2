// Azure RBAC: whether a principal may do something at a scope, by its role assignments there and above.
import { isObject, type JsonObject } from '../base/json.ts'
import builtInRoles from './providers/authorization/built-in-roles.json' with { type: 'json' }
import { idKey, nameOf, within } from './resource-id.ts'
import type { ResourceStore } from './resource-store.ts'
import type { Resource } from './state.ts'

/** What a role permits. */
export interface Permission {
  readonly actions: readonly string[]
  readonly notActions: readonly string[]
  readonly dataActions: readonly string[]
  readonly notDataActions: readonly string[]
}

/** Answers who may do what. */
export interface Access {
  /** Control plane: `Microsoft.ContainerService/fleets/read` over an id. */
  allows(principalId: string, scope: string, action: string): boolean
  /** Data plane: `Microsoft.ContainerService/fleets/configmaps/read` over a fleet's id, or `{id}/namespaces/{name}`. */
  allowsData(principalId: string, scope: string, action: string): boolean
  /** True if the principal has any assignment at, above or below the scope. */
  knows(principalId: string, scope: string): boolean
}

const assignmentType = 'Microsoft.Authorization/roleAssignments'
const patterns = new Map<string, RegExp>()

/** What rights are read from. */
interface AccessGround {
  readonly store: ResourceStore
  readonly clock: { now(): number }
  readonly directory: { groupsOf(principalId: string): readonly string[] }
}

/** Access by the role assignments of a store. An assignment counts from its `effectiveAt` on, and for all who are in a group. */
export function createAccess(ground: AccessGround): Access {
  return {
    allows: (principalId, scope, action) => permissionsAt(scope, principalId, ground).some((one) => permits(one.actions, one.notActions, action)),
    allowsData: (principalId, scope, action) => permissionsAt(scope, principalId, ground).some((one) => permits(one.dataActions, one.notDataActions, action)),
    knows: (principalId, scope) =>
      assignments(principalId, ground).some((assignment) => within(scope, text(assignment, 'scope')) || within(text(assignment, 'scope'), scope)),
  }
}

function assignments(principalId: string, { store, clock, directory }: AccessGround): Resource[] {
  const principals = new Set([principalId, ...directory.groupsOf(principalId)].map((id) => id.toLowerCase()))
  return store.list(assignmentType).filter((assignment) => {
    const effectiveAt = assignment.inner?.effectiveAt
    return principals.has(text(assignment, 'principalId').toLowerCase()) && (typeof effectiveAt !== 'number' || effectiveAt <= clock.now())
  })
}

/** What a principal is permitted at a scope: the permissions of each of its roles that hold there now. */
export function permissionsAt(scope: string, principalId: string, ground: AccessGround): readonly Permission[] {
  return assignments(principalId, ground)
    .filter((one) => within(scope, text(one, 'scope')))
    .flatMap((one) => permissionsOf(text(one, 'roleDefinitionId'), ground.store))
}

/** The permissions of a role definition, built in or made by a user; none for an unknown one. */
export function permissionsOf(roleDefinitionId: string, store: ResourceStore): readonly Permission[] {
  const name = nameOf(roleDefinitionId).toLowerCase()
  const builtIn = builtInRoles.find((role) => role.id === name)
  if (builtIn) return [builtIn]
  const custom = store.list('Microsoft.Authorization/roleDefinitions').find((role) => idKey(nameOf(role.id)) === idKey(name))
  const listed = custom?.body.properties?.permissions
  return Array.isArray(listed) ? listed.filter(isObject).map(readPermission) : []
}

function readPermission(value: JsonObject): Permission {
  return {
    actions: texts(value.actions),
    notActions: texts(value.notActions),
    dataActions: texts(value.dataActions),
    notDataActions: texts(value.notDataActions),
  }
}

function permits(allowed: readonly string[], refused: readonly string[], action: string): boolean {
  return allowed.some((pattern) => covers(pattern, action)) && !refused.some((pattern) => covers(pattern, action))
}

function covers(pattern: string, action: string): boolean {
  let form = patterns.get(pattern)
  if (!form) {
    form = new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 'i')
    patterns.set(pattern, form)
  }
  return form.test(action)
}

function escaped(literal: string): string {
  return literal.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

function text(assignment: Resource, property: string): string {
  const value = assignment.body.properties?.[property]
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
