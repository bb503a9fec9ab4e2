// ConfigMaps.
import { equal, type JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { validateMeta } from '../metadata.ts'
import { type Findings, forbidden, invalid, invalidAll, item, tooLong } from '../validation/findings.ts'
import { isConfigMapKey } from '../validation/names.ts'
import { entries, fields } from '../validation/read.ts'

const frozen = 'field is immutable when `immutable` is set'
const sizeLimit = 1024 * 1024

/** core/v1 ConfigMap. */
export const configMap = defineKind({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  validate: (object) => [...validateConfigMap(object)],
  validateUpdate: (object, old) => [...unchangedIfImmutable(object, old, ['data', 'binaryData']), ...validateConfigMap(object), ...validateMeta(object, true)],
  cells: (object, now) => [object.metadata.name ?? '', entries(object.data).length + entries(object.binaryData).length, age(object, now)],
})

/** Findings on a change of a ConfigMap or Secret that is marked immutable. */
export function* unchangedIfImmutable(object: KubernetesObject, old: KubernetesObject, names: readonly string[]): Findings {
  if (old.immutable !== true) return
  if (object.immutable !== true) yield forbidden('immutable', frozen)
  for (const name of names) if (!equal(object[name] ?? {}, old[name] ?? {})) yield forbidden(name, frozen)
}

function* validateConfigMap(object: KubernetesObject): Findings {
  const binary: JsonObject = fields(object.binaryData)
  let size = 0
  for (const [key, value] of entries(object.data)) {
    yield* invalidAll(item('data', key), key, isConfigMapKey(key))
    if (binary[key] !== undefined) yield invalid(item('data', key), key, 'duplicate of key present in binaryData')
    size += value.length
  }
  for (const [key, value] of entries(binary)) {
    yield* invalidAll(item('binaryData', key), key, isConfigMapKey(key))
    size += Math.floor(value.length * 0.75)
  }
  if (size > sizeLimit) yield tooLong('[]', sizeLimit)
}
