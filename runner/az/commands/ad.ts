// az ad: users, groups and principals of Microsoft Entra, as Graph gives them.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { CommandGroup } from '../command.ts'
import { handlers as credentials } from './ad-credentials.ts'
import { handlers as people } from './ad-people.ts'
import { handlers as applications } from './ad-principals.ts'

/** Commands of `az ad`. */
export const group: CommandGroup = {
  handlers: { ...people, ...applications, ...credentials },
  tables: { _transform_graph_object: (result) => principalRows(result) },
}

function principalRows(result: unknown): unknown {
  const entries: readonly Json[] = Array.isArray(result) ? (result as readonly Json[]) : [result as Json]
  return entries.filter(isObject).map(
    (entry): JsonObject => ({
      DisplayName: entry.displayName,
      Id: entry.id,
      AppId: entry.appId,
      CreatedDateTime: entry.createdDateTime,
    }),
  )
}
