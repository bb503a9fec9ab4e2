// What is wrong with a review (`pkg/apis/authorization/validation`), and what of its selectors goes unread (`pkg/registry/authorization/util`).

import type { JsonObject } from '../../base/json.ts'
import { succeeds } from '../../base/succeeds.ts'
import { child, type Findings, forbidden, invalid, invalidAll, item, required } from '../kinds/validation/findings.ts'
import { internalForm } from '../kinds/validation/internal-form.ts'
import { isLabelValue, isQualifiedName } from '../kinds/validation/names.ts'
import { fields, objects, present, text, texts } from '../kinds/validation/read.ts'
import { createRequirement } from '../label-requirements.ts'
import { type KubernetesObject, parseApiVersion } from '../object.ts'
import { invalid as refused } from '../registry/errors.ts'
import { parseFieldSelector, parseLabelSelector } from '../selectors.ts'
import type { StatusError } from '../status-error.ts'

/** The kinds of reviews of access. */
export type ReviewOf = 'self' | 'subject' | 'local'

const operators: Readonly<Record<string, 'in' | 'notin' | 'exists' | '!'>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

/** The refusal of a review of access, all that is wrong at once (`ValidateSubjectAccessReview` and its like); none if all is well. */
export function refusedReview(body: KubernetesObject, of: ReviewOf): StatusError | undefined {
  const errors = [...validateSpec(fields(body.spec), of), ...validateMetadata(body, of), ...(of === 'local' ? validateNamespace(body) : [])]
  // These are refused before their kind is known to the error: it names the group alone.
  return errors.length === 0 ? undefined : refused({ group: parseApiVersion(body.apiVersion).group, kind: '' }, '', errors)
}

/** What is said of selectors that nobody could read, wholly or in part (`BuildEvaluationError`). */
export function unreadSelectors(body: KubernetesObject): string {
  const { fieldSelector, labelSelector } = fields(fields(body.spec).resourceAttributes)
  return [
    ...unread('fieldSelector', fields(fieldSelector), isReadField, parseFieldSelector),
    ...unread('labelSelector', fields(labelSelector), isReadLabel, parseLabelSelector),
  ].join('; ')
}

function* validateSpec({ resourceAttributes, nonResourceAttributes, user, groups }: JsonObject, of: ReviewOf): Findings {
  const [resource, path] = [present(resourceAttributes), present(nonResourceAttributes)]
  if (resource && path)
    yield invalid('spec.nonResourceAttributes', printed(nonResourceAttributes), 'cannot be specified in combination with resourceAttributes')
  if (!resource && !path) yield invalid('spec.resourceAttributes', undefined, 'exactly one of nonResourceAttributes or resourceAttributes must be specified')
  if (of !== 'self' && text(user) === '' && texts(groups).length === 0) yield invalid('spec.user', '', 'at least one of user or group must be specified')
  yield* validateSelectors(fields(resourceAttributes), 'spec.resourceAttributes')
}

/** Nothing but its fields' managers, and a namespace where it has one, may be said of a review. */
function* validateMetadata({ metadata }: KubernetesObject, of: ReviewOf): Findings {
  const { managedFields: _fields, namespace, ...said } = metadata
  const rest = of === 'local' || namespace === undefined ? said : { ...said, namespace }
  if (Object.keys(rest).length > 0) yield invalid('metadata', metadata as JsonObject, of === 'local' ? 'must be empty except for namespace' : 'must be empty')
}

function* validateNamespace({ metadata, spec }: KubernetesObject): Findings {
  const { resourceAttributes, nonResourceAttributes } = fields(spec)
  const asked = text(fields(resourceAttributes).namespace)
  if (present(resourceAttributes) && asked !== (metadata.namespace ?? ''))
    yield invalid('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')
  if (present(nonResourceAttributes)) yield invalid('spec.nonResourceAttributes', printed(nonResourceAttributes), 'disallowed on this kind of request')
}

function printed(path: JsonObject[string]): JsonObject[string] {
  return internalForm(path, 'authorization.v1.NonResourceAttributes')
}

function* validateSelectors({ fieldSelector, labelSelector }: JsonObject, path: string): Findings {
  if (present(fieldSelector)) yield* validateSelector(fields(fieldSelector), child(path, 'fieldSelector'), validateFieldRequirement)
  if (present(labelSelector)) yield* validateSelector(fields(labelSelector), child(path, 'labelSelector'), validateLabelRequirement)
}

type RequirementRule = (requirement: JsonObject, path: string) => Findings

function* validateSelector({ rawSelector, requirements }: JsonObject, path: string, rule: RequirementRule): Findings {
  const [raw, parts] = [text(rawSelector), objects(requirements)]
  if (raw !== '' && parts.length > 0) yield invalid(child(path, 'rawSelector'), raw, 'may not specified at the same time as requirements')
  if (raw === '' && parts.length === 0) yield required(child(path, 'requirements'), `when ${path} is specified, requirements or rawSelector is required`)
  for (const [index, requirement] of parts.entries()) yield* rule(requirement, item(child(path, 'requirements'), index))
}

function* validateFieldRequirement(requirement: JsonObject, path: string): Findings {
  if (text(requirement.key) === '') yield required(child(path, 'key'), 'must be specified')
  yield* validateCount(requirement, path)
}

function* validateLabelRequirement(requirement: JsonObject, path: string): Findings {
  yield* validateCount(requirement, path)
  yield* invalidAll(child(path, 'key'), text(requirement.key), isQualifiedName(text(requirement.key)))
  for (const [index, value] of texts(requirement.values).entries()) yield* invalidAll(item(child(path, 'values'), index), value, isLabelValue(value))
}

/** How many values an operator takes; newer clients may send operators that are not known. */
function* validateCount({ operator, values }: JsonObject, path: string): Findings {
  const count = texts(values).length
  if (['In', 'NotIn'].includes(text(operator)) && count === 0) yield required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'")
  if (['Exists', 'DoesNotExist'].includes(text(operator)) && count > 0)
    yield forbidden(child(path, 'values'), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
}

function unread(name: string, { rawSelector, requirements }: JsonObject, isRead: (part: JsonObject) => boolean, parse: (raw: string) => unknown): string[] {
  const parts = objects(requirements)
  const read = parts.filter(isRead)
  const whole = parts.length > 0 ? read.length === parts.length : text(rawSelector) === '' || succeeds(() => parse(text(rawSelector)))
  return whole ? [] : [`spec.resourceAttributes.${name} ${read.length > 0 ? 'partially ' : ''}ignored due to parse error`]
}

function isReadField({ operator, values }: JsonObject): boolean {
  return ['In', 'NotIn'].includes(text(operator)) && texts(values).length === 1
}

function isReadLabel({ key, operator, values }: JsonObject): boolean {
  const known = operators[text(operator)]
  return known !== undefined && succeeds(() => createRequirement(text(key), known, texts(values)))
}
