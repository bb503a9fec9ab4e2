// az login and logout.
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, text } from '../command.ts'
import { signInPrincipal } from '../login/principal.ts'
import { loginOutput } from '../login/subscriptions.ts'
import { signInUser } from '../login/user.ts'
import { loadTokenCache, saveTokenCache } from '../token-cache.ts'
import { managementScope } from '../tokens.ts'

const passwordWarning =
  'Starting September 1, 2025, MFA will be gradually enforced for Azure public cloud. The authentication with username and password in the command line is not supported with MFA. Consider using one of the compatible authentication methods. For more details, see https://go.microsoft.com/fwlink/?linkid=2276314'

/** `az login` and `az logout`. */
export const group: CommandGroup = { handlers: { login, logout } }

async function login(call: Call): Promise<unknown> {
  const { values } = call
  checkUsage(call)
  const username = text(values, 'username')
  if (username !== undefined && !flag(values, 'service_principal')) call.log.warning(passwordWarning)
  if (flag(values, 'identity')) throw new AzError("'az login --identity' is not simulated here.")
  const scope = list(values, 'scopes')?.[0] ?? managementScope
  const subscriptions = flag(values, 'service_principal') ? await signInPrincipal(call, scope) : await signInUser(call, scope)
  return loginOutput(subscriptions)
}

function checkUsage({ values }: Call): void {
  const has = (name: string): boolean => text(values, name) !== undefined
  const identity = flag(values, 'identity')
  if (identity && (has('password') || flag(values, 'service_principal') || has('tenant')))
    throw new AzError("usage error: '--identity' is not applicable with other arguments")
  if (identity && has('username'))
    throw new AzError('Passing the managed identity ID with --username is no longer supported. Use --client-id, --object-id or --resource-id instead.')
  if (flag(values, 'use_device_code') && (has('password') || flag(values, 'service_principal') || has('username') || identity)) {
    throw new AzError("usage error: '--use-device-code' is not applicable with other arguments")
  }
  if (flag(values, 'service_principal') && !has('username'))
    throw new AzError('usage error: --service-principal --username NAME --password SECRET --tenant TENANT')
}

async function logout(call: Call): Promise<void> {
  const all = call.profile.all()
  const name = text(call.values, 'username') ?? all.find((entry) => entry.isDefault)?.user.name ?? all[0]?.user.name
  if (name === undefined) throw new AzError('There are no active accounts.')
  const left = all.filter((entry) => entry.user.name.toLowerCase() !== name.toLowerCase())
  await call.profile.save(left.map((entry, index) => (left.some((other) => other.isDefault) ? entry : { ...entry, isDefault: index === 0 })))
  const cache = await loadTokenCache(call.context)
  const account = Object.values(cache.Account).find((entry) => String(entry.username).toLowerCase() === name.toLowerCase())
  for (const section of Object.values(cache)) {
    for (const [key, entry] of Object.entries(section as Record<string, { home_account_id?: unknown }>))
      if (entry.home_account_id === account?.home_account_id) delete (section as Record<string, unknown>)[key]
  }
  await saveTokenCache(call.context, cache)
}
