// How an API server passes on what a webhook has denied.
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'

/** A write as a webhook sees it. */
export type HookRequest = Parameters<NonNullable<AdmissionPlugin['validate']>>[0]

/** Refuses a write in the words of a webhook. */
export function denied(webhook: string, message: string): StatusError {
  return new StatusError('Forbidden', `admission webhook "${webhook}" denied the request: ${message}`)
}

/** Several errors as Go's aggregate prints them: each once. */
export function aggregate(problems: readonly string[]): string {
  const all = [...new Set(problems)]
  return all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`
}
