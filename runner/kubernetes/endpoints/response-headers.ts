// Headers that every answer has: audit, caching, date, flow control, warnings.
import { createRandom } from '../../base/random.ts'
import type { UserInfo } from '../identity.ts'
import { at } from '../object.ts'
import { readObject, readObjects } from '../registry/engine.ts'
import { type Classified, flowSchemaFor } from './classify.ts'
import type { RequestInfo } from './request-info.ts'
import type { Server } from './server.ts'
import { warningHeaders } from './warning-headers.ts'

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
  for (const warning of warningHeaders(request.warnings)) headers.append('warning', warning)
  const { info, user } = request
  const managed = user.name !== '' && !(info.type === 'resource' && unmanaged.includes(info.subresource))
  if (managed) for (const [name, value] of flowHeaders(server, { user, info })) headers.set(name, value)
  return response
}

function flowHeaders(server: Server, request: Classified): readonly (readonly [string, string])[] {
  const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'
  const schema = flowSchemaFor(readObjects(server, apiVersion, 'FlowSchema'), request)
  const level =
    schema && readObject(server, apiVersion, 'PriorityLevelConfiguration', { name: String(at(schema, 'spec', 'priorityLevelConfiguration', 'name')) })
  if (!level) return []
  return [
    ['x-kubernetes-pf-flowschema-uid', schema.metadata.uid ?? ''],
    ['x-kubernetes-pf-prioritylevel-uid', level.metadata.uid ?? ''],
  ]
}
