// Whether a definition in a group of Kubernetes' own was approved (apiextensions `pkg/apihelpers`).

import { fields, text } from '../kinds/validation/read.ts'
import type { KubernetesObject } from '../object.ts'

const annotation = 'api-approved.kubernetes.io'
const see = 'see https://github.com/kubernetes/enhancements/pull/1111'

/** What the annotation says, and the server's words for it. */
export interface Approval {
  readonly state: 'missing' | 'bypassed' | 'approved' | 'invalid'
  readonly reason: string
}

/** True for groups that belong to the Kubernetes project. */
export function isProtected({ spec }: KubernetesObject): boolean {
  return /(^|\.)(k8s\.io|kubernetes\.io)$/.test(text(fields(spec).group))
}

/** How far a definition was approved. */
export function approvalOf({ metadata }: KubernetesObject): Approval {
  const value = metadata.annotations?.[annotation] ?? ''
  const must = `protected groups must have approval annotation ${JSON.stringify(annotation)}`
  if (value === '') return { state: 'missing', reason: `${must}, ${see}` }
  if (value.startsWith('unapproved')) return { state: 'bypassed', reason: `not approved: ${JSON.stringify(value)}` }
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.test(value)) return { state: 'approved', reason: `approved in ${value}` }
  return { state: 'invalid', reason: `${must} with either a URL or a reason starting with "unapproved", ${see}` }
}
