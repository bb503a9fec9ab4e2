// StatefulSets.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age, containerImages, containerNames, templateSpec } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { validateClaimSpec } from '../pod-spec/claim-spec.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import { withoutStatus } from '../strategy.ts'
import { atMostWhole, countOf, countOrPercent } from '../validation/counts.ts'
import { child, type Findings, forbidden, invalid, item, nonNegative, notSupported, required } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { isDns1123Label, nameRule } from '../validation/names.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { optionalName } from '../validation/references.ts'
import { isEmptySelector, isSelector, matchesSelector } from '../validation/selectors.ts'
import { statefulSetWarnings } from '../warnings/workloads.ts'
import { printLabels, validateAlwaysRestarts, validateRequiredSelector } from './pod-controller.ts'

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']
const retentions = ['Retain', 'Delete']
const validateName = nameRule(isDns1123Label)

/** apps/v1 StatefulSet. */
export const statefulSet = defineKind({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  warnings: statefulSetWarnings,
  defaults: defaultsOf([
    ...objectsTo('spec.template.spec'),
    ...rowsAt('spec.template.spec', podSpecRows),
    ['spec.podManagementPolicy', 'OrderedReady'],
    ['spec.updateStrategy', {}],
    ['spec.updateStrategy.rollingUpdate', (strategy) => (text(strategy.type) === '' ? {} : undefined)],
    ['spec.updateStrategy.type', 'RollingUpdate'],
    ['spec.updateStrategy.rollingUpdate.partition', (_rolling, { spec }) => (fields(fields(spec).updateStrategy).type === 'RollingUpdate' ? 0 : undefined)],
    ['spec.persistentVolumeClaimRetentionPolicy', {}],
    ['spec.persistentVolumeClaimRetentionPolicy.whenDeleted', 'Retain'],
    ['spec.persistentVolumeClaimRetentionPolicy.whenScaled', 'Retain'],
    ['spec.replicas', 1],
    ['spec.revisionHistoryLimit', 10],
    ['spec.volumeClaimTemplates[].kind', 'PersistentVolumeClaim'],
    ['spec.volumeClaimTemplates[].apiVersion', 'v1'],
    ['spec.volumeClaimTemplates[].spec.volumeMode', 'Filesystem'],
    ['spec.volumeClaimTemplates[].status', {}],
    ['spec.volumeClaimTemplates[].status.phase', 'Pending'],
  ]),
  prepareForCreate: withoutStatus,
  validateName,
  validate: (object) => [...validateSpec(fields(object.spec), true)],
  validateUpdate: (object, old) => [...validateMeta(object, true, validateName), ...validateSpec(fields(object.spec), false), ...validateChange(object, old)],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    return [
      object.metadata.name ?? '',
      `${number(status.readyReplicas)}/${number(spec.replicas)}`,
      age(object, now),
      containerNames(templateSpec(object)),
      containerImages(templateSpec(object)),
    ]
  },
})

/** What cannot change, the name of the service and the claim templates, is looked at in a new set alone. */
function* validateSpec(spec: JsonObject, isNew: boolean): Findings {
  const management = text(spec.podManagementPolicy)
  if (management === '') yield required('spec.podManagementPolicy')
  else if (management !== 'OrderedReady' && management !== 'Parallel')
    yield invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'")
  yield* validateStrategy(fields(spec.updateStrategy), 'spec.updateStrategy')
  const retention = fields(spec.persistentVolumeClaimRetentionPolicy)
  for (const name of ['whenDeleted', 'whenScaled'])
    if (present(retention[name]) && !retentions.includes(text(retention[name])))
      yield notSupported(child('spec.persistentVolumeClaimRetentionPolicy', name), retention[name], retentions)
  for (const [index, claim] of isNew ? objects(spec.volumeClaimTemplates).entries() : [])
    yield* validateClaimSpec(fields(claim.spec), child(item('spec.volumeClaimTemplates', index), 'spec'))
  yield* nonNegative('spec.replicas', spec.replicas)
  yield* nonNegative('spec.minReadySeconds', spec.minReadySeconds)
  yield* nonNegative('spec.ordinals.start', fields(spec.ordinals).start)
  if (isNew) yield* optionalName('spec.serviceName', spec.serviceName, isDns1123Label)
  yield* validateRequiredSelector(spec, 'empty selector is invalid for statefulset')
  if (!present(spec.selector) || isSelector(spec.selector)) yield* validateOwnTemplate(spec)
  else yield invalid('spec.selector', spec.selector, '')
  yield* validateAlwaysRestarts(fields(spec.template), 'StatefulSet')
}

function* validateOwnTemplate(spec: JsonObject): Findings {
  const template = fields(spec.template)
  const { labels } = fields(template.metadata)
  if (!(present(spec.selector) && isEmptySelector(spec.selector)) && !matchesSelector(spec.selector, labels))
    yield invalid('spec.template.metadata.labels', printLabels(labels), '`selector` does not match template `labels`')
  yield* validateTemplate({ ...template, spec: withClaims(fields(template.spec), objects(spec.volumeClaimTemplates)) }, 'spec.template')
}

/** A pod of the set has a volume for each claim template, whose name its containers mount. */
function withClaims(pod: JsonObject, templates: readonly JsonObject[]): JsonObject {
  const names = new Set(templates.map((template) => text(fields(template.metadata).name)))
  const own = objects(pod.volumes).filter(({ name }) => !names.has(text(name)))
  return names.size === 0 ? pod : { ...pod, volumes: [...[...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })), ...own] }
}

function* validateStrategy(strategy: JsonObject, path: string): Findings {
  const rolling = fields(strategy.rollingUpdate)
  const here = child(path, 'rollingUpdate')
  switch (text(strategy.type)) {
    case '':
      return yield required(path)
    case 'OnDelete':
      if (present(strategy.rollingUpdate))
        yield invalid(here, internalForm(rolling, 'apps.v1.RollingUpdateStatefulSetStrategy'), "only allowed for updateStrategy 'RollingUpdate'")
      return
    case 'RollingUpdate':
      yield* nonNegative(child(here, 'partition'), rolling.partition)
      if (!present(rolling.maxUnavailable)) return
      yield* countOrPercent(child(here, 'maxUnavailable'), rolling.maxUnavailable)
      if (countOf(rolling.maxUnavailable) === 0) yield invalid(child(here, 'maxUnavailable'), rolling.maxUnavailable, 'cannot be 0')
      yield* atMostWhole(child(here, 'maxUnavailable'), rolling.maxUnavailable)
      return
    default:
      yield invalid(path, internalForm(strategy, 'apps.v1.StatefulSetUpdateStrategy'), "must be 'RollingUpdate' or 'OnDelete'")
  }
}

function* validateChange(object: KubernetesObject, old: KubernetesObject): Findings {
  const masked = { ...fields(object.spec), ...Object.fromEntries(changeable.map((name) => [name, fields(old.spec)[name]])) }
  if (!equal(masked, old.spec))
    yield forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    )
}
