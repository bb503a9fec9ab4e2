// Secrets.
import type { JsonObject } from '../../../base/json.ts'
import { parseJson } from '../../encoding/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { validateMeta } from '../metadata.ts'
import { type Findings, immutable, invalid, invalidAll, item, required, tooLong } from '../validation/findings.ts'
import { isConfigMapKey } from '../validation/names.ts'
import { entries, fields, text } from '../validation/read.ts'
import { secretWarnings } from '../warnings/cluster.ts'
import { unchangedIfImmutable } from './config-map.ts'

const sizeLimit = 1024 * 1024
const accountAnnotation = 'kubernetes.io/service-account.name'

/** Keys that a Secret of a type must have. */
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
}

/** core/v1 Secret. */
export const secret = defineKind({
  apiVersion: 'v1',
  kind: 'Secret',
  warnings: secretWarnings,
  defaults(object) {
    const typed = text(object.type) === '' ? { ...object, type: 'Opaque' } : object
    if (object.stringData === undefined) return typed
    const { stringData, ...rest } = typed
    const encoded = entries(stringData).map(([key, value]) => [key, toBase64(value)] as const)
    return { ...(rest as KubernetesObject), data: { ...fields(object.data), ...Object.fromEntries(encoded) } }
  },
  validate: (object) => [...validateSecret(object)],
  validateUpdate: (object, old) => [
    ...immutable('type', text(object.type), text(old.type)),
    ...unchangedIfImmutable(object, old, ['data']),
    ...validateMeta(object, true),
    ...validateSecret(object),
  ],
  cells: (object, now) => [object.metadata.name ?? '', text(object.type), entries(object.data).length, age(object, now)],
  selectableFields: (object) => ({ type: text(object.type) }),
})

function* validateSecret(object: KubernetesObject): Findings {
  const data = fields(object.data)
  let size = 0
  for (const [key, value] of entries(data)) {
    yield* invalidAll(item('data', key), key, isConfigMapKey(key))
    size += Math.floor(value.length * 0.75)
  }
  if (size > sizeLimit) yield tooLong('data', sizeLimit)
  yield* validateType(object, data)
}

function* validateType(object: KubernetesObject, data: JsonObject): Findings {
  const type = text(object.type)
  if (type === 'kubernetes.io/service-account-token' && text(object.metadata.annotations?.[accountAnnotation]) === '')
    yield required(item('metadata.annotations', accountAnnotation))
  if (type === 'kubernetes.io/basic-auth' && data.username === undefined && data.password === undefined) {
    yield required(item('data', 'username'))
    yield required(item('data', 'password'))
  }
  for (const key of neededKeys[type] ?? []) {
    if (data[key] === undefined || (type === 'kubernetes.io/ssh-auth' && data[key] === '')) yield required(item('data', key))
    else if (key.startsWith('.docker')) yield* mustBeJson(item('data', key), text(data[key]))
  }
}

function* mustBeJson(field: string, encoded: string): Findings {
  try {
    parseJson(new TextDecoder().decode(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))))
  } catch (error) {
    yield invalid(field, '<secret contents redacted>', error instanceof Error ? error.message : String(error))
  }
}

function toBase64(value: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(value)))
}
