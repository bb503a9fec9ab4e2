// What a write that is in order warns of: strategies' `WarningsOnCreate` and `WarningsOnUpdate` (apiserver `registry/rest`).
import type { DeleteOptions } from '../client.ts'
import { finalizerWarnings } from '../custom-resources/warnings.ts'
import type { KindRules } from '../kind.ts'
import type { KubernetesObject } from '../object.ts'
import type { WriteScope } from './engine.ts'

/** Takes down the warnings of a new or changed object. They cost nothing where nobody listens. */
export function warnOf(scope: WriteScope, object: KubernetesObject, old?: KubernetesObject): void {
  const { warn } = scope
  if (!warn) return
  for (const text of ruleFor(scope)?.(object, old) ?? []) warn(text)
}

const podsStay =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** Warns who deletes jobs without saying what becomes of their pods (`registry/batch/job/storage`). */
export function warnOfDelete({ resource, warn }: WriteScope, { propagationPolicy }: DeleteOptions): void {
  if (resource.storage === 'batch/jobs' && propagationPolicy === undefined) warn?.(podsStay)
}

/** A scale is written through the whole object's strategy; every other subresource has one of its own. */
function ruleFor({ resource: { rules, custom }, subresource }: WriteScope): KindRules['warnings'] {
  if (subresource === 'status') return rules?.statusWarnings
  if (subresource !== '' && subresource !== 'scale') return undefined
  return custom ? finalizerWarnings : rules?.warnings
}
