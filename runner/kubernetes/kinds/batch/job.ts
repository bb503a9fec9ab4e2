// Jobs.
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import { humanDuration } from '../../duration.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { printLabels } from '../apps/pod-controller.ts'
import { age, containerImages, containerNames, selectorText, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { type DefaultRow, defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, immutable, invalid, item, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { isSelector, matchesSelector, validateSelector } from '../validation/selectors.ts'
import { jobWarnings } from '../warnings/workloads.ts'
import { validateJobSpec } from './job-spec.ts'

const frozen = ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']

/** Defaults of a Job's spec: in Jobs. CronJobs take only those of its pods. */
const specRows: readonly DefaultRow[] = [
  ['completions', (spec) => (present(spec.parallelism) ? undefined : 1)],
  ['parallelism', 1],
  ['backoffLimit', (spec) => (present(spec.backoffLimitPerIndex) ? 2147483647 : 6)],
  ['completionMode', 'NonIndexed'],
  ['suspend', false],
  ['manualSelector', false],
  ['podReplacementPolicy', (spec) => (present(spec.podFailurePolicy) ? 'Failed' : 'TerminatingOrFailed')],
  ['podFailurePolicy.rules[].onPodConditions[].status', 'True'],
]

/** batch/v1 Job. */
export const job = defineKind({
  apiVersion: 'batch/v1',
  kind: 'Job',
  warnings: jobWarnings,
  defaults: defaultsOf([...objectsTo('spec.template.spec'), ...rowsAt('spec.template.spec', podSpecRows), ...rowsAt('spec', specRows)]),
  prepareForCreate: (object) => withGeneratedSelector(withoutStatus(object)),
  validate: (object) => [...validateGeneratedSelector(object), ...validateSpec(fields(object.spec))],
  validateUpdate: (object, old) => [...validateSpec(fields(object.spec)), ...validateChange(fields(object.spec), fields(old.spec))],
  cells(object, now) {
    const spec = fields(object.spec)
    return [
      object.metadata.name ?? '',
      statusText(object),
      completionsText(object),
      durationText(object, now),
      age(object, now),
      containerNames(templateSpec(object)),
      containerImages(templateSpec(object)),
      selectorText(fields(spec.selector)),
    ]
  },
  selectableFields: (object) => ({ 'status.successful': String(number(fields(object.status).succeeded)) }),
})

function withGeneratedSelector(object: KubernetesObject): KubernetesObject {
  const spec = fields(object.spec)
  const template = fields(spec.template)
  const meta = fields(template.metadata)
  const { name = '', uid = '', labels } = object.metadata
  const generated: JsonObject = { 'controller-uid': uid, 'batch.kubernetes.io/controller-uid': uid, 'job-name': name, 'batch.kubernetes.io/job-name': name }
  const own = spec.manualSelector === true
  const templateLabels = own ? meta.labels : { ...generated, ...fields(meta.labels) }
  const selector = fields(spec.selector)
  const matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...fields(selector.matchLabels) }
  const inherits = Object.keys(labels ?? {}).length === 0 && name.length <= 63
  const inherited = inherits ? (templateLabels as Readonly<Record<string, string>> | undefined) : labels
  return {
    ...object,
    metadata: { ...object.metadata, ...(inherited === undefined ? {} : { labels: inherited }) },
    spec: { ...spec, ...(own ? {} : { selector: { ...selector, matchLabels }, template: { ...template, metadata: { ...meta, labels: templateLabels } } }) },
  }
}

function* validateGeneratedSelector(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  if (spec.manualSelector === true || !present(spec.selector)) return
  const { name = '', uid = '' } = object.metadata
  const labels = fields(fields(fields(spec.template).metadata).labels)
  const expected = { 'controller-uid': uid, 'batch.kubernetes.io/controller-uid': uid, 'job-name': name, 'batch.kubernetes.io/job-name': name }
  for (const [key, value] of Object.entries(expected)) {
    const field = item('spec.template.metadata.labels', key)
    if (labels[key] === undefined) yield required(field, `must be '${value}'`)
    else if (labels[key] !== value) yield invalid(field, printLabels(labels), `must be '${value}'`)
  }
  const { matchLabels, matchExpressions } = fields(spec.selector)
  if (!equal(matchLabels, { 'batch.kubernetes.io/controller-uid': uid }) || objects(matchExpressions).length > 0)
    yield invalid('spec.selector', { ...fields(spec.selector), matchLabels: printLabels(matchLabels) }, '`selector` not auto-generated')
}

function* validateSpec(spec: JsonObject): Findings {
  yield* validateJobSpec(spec, 'spec')
  if (!present(spec.selector)) yield required('spec.selector')
  else yield* validateSelector(spec.selector, 'spec.selector')
  const labels = fields(fields(spec.template).metadata).labels
  if (isSelector(spec.selector) && !matchesSelector(spec.selector, labels))
    yield invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`')
}

function* validateChange(spec: JsonObject, old: JsonObject): Findings {
  const isElastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism && old.completions === old.parallelism
  if (!isElastic) yield* immutable('spec.completions', spec.completions, old.completions)
  yield* immutable('spec.selector', spec.selector, old.selector)
  if (!equal(maskTemplate(spec, old), old.template))
    yield invalid('spec.template', internalForm(spec.template, 'core.v1.PodTemplateSpec'), 'field is immutable')
  for (const name of frozen) if (name !== 'selector') yield* immutable(`spec.${name}`, spec[name], old[name])
}

/** While a Job is suspended, where its pods go may still change. */
function maskTemplate(spec: JsonObject, old: JsonObject): Json | undefined {
  if (old.suspend !== true) return spec.template
  const [template, before] = [fields(spec.template), fields(old.template)]
  const steering = ['nodeSelector', 'tolerations', 'affinity', 'schedulingGates']
  const kept = Object.fromEntries(steering.map((name) => [name, fields(before.spec)[name]]))
  return { ...template, metadata: before.metadata, spec: { ...fields(template.spec), ...kept } }
}

function statusText(object: KubernetesObject): string {
  const conditions = objects(fields(object.status).conditions).filter((condition) => condition.status === 'True')
  const has = (type: string): boolean => conditions.some((condition) => condition.type === type)
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (has('Suspended')) return 'Suspended'
  if (has('FailureTarget')) return 'FailureTarget'
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

function completionsText(object: KubernetesObject): string {
  const { completions, parallelism } = fields(object.spec)
  const succeeded = number(fields(object.status).succeeded)
  if (present(completions)) return `${succeeded}/${number(completions)}`
  return number(parallelism) > 1 ? `${succeeded}/1 of ${number(parallelism)}` : `${succeeded}/1`
}

function durationText(object: KubernetesObject, now: number): string {
  const { startTime, completionTime } = fields(object.status)
  if (!present(startTime)) return ''
  return humanDuration((present(completionTime) ? Date.parse(text(completionTime)) : now) - Date.parse(text(startTime)))
}
