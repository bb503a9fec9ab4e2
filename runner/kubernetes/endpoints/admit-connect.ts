// Admission of connections: who opens a stream into a pod is judged by policies and webhooks too.
import type { JsonObject } from '../../base/json.ts'
import type { UserInfo } from '../identity.ts'
import type { KubernetesObject } from '../object.ts'
import { admissionRequest, admitWithoutObject, type Engine, writeContext } from '../registry/engine.ts'
import { isTrue, type ResourceRequest } from './request-info.ts'

const kinds: Readonly<Record<string, string>> = { attach: 'PodAttachOptions', exec: 'PodExecOptions', portforward: 'PodPortForwardOptions' }

/** Asks all of admission about a connection to a pod; throws StatusError where it is refused. */
export function admitConnect(engine: Engine, asked: ResourceRequest, { user, query }: { readonly user: UserInfo; readonly query: URLSearchParams }): void {
  const resource = engine.registry.find(asked.group, asked.version, asked.resource)
  const kind = kinds[asked.subresource]
  if (!resource || kind === undefined) return
  const key = { name: asked.name, namespace: asked.namespace }
  const scope = { resource, key, subresource: asked.subresource, user, manager: '', dryRun: false }
  const flags = ['stdin', 'stdout', 'stderr', 'tty'].filter((name) => isTrue(query.get(name))).map((name) => [name, true] as const)
  const options: JsonObject = {
    ...Object.fromEntries(flags),
    ...(query.has('container') && { container: query.get('container') }),
    ...(query.has('command') && { command: query.getAll('command') }),
  }
  const object = { apiVersion: 'v1', kind, metadata: {}, ...options } as KubernetesObject
  admitWithoutObject(engine, { ...admissionRequest(scope, writeContext(engine, scope), { operation: 'CONNECT' }), object })
}
