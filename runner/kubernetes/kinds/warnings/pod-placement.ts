// Where a pod may run: deprecated labels of nodes, and selectors that select nothing.
import type { JsonObject } from '../../../base/json.ts'
import { child, item } from '../validation/findings.ts'
import { entries, fields, objects, present, text } from '../validation/read.ts'
import { deprecatedKey, deprecatedLabel, nodeSelectorTerm } from './node-labels.ts'
import type { Warnings } from './shapes.ts'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Node selector, node affinity and spread of a pod spec. */
export function* placementWarnings(path: string, spec: JsonObject): Warnings {
  for (const [label] of entries(spec.nodeSelector)) yield* deprecatedLabel(item(child(path, 'nodeSelector'), label), label)
  yield* nodeAffinityWarnings(child(path, 'affinity', 'nodeAffinity'), fields(fields(spec.affinity).nodeAffinity))
  for (const [index, constraint] of objects(spec.topologySpreadConstraints).entries()) {
    const here = item(child(path, 'topologySpreadConstraints'), index)
    yield* deprecatedKey(child(here, 'topologyKey'), text(constraint.topologyKey))
    yield* nullSelector(here, constraint)
  }
}

/** Affinity and anti-affinity to other pods. */
export function* affinityWarnings(path: string, spec: JsonObject): Warnings {
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const terms = fields(fields(spec.affinity)[name])
    const here = child(path, name)
    for (const [index, term] of objects(terms[required]).entries()) yield* nullSelector(item(child(here, required), index), term)
    for (const [index, term] of objects(terms[preferred]).entries())
      yield* nullSelector(child(item(child(here, preferred), index), 'podAffinityTerm'), fields(term.podAffinityTerm))
  }
}

function* nodeAffinityWarnings(path: string, affinity: JsonObject): Warnings {
  const terms = child(path, required, 'nodeSelectorTerms')
  for (const [index, term] of objects(fields(affinity[required]).nodeSelectorTerms).entries()) yield* nodeSelectorTerm(item(terms, index), term)
  for (const [index, term] of objects(affinity[preferred]).entries())
    yield* nodeSelectorTerm(child(item(child(path, preferred), index), 'preference'), term.preference, true)
}

function* nullSelector(path: string, { labelSelector }: JsonObject): Warnings {
  if (!present(labelSelector)) yield `${child(path, 'labelSelector')}: a null labelSelector results in matching no pod`
}
