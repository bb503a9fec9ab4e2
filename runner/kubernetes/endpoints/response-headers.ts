// Headers that every answer has: audit, caching, date, flow control, warnings.
import { createRandom } from '../../base/random.ts'
import { mastersGroup, type UserInfo } from '../identity.ts'
import { readObject } from '../registry/engine.ts'
import type { RequestInfo } from './request-info.ts'
import type { Server } from './server.ts'

/** Streams and requests that no one was let in for pass flow control by. */
const unmanaged = ['log', 'exec', 'attach', 'portforward', 'proxy']

/** The answer with the headers that all have. */
export function commonHeaders(
  server: Server,
  response: Response,
  request: { readonly user: UserInfo; readonly info: RequestInfo; readonly warnings: readonly string[] },
): Response {
  const { headers } = response
  headers.set('audit-id', createRandom(`${server.name} ${server.count.requests}`).uuid())
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-cache, private')
  headers.set('date', new Date(server.clock.now()).toUTCString())
  for (const text of request.warnings) headers.append('warning', `299 - ${JSON.stringify(text)}`)
  const { info, user } = request
  const managed = user.name !== '' && !(info.type === 'resource' && unmanaged.includes(info.subresource))
  if (managed) for (const [name, value] of flowHeaders(server, user)) headers.set(name, value)
  return response
}

function flowHeaders(server: Server, user: UserInfo): readonly (readonly [string, string])[] {
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
  const schema = readObject(server, apiVersion, 'FlowSchema', { name: flowSchemaOf(user) })
  const spec = schema?.spec as { readonly priorityLevelConfiguration?: { readonly name?: string } } | undefined
  const level = readObject(server, apiVersion, 'PriorityLevelConfiguration', { name: spec?.priorityLevelConfiguration?.name ?? '' })
  if (!schema || !level) return []
  return [
    ['x-kubernetes-pf-flowschema-uid', schema.metadata.uid ?? ''],
    ['x-kubernetes-pf-prioritylevel-uid', level.metadata.uid ?? ''],
  ]
}

function flowSchemaOf({ groups }: UserInfo): string {
  if (groups.includes(mastersGroup)) return 'exempt'
  if (groups.includes('system:serviceaccounts')) return 'service-accounts'
  return groups.includes('system:authenticated') ? 'global-default' : 'catch-all'
}
