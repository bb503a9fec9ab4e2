// Signing in as a service principal with its secret.
import { createArmClient } from '../arm-client.ts'
import { AzError, unexpectedError } from '../cli-error.ts'
import { type Call, text } from '../command.ts'
import { configFolder } from '../config.ts'
import { randomUuid } from '../context.ts'
import type { Subscription } from '../profile.ts'
import { createProgress } from '../progress.ts'
import { addTokens, loadTokenCache, saveTokenCache } from '../token-cache.ts'
import { askToken } from '../tokens.ts'
import { listSubscriptions } from './subscriptions.ts'
import { tenantAuthority } from './tenant.ts'
import { remember } from './user.ts'

const discovery =
  'https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fauthorize'

/** Signs in and finds the principal's subscriptions; the profile then holds them. */
export async function signInPrincipal(call: Call, scope: string): Promise<readonly Subscription[]> {
  const { values, context } = call
  const id = text(values, 'username') ?? ''
  const secret = text(values, 'password') ?? ''
  const authority = await tenantAuthority(call)
  const tenant = authority === 'organizations' ? undefined : authority
  const answer = await askToken(context, authority, { clientId: id, grant: 'client_credentials', form: { client_secret: secret, scope } })
  if (!('access_token' in answer)) {
    await context.fetch({ url: discovery, headers: { accept: 'application/json', 'user-agent': 'python-requests/2.34.2' } })
    throw new AzError(answer.error_description, {
      recommendations: [
        'The error may be caused by passing a service principal certificate with --password. Please note that --password no longer accepts a service principal certificate. To pass a service principal certificate, use --certificate instead.',
      ],
    })
  }
  if (tenant === undefined) throw unexpectedError('KeyError', "'tenant'")
  const cache = await loadTokenCache(context)
  addTokens(cache, { homeAccountId: '', username: id, tenant, clientId: id }, answer, scope, context.now())
  await saveTokenCache(context, cache)
  await context.files.write(
    `${configFolder(context)}/service_principal_entries.json`,
    JSON.stringify([{ client_id: id, tenant, client_secret: secret }]),
    0o600,
  )
  const arm = createArmClient({
    context,
    command: 'login',
    parameters: call.parameters,
    requestId: randomUuid(context),
    progress: createProgress(context, false),
    subscriptionId: () => '',
    token: async () => answer.access_token,
  })
  const user = { name: id, type: 'servicePrincipal' }
  return remember(call, await listSubscriptions(arm, user, tenant), user, [])
}
