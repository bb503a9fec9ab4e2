// LimitRanges.
import type { Json, JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { createdAt } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, required } from '../validation/findings.ts'
import { isQualifiedName } from '../validation/names.ts'
import { billionths, compareQuantities, containerResourceName, resourceName, sortedEntries } from '../validation/quantities.ts'
import { fields, objects, text } from '../validation/read.ts'

const types = ['Pod', 'Container', 'PersistentVolumeClaim']
const lists = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']

/** core/v1 LimitRange. */
export const limitRange = defineKind({
  apiVersion: 'v1',
  kind: 'LimitRange',
  defaults: defaultsOf([
    ['spec.limits[].default', (limit) => (limit.type === 'Container' ? filled(limit.default, limit.max) : undefined), 'always'],
    [
      'spec.limits[].defaultRequest',
      (limit) => (limit.type === 'Container' ? filled(filled(limit.defaultRequest, limit.default), limit.min) : undefined),
      'always',
    ],
  ]),
  validate: (object) => [...validateLimits(objects(fields(object.spec).limits))],
  validateUpdate: (object) => [...validateLimits(objects(fields(object.spec).limits))],
  cells: (object) => [object.metadata.name ?? '', createdAt(object)],
})

/** A list with what another has and it lacks. */
function filled(list: Json | undefined, from: Json | undefined): Json | undefined {
  const whole = { ...fields(from), ...fields(list) }
  return Object.keys(whole).length === Object.keys(fields(list)).length ? list : whole
}

function* validateLimits(limits: readonly JsonObject[]): Findings {
  const seen = new Set<string>()
  for (const [index, limit] of limits.entries()) {
    const path = item('spec.limits', index)
    const type = text(limit.type)
    yield* invalidAll(child(path, 'type'), type, isQualifiedName(type))
    if (!type.includes('/') && isQualifiedName(type).length === 0 && !types.includes(type))
      yield invalid(child(path, 'type'), type, 'must be a standard limit type or fully qualified')
    if (seen.has(type)) yield duplicate(child(path, 'type'), type)
    seen.add(type)
    yield* validateNames(limit, path)
    const names = new Set(lists.flatMap((list) => Object.keys(fields(limit[list]))))
    for (const name of [...names].sort()) yield* validateOrder(limit, name, path)
  }
}

function* validateNames(limit: JsonObject, path: string): Findings {
  for (const list of lists) {
    if (limit.type === 'Pod' && (list === 'default' || list === 'defaultRequest')) {
      if (Object.keys(fields(limit[list])).length > 0) yield forbidden(child(path, list), "may not be specified when `type` is 'Pod'")
      continue
    }
    for (const [name] of sortedEntries(limit[list])) {
      const field = item(child(path, list), name)
      if (limit.type === 'Pod' || limit.type === 'Container') yield* containerResourceName(field, name)
      else yield* resourceName(field, name)
    }
  }
  if (limit.type === 'PersistentVolumeClaim' && fields(limit.min).storage === undefined && fields(limit.max).storage === undefined)
    yield required(child(path, 'limits'), 'either minimum or maximum storage value is required, but neither was provided')
}

function* validateOrder(limit: JsonObject, name: string, path: string): Findings {
  const value = (list: string): Json | undefined => fields(limit[list])[name]
  const [max, min, limited, request, ratio] = lists.map(value)
  const above = (left: Json | undefined, right: Json | undefined): boolean => left !== undefined && right !== undefined && compareQuantities(left, right) > 0
  const at = (list: string): string => item(child(path, list), name)
  const words = (...parts: readonly (Json | undefined)[]): string => parts.map(String).join(' ')
  if (above(min, max)) yield invalid(at('min'), min, words('min value', min, 'is greater than max value', max))
  if (above(min, request)) yield invalid(at('defaultRequest'), request, words('min value', min, 'is greater than default request value', request))
  if (above(request, max)) yield invalid(at('defaultRequest'), request, words('default request value', request, 'is greater than max value', max))
  if (above(request, limited))
    yield invalid(at('defaultRequest'), request, words('default request value', request, 'is greater than default limit value', limited))
  if (above(min, limited)) yield invalid(at('default'), min, words('min value', min, 'is greater than default value', limited))
  if (above(limited, max)) yield invalid(at('default'), max, words('default value', limited, 'is greater than max value', max))
  if (ratio !== undefined && billionths(ratio) < 10n ** 9n) yield invalid(at('maxLimitRequestRatio'), ratio, words('ratio', ratio, 'is less than 1'))
  const possible = min === undefined || max === undefined ? undefined : Number(billionths(max)) / Number(billionths(min))
  if (ratio !== undefined && possible !== undefined && Number(billionths(ratio)) / 1e9 > possible)
    yield invalid(at('maxLimitRequestRatio'), ratio, words('ratio', ratio, 'is greater than max/min =', possible.toFixed(6)))
}
