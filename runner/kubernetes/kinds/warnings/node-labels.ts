// Labels of nodes that have newer names (`pkg/api/node/util.go`): whoever selects by an old one is told the new one.
import type { Json } from '../../../base/json.ts'
import { child, item } from '../validation/findings.ts'
import { isLabelValue } from '../validation/names.ts'
import { entries, fields, objects, text, texts } from '../validation/read.ts'
import type { Warnings } from './shapes.ts'

const deprecated: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** Where a deprecated label is named by itself; `field` is where. */
export function* deprecatedLabel(field: string, label: string): Warnings {
  if (deprecated[label] !== undefined) yield `${field}: ${deprecated[label]}`
}

/** Where a deprecated label is the value of a field. */
export function* deprecatedKey(field: string, label: string): Warnings {
  if (deprecated[label] !== undefined) yield `${field}: ${label} is ${deprecated[label]}`
}

/** The expressions of a node selector's term; values are looked at only where validation does not refuse them. */
export function* nodeSelectorTerm(path: string, term: Json | undefined, withValues = false): Warnings {
  for (const [index, expression] of objects(fields(term).matchExpressions).entries()) {
    const here = item(child(path, 'matchExpressions'), index)
    yield* deprecatedKey(child(here, 'key'), text(expression.key))
    if (!withValues) continue
    for (const [place, value] of texts(expression.values).entries())
      for (const problem of isLabelValue(value)) yield `${item(child(here, 'values'), place)}: ${value} is invalid, ${problem}`
  }
}

/** A label selector for nodes. */
export function* nodeSelector(path: string, selector: Json | undefined): Warnings {
  yield* nodeSelectorTerm(path, selector)
  for (const [label] of entries(fields(selector).matchLabels)) yield* deprecatedLabel(child(path, 'matchLabels', label), label)
}
