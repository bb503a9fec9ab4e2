// Microsoft Graph: requests and lists, with errors in Graph's own words.
import { isObject, type Json } from '../base/json.ts'
import { HttpError } from './arm-error.ts'
import { AzError } from './cli-error.ts'
import type { Call } from './command.ts'

/** Sends to Graph; an error prints its message alone. */
export async function graphSend(call: Call, method: string, path: string, body?: Json): Promise<Json | undefined> {
  try {
    return (await call.arm.graph(method, { path, ...(body === undefined ? {} : { body }) })).body
  } catch (error) {
    if (error instanceof HttpError && error.error !== undefined) throw new AzError(String(error.error.message ?? error.message), { exitCode: error.exitCode })
    throw error
  }
}

/** All items of a list, over all pages. */
export async function graphList(call: Call, path: string): Promise<readonly Json[]> {
  const items: Json[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const body: Json | undefined = await graphSend(call, 'GET', next)
    if (!isObject(body)) break
    if (Array.isArray(body.value)) items.push(...body.value)
    const link: Json | undefined = body['@odata.nextLink']
    next = typeof link === 'string' ? link : undefined
  }
  return items
}

/** A `$filter` as Python quotes it. */
export function filterQuery(expression: string): string {
  return `$filter=${encodeURIComponent(expression).replaceAll("'", '%27').replaceAll('(', '%28').replaceAll(')', '%29')}`
}

/** Text inside of a filter: quotes are doubled. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

/** Users, groups and principals by object id. */
export async function objectsByIds(call: Call, ids: readonly string[]): Promise<readonly Json[]> {
  const body = await graphSend(call, 'POST', '/directoryObjects/getByIds', {
    ids: [...ids],
    types: ['user', 'group', 'servicePrincipal', 'directoryObjectPartnerReference'],
  })
  return isObject(body) && Array.isArray(body.value) ? body.value : []
}
