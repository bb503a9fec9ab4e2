// az role: role assignments and definitions.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { CommandGroup } from '../command.ts'
import { assignmentHandlers } from './role-assignment.ts'
import { definitionHandlers } from './role-definition.ts'

/** Commands of `az role`. */
export const group: CommandGroup = {
  handlers: { ...assignmentHandlers, ...definitionHandlers },
  tables: {
    transform_assignment_list: (result) => rows(result, { Principal: 'principalName', Role: 'roleDefinitionName', Scope: 'scope' }),
    transform_definition_list: (result) => rows(result, { Name: 'roleName', Type: 'type', Description: 'description' }),
  },
}

function rows(result: unknown, columns: Readonly<Record<string, string>>): readonly JsonObject[] {
  const entries = Array.isArray(result) ? (result as readonly Json[]).filter(isObject) : []
  return entries.map((entry) => Object.fromEntries(Object.entries(columns).map(([column, key]) => [column, entry[key]])))
}
