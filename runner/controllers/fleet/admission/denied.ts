// How an API server passes on what a webhook has denied.
import type { ResourceInfo, WriteContext } from '../../../kubernetes/kind.ts'
import type { KubernetesObject, ObjectKey } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'

/** A write as a webhook sees it; the API server's own type of admission requests fits. */
export interface HookRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly resource: ResourceInfo
  readonly subresource: string
  readonly key: ObjectKey
  readonly object?: KubernetesObject
  readonly old?: KubernetesObject
  readonly user: { readonly name: string; readonly groups: readonly string[] }
  readonly context: WriteContext
}

/** A webhook as a plugin of the API server. */
export interface Hook {
  readonly name: string
  admit?(request: HookRequest): KubernetesObject | undefined
  validate?(request: HookRequest): void
}

/** Refuses a write in the words of a webhook. */
export function denied(webhook: string, message: string): StatusError {
  return new StatusError('Forbidden', `admission webhook "${webhook}" denied the request: ${message}`)
}
