// --tenant: an id, or a domain whose id the authority knows.
import { isObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, text } from '../command.ts'

/** The tenant to sign in to, or `organizations` where none was named. */
export async function tenantAuthority(call: Call): Promise<string> {
  const tenant = text(call.values, 'tenant')
  if (tenant === undefined) return 'organizations'
  if (/^[0-9a-f-]{36}$/i.test(tenant)) return tenant
  const url = `https://login.microsoftonline.com/${tenant}/v2.0/.well-known/openid-configuration`
  const response = await call.context.fetch({ url, headers: { accept: '*/*', 'user-agent': 'python-requests/2.34.2' } })
  const body = await response.text()
  if (response.status !== 200) throw new AzError(`Failed to resolve tenant '${tenant}'.\n\nError detail: ${body}`)
  const value: unknown = JSON.parse(body)
  return (isObject(value) ? /\/([0-9a-f-]{36})\//i.exec(String(value.issuer))?.[1] : undefined) ?? tenant
}
