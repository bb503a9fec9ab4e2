// StorageClasses and VolumeAttributesClasses.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { child, duplicate, type Findings, forbidden, immutable, invalid, invalidAll, item, notSupported, required } from '../validation/findings.ts'
import { isQualifiedName } from '../validation/names.ts'
import { entries, objects, present, text, texts } from '../validation/read.ts'
import { storageClassWarnings } from '../warnings/volumes.ts'

const bindingModes = ['Immediate', 'WaitForFirstConsumer']
const defaultAnnotations = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** storage.k8s.io/v1 StorageClass. */
export const storageClass = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  warnings: storageClassWarnings,
  defaults: defaultsOf([
    ['reclaimPolicy', 'Delete'],
    ['volumeBindingMode', 'Immediate'],
  ]),
  validate: (object) => [...validateClass(object)],
  validateUpdate: (object, old) => [...validateChange(object, old)],
  cells: (object, now) => [
    `${object.metadata.name ?? ''}${isDefault(object) ? ' (default)' : ''}`,
    text(object.provisioner),
    text(object.reclaimPolicy) || 'Delete',
    text(object.volumeBindingMode) || '<unset>',
    object.allowVolumeExpansion === true,
    age(object, now),
  ],
})

/** storage.k8s.io/v1 VolumeAttributesClass. */
export const volumeAttributesClass = defineKind({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttributesClass',
  validate: (object) => [
    ...validateDriverName(text(object.driverName), 'driverName'),
    ...(entries(object.parameters).length === 0 ? [required('parameters', 'must contain at least one key/value pair')] : []),
  ],
  validateUpdate: (object, old) => [
    ...(object.driverName === old.driverName ? [] : [forbidden('driverName', 'updates to driverName are forbidden.')]),
    ...(equal(object.parameters, old.parameters) ? [] : [forbidden('parameters', 'updates to parameters are forbidden.')]),
  ],
  cells: (object, now) => [object.metadata.name ?? '', text(object.driverName), age(object, now)],
})

function isDefault(object: KubernetesObject): boolean {
  return defaultAnnotations.some((name) => object.metadata.annotations?.[name] === 'true')
}

function* validateClass(object: KubernetesObject): Findings {
  const provisioner = text(object.provisioner)
  if (provisioner === '') yield required('provisioner')
  else yield* invalidAll('provisioner', provisioner, isQualifiedName(provisioner.toLowerCase()))
  for (const [name] of entries(object.parameters)) if (name === '') yield invalid('parameters', name, 'field can not be empty.')
  if (present(object.reclaimPolicy) && object.reclaimPolicy !== 'Delete' && object.reclaimPolicy !== 'Retain')
    yield notSupported('reclaimPolicy', text(object.reclaimPolicy), ['Delete', 'Retain'])
  if (!present(object.volumeBindingMode)) yield required('volumeBindingMode')
  else if (!bindingModes.includes(text(object.volumeBindingMode))) yield notSupported('volumeBindingMode', text(object.volumeBindingMode), bindingModes)
  for (const [index, term] of objects(object.allowedTopologies).entries())
    yield* validateTopology(objects(term.matchLabelExpressions), item('allowedTopologies', index))
}

function* validateTopology(expressions: readonly JsonObject[], path: string): Findings {
  for (const [index, { key, values }] of expressions.entries()) {
    const here = item(child(path, 'matchLabelExpressions'), index)
    const given = texts(values)
    if (given.length === 0) yield required(child(here, 'values'))
    for (const [place, value] of given.entries()) if (given.indexOf(value) < place) yield duplicate(item(child(here, 'values'), place), value)
    yield* invalidAll(child(here, 'key'), text(key), isQualifiedName(text(key)))
    if (expressions.findIndex((other) => other.key === key) < index) yield duplicate(child(here, 'key'), text(key))
  }
}

function* validateChange(object: KubernetesObject, old: KubernetesObject): Findings {
  for (const name of ['parameters', 'provisioner', 'reclaimPolicy'])
    if (!equal(object[name] ?? {}, old[name] ?? {})) yield forbidden(name, `updates to ${name} are forbidden.`)
  yield* immutable('volumeBindingMode', text(object.volumeBindingMode), text(old.volumeBindingMode))
}
