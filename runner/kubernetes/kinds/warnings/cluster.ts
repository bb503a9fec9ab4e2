// What the other kinds warn of, each by its strategy (`pkg/registry/*/*/strategy.go`).
import { keyPairProblem } from '../../../base/key-pair.ts'
import type { KubernetesObject } from '../../object.ts'
import { parseQuantity } from '../../quantity.ts'
import { item } from '../validation/findings.ts'
import { compareQuantities } from '../validation/quantities.ts'
import { entries, fields, text, texts } from '../validation/read.ts'
import { rangeWarnings } from './addresses.ts'
import { deprecatedLabel } from './node-labels.ts'
import type { Warnings } from './shapes.ts'

/** A Node. */
export function* nodeWarnings({ spec: given }: KubernetesObject): Warnings {
  const spec = fields(given)
  if (text(spec.externalID) !== '') yield 'spec.externalID: this field is deprecated, and is unused by Kubernetes'
  for (const [index, range] of texts(spec.podCIDRs).entries()) yield* rangeWarnings(item('spec.podCIDRs', index), range)
}

/** A RuntimeClass. */
export function* runtimeClassWarnings(runtimeClass: KubernetesObject): Warnings {
  for (const [label] of entries(fields(fields(runtimeClass).scheduling).nodeSelector)) yield* deprecatedLabel('scheduling.nodeSelector', label)
}

/** A new ResourceQuota that lets more be asked for than be used. */
export function* quotaWarnings({ spec }: KubernetesObject, old?: KubernetesObject): Warnings {
  const { hard: given } = fields(spec)
  const hard = fields(given)
  if (old) return
  for (const resource of ['cpu', 'memory', 'storage', 'ephemeral-storage']) {
    const bare = (resource === 'cpu' || resource === 'memory') && hard[`requests.${resource}`] === undefined
    const [request, limit] = [bare ? resource : `requests.${resource}`, `limits.${resource}`]
    if (hard[request] === undefined || hard[limit] === undefined || compareQuantities(hard[request], hard[limit]) <= 0) continue
    const print = (name: string): string => `${name} (${parseQuantity(String(hard[name])).text})`
    yield `ResourceQuota ${print(request)} should be less than ${print(limit)}`
  }
}

const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets'

/** A ServiceAccount that is newly kept to its own Secrets. */
export function* serviceAccountWarnings({ metadata }: KubernetesObject, old?: KubernetesObject): Warnings {
  if (metadata.annotations?.[mountableSecrets] === undefined || old?.metadata.annotations?.[mountableSecrets] !== undefined) return
  yield `${item('metadata.annotations', mountableSecrets)}: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`
}

/** A ResourceSlice. */
export function* resourceSliceWarnings({ spec }: KubernetesObject): Warnings {
  const driver = text(fields(spec).driver)
  if (driver !== driver.toLowerCase()) yield `spec.driver: driver names should be lowercase; ${JSON.stringify(driver)} contains uppercase characters`
}

/** A Secret for TLS whose certificate and key cannot be used together. */
export function* secretWarnings(secret: KubernetesObject): Warnings {
  const { type, data } = fields(secret)
  if (type !== 'kubernetes.io/tls') return
  const decoded = (key: string): string => atob(text(fields(data)[key]))
  const problem = keyPairProblem(decoded('tls.crt'), decoded('tls.key'))
  if (problem !== undefined) yield problem
}
