// Applications and service principals by what users call them.
import { isObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, required } from '../command.ts'
import { filterQuery, graphList, quoted } from '../graph.ts'

/** Object id of the service principal that `--id` names: by any of its names, or by object id. */
export async function principalId(call: Call): Promise<string> {
  const id = required(call.values, 'identifier')
  const found = await graphList(call, `/servicePrincipals?${filterQuery(`servicePrincipalNames/any(c:c eq ${quoted(id)})`)}`)
  const first = found[0]
  if (isObject(first)) return String(first.id)
  if (/^[0-9a-f-]{36}$/i.test(id)) return id
  throw new AzError(`Service principal '${id}' doesn't exist`, { exitCode: 3 })
}

/** Object id of the application that `--id` names. */
export async function applicationId(call: Call): Promise<string> {
  const id = required(call.values, 'identifier')
  const isGuid = /^[0-9a-f-]{36}$/i.test(id)
  const condition = isGuid ? `appId eq ${quoted(id)}` : `identifierUris/any(s:s eq ${quoted(id)})`
  const found = (await graphList(call, `/applications?${filterQuery(condition)}`))[0]
  if (isObject(found)) return String(found.id)
  if (isGuid) return id
  throw new AzError(`Resource '${id}' does not exist or one of its queried reference-property objects are not present.`, { exitCode: 3 })
}
