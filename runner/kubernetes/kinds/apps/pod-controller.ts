// Validation that Deployments, ReplicaSets, DaemonSets and StatefulSets share (`pkg/apis/apps/validation`).
import type { Json, JsonObject } from '../../../base/json.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import { child, type Findings, forbidden, invalid, notSupported, required } from '../validation/findings.ts'
import { fields, present, text } from '../validation/read.ts'
import { isEmptySelector, isSelector, matchesSelector, validateSelector } from '../validation/selectors.ts'

/** Findings on `spec.selector`: there, well formed, not empty. `emptySays` is the kind's wording for an empty one. */
export function* validateRequiredSelector(spec: JsonObject, emptySays: string): Findings {
  if (!present(spec.selector)) return yield required('spec.selector')
  yield* validateSelector(spec.selector, 'spec.selector')
  if (isEmptySelector(spec.selector)) yield invalid('spec.selector', {}, emptySays)
}

/** Findings where the selector cannot be made into one. */
export function* validateUsableSelector(spec: JsonObject): Findings {
  if (!isSelector(spec.selector)) yield invalid('spec.selector', spec.selector, 'invalid label selector')
}

/** Findings on a template that must carry the selector's labels, of pods that run for good. */
export function* validateRunningTemplate(spec: JsonObject, options: { readonly inKind: string; readonly selectEverything?: boolean }): Findings {
  const template = fields(spec.template)
  const labels = fields(template.metadata).labels
  if (selects(spec.selector, options.selectEverything === true) && !matchesSelector(spec.selector, labels))
    yield invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`')
  yield* validateTemplate(template, 'spec.template')
  yield* validateAlwaysRestarts(template, options.inKind)
}

/** Restart policy and deadline that a controller of running pods allows. */
export function* validateAlwaysRestarts(template: JsonObject, inKind: string): Findings {
  const spec = fields(template.spec)
  if (spec.restartPolicy !== 'Always') yield notSupported(child('spec.template', 'spec', 'restartPolicy'), text(spec.restartPolicy), ['Always'])
  if (present(spec.activeDeadlineSeconds))
    yield forbidden(child('spec.template', 'spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${inKind} is not Supported`)
}

/** Labels as an error prints them: null for none, sorted. */
export function printLabels(labels: Json | undefined): Json | undefined {
  const known = Object.entries(fields(labels)).sort(([left], [right]) => (left < right ? -1 : 1))
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** An empty selector selects nothing worth comparing, unless the kind compares all the same. */
function selects(selector: Json | undefined, always: boolean): boolean {
  return always || !present(selector) || !isEmptySelector(selector)
}
