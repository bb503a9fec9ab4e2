// What a claim asks for: requests, selectors, constraints, configuration (`pkg/apis/resource/validation/validation.go`).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { compileSelector } from '../../custom-resources/cel/compile-selector.ts'
import type { FieldError } from '../../status-error.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { child, type Findings, forbidden, invalid, invalidAll, notSupported, required, tooLong } from '../validation/findings.ts'
import { isDns1123Label } from '../validation/names.ts'
import { fields, list, number, objects, present, text } from '../validation/read.ts'
import { requiredName } from '../validation/references.ts'
import { validateFullyQualifiedName, validateLabel, validateList, validateTexts } from './device-names.ts'

/** Most requests of a claim, and most results of an allocation. */
export const mostRequests = 32
const mostSelectors = 32
const mostConstraints = 32
/** Most pieces of configuration of a class or a claim. */
export const mostConfigs = 32
const mostAlternatives = 8
const longestExpression = 10 * 1024
const mostCost = 1_000_000
/** Longest JSON of parameters or of a device's data, in bytes. */
const longestRaw = 10 * 1024

/** Names of requests, each with those of its alternatives (`gatherRequestNames`). */
export type RequestNames = ReadonlyMap<string, readonly string[]>

/** Findings on the spec of a claim. */
export function* validateClaimSpec(spec: JsonObject, path: string): Findings {
  const devices = fields(spec.devices)
  const names = requestNames(devices)
  const here = child(path, 'devices')
  yield* validateList(devices.requests, mostRequests, child(here, 'requests'), validateRequest, 'name')
  yield* validateList(devices.constraints, mostConstraints, child(here, 'constraints'), (part, at) => validateConstraint(part, at, names))
  yield* validateList(devices.config, mostConfigs, child(here, 'config'), (part, at) => validateClaimConfig(part, at, names))
}

/** The names that the rest of a claim may speak of. */
export function requestNames(devices: JsonObject): RequestNames {
  return new Map(objects(devices.requests).map(({ name, firstAvailable }) => [text(name), objects(firstAvailable).map((sub) => text(sub.name))]))
}

function* validateRequest(request: JsonObject, path: string): Findings {
  const { name, exactly, firstAvailable } = request
  const alternatives = list(firstAvailable).length > 0
  yield* validateLabel(name, child(path, 'name'))
  if (!alternatives && !present(exactly)) yield required(path, 'exactly one of `exactly` or `firstAvailable` is required')
  else if (alternatives && present(exactly))
    yield invalid(path, undefined, 'exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set')
  else if (alternatives) yield* validateList(firstAvailable, mostAlternatives, child(path, 'firstAvailable'), validateAlternative, 'name')
  else yield* validateExactly(fields(exactly), child(path, 'exactly'))
}

function* validateAlternative(request: JsonObject, path: string): Findings {
  yield* validateLabel(request.name, child(path, 'name'))
  yield* validateExactly(request, path)
}

function* validateExactly(request: JsonObject, path: string): Findings {
  yield* requiredName(child(path, 'deviceClassName'), request.deviceClassName)
  yield* validateSelectors(request.selectors, child(path, 'selectors'))
  yield* validateCount(text(request.allocationMode), number(request.count), path)
}

function* validateCount(mode: string, count: number, path: string): Findings {
  if (mode === 'All') {
    if (count !== 0) yield invalid(child(path, 'count'), count, "must not be specified when allocationMode is 'All'")
  } else if (mode === 'ExactCount') {
    if (count <= 0) yield invalid(child(path, 'count'), count, 'must be greater than zero')
  } else yield notSupported(child(path, 'allocationMode'), mode, ['All', 'ExactCount'])
}

/** Findings on the selectors of a request or of a class. */
export function* validateSelectors(selectors: Json | undefined, path: string): Findings {
  yield* validateList(selectors, mostSelectors, path, validateSelector)
}

function* validateSelector({ cel }: JsonObject, path: string): Findings {
  if (!present(cel)) return yield required(child(path, 'cel'))
  const field = child(path, 'cel', 'expression')
  const expression = text(fields(cel).expression)
  if (expression.length > longestExpression) return yield tooLong(field, longestExpression)
  const compiled = compileSelector(expression)
  if ('error' in compiled) yield invalid(field, expression, compiled.error)
  else if (compiled.cost > mostCost) yield forbidden(field, 'too complex, exceeds cost limit')
}

function* validateConstraint(constraint: JsonObject, path: string, names: RequestNames): Findings {
  yield* validateTexts(constraint.requests, mostRequests, child(path, 'requests'), (name, at) => validateRequestReference(name, at, names))
  if (present(constraint.matchAttribute)) yield* validateFullyQualifiedName(text(constraint.matchAttribute), child(path, 'matchAttribute'))
  else yield required(child(path, 'matchAttribute'))
}

function* validateClaimConfig(config: JsonObject, path: string, names: RequestNames): Findings {
  yield* validateTexts(config.requests, mostRequests, child(path, 'requests'), (name, at) => validateRequestReference(name, at, names))
  yield* validateConfig(config, path)
}

/** The name of a request of the claim, or of one of its alternatives behind a slash. */
export function* validateRequestReference(name: string, path: string, names: RequestNames): Findings {
  const unknown = invalid(path, name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'")
  const parts = name.split('/')
  const [first = '', second] = parts
  if (parts.length > 2) return yield unknown
  for (const part of parts) yield* invalidAll(path, part, isDns1123Label(part))
  if (!names.has(first) || (second !== undefined && !names.get(first)?.includes(second))) yield unknown
}

/** Findings on configuration for a driver. */
export function* validateConfig({ opaque }: JsonObject, path: string): Findings {
  if (!present(opaque)) return yield required(child(path, 'opaque'))
  const { driver, parameters } = fields(opaque)
  yield* validateDriverName(driver, child(path, 'opaque', 'driver'))
  yield* validateRaw(parameters, child(path, 'opaque', 'parameters'))
}

/** JSON that must be an object and not too long (`validateRawExtension`). */
export function* validateRaw(value: Json | undefined, path: string): Findings {
  if (!present(value)) yield required(path)
  else if (new TextEncoder().encode(JSON.stringify(value)).length > longestRaw) yield tooLong(path, longestRaw)
  else if (!isObject(value)) yield invalid(path, '<value omitted>', 'must be a valid JSON object')
}

/** Whether requests ask for the devices of others, and the first that does (`AuthorizedForAdmin`). */
export function adminRequest(spec: JsonObject): string | undefined {
  const index = objects(fields(spec.devices).requests).findIndex(({ exactly }) => fields(exactly).adminAccess === true)
  return index < 0 ? undefined : `spec.devices.requests[${index}].adminAccess`
}

/** What is wrong with asking for the devices of others in a namespace with these labels. */
export function adminFindings(field: string | undefined, labels: Readonly<Record<string, string>> | undefined): readonly FieldError[] {
  const label = 'resource.kubernetes.io/admin-access'
  if (field === undefined || labels?.[label] === 'true') return []
  return [forbidden(field, `admin access to devices requires the \`${label}: true\` label on the containing namespace`)]
}
