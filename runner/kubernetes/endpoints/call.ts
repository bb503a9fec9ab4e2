// One request for a resource on its way through the handlers, and what it becomes for the registry.
import type { UserInfo } from '../identity.ts'
import type { ObjectKey } from '../object.ts'
import type { WriteScope } from '../registry/engine.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import { type Format, negotiate } from './negotiate.ts'
import type { WriteOptionsRead } from './query-options.ts'
import type { ResourceRequest } from './request-info.ts'
import type { Showing } from './respond.ts'
import type { Server } from './server.ts'
import type { WatchTimers } from './watch-stream.ts'

/** A request, authorized, with its body read. */
export interface Call {
  readonly server: Server
  readonly timers: WatchTimers
  readonly resource: ServedResource
  readonly asked: ResourceRequest
  readonly user: UserInfo
  readonly headers: Headers
  readonly query: URLSearchParams
  readonly body: Uint8Array
  /** Texts of `Warning` headers. */
  readonly warnings: string[]
  /** What the request log is told beside the answer. */
  readonly outcome: { resourceVersion?: string; notSimulated?: boolean }
}

/** Where in its resource a request points. */
export function keyOfCall({ asked, resource }: Call): ObjectKey {
  return resource.info.namespaced ? { name: asked.name, namespace: asked.namespace } : { name: asked.name }
}

/** The write that a request is. */
export function scopeOf(call: Call, options: Pick<WriteOptionsRead, 'dryRun'> & { readonly fieldManager?: string }): WriteScope {
  const { resource, asked, user, warnings, headers } = call
  return {
    resource,
    key: keyOfCall(call),
    subresource: asked.subresource,
    user,
    manager: managerOf(options.fieldManager ?? '', headers.get('user-agent') ?? ''),
    dryRun: options.dryRun,
    warn: (text) => warnings.push(text),
  }
}

/** The field manager that was named, or the program of the user agent. */
export function managerOf(fieldManager: string, userAgent: string): string {
  return fieldManager !== '' ? fieldManager : (userAgent.split('/')[0] ?? '').slice(0, 128)
}

/** The form in which an answer goes out. */
export function showingOf(call: Call, streams = false): Showing {
  const { group, version, plural } = call.resource.info
  const tables = !(`${group}/${version}/${plural}` in call.server.virtual)
  const format: Format = negotiate(call.headers, call.query, { streams, custom: call.resource.custom !== undefined, tables })
  return { resource: call.resource, format, query: call.query, now: call.server.clock.now() }
}
