// The status of a claim: what was allocated, for whom, and how the devices are (`pkg/apis/resource/validation/validation.go`).
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { validateNodeSelector } from '../pod-spec/scheduling.ts'
import { validateDriverName } from '../pod-spec/volumes.ts'
import { formatAddress, isMapped, parseCidr } from '../validation/addresses.ts'
import { validateConditions } from '../validation/conditions.ts'
import { child, duplicate, type Findings, forbidden, invalid, item, notSupported, required, tooLong, tooMany } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, list, objects, present, text } from '../validation/read.ts'
import { requiredText } from '../validation/references.ts'
import { validateLabel, validateList, validatePoolName, validateTexts } from './device-names.ts'
import { mostConfigs, mostRequests, type RequestNames, requestNames, validateConfig, validateRaw, validateRequestReference } from './device-requests.ts'

const mostConsumers = 256
const mostConditions = 8
const mostAddresses = 16
const sources = ['FromClaim', 'FromClass']

/** The claim without the status of devices that it has no more (`dropDeallocatedStatusDevices`). */
export function keptDevices(object: KubernetesObject, old: KubernetesObject): KubernetesObject {
  const status = fields(object.status)
  const kept = allocated(status)
  const gone = [...allocated(fields(old.status))].filter((id) => !kept.has(id))
  const devices = objects(status.devices).filter((device) => !gone.includes(idOf(device)))
  if (devices.length === objects(status.devices).length) return object
  const { devices: _devices, ...rest } = status
  return { ...object, status: devices.length === 0 ? rest : { ...rest, devices } }
}

/** Where an allocation gives somebody the devices of others, if none did before (`AuthorizedForAdminStatus`). */
export function adminResult(object: KubernetesObject, old: KubernetesObject): string | undefined {
  const first = ({ status }: KubernetesObject): number => results(fields(status)).findIndex(({ adminAccess }) => adminAccess === true)
  return first(old) >= 0 || first(object) < 0 ? undefined : `status.allocation.devices.results[${first(object)}].adminAccess`
}

/** Findings on a new status (`ValidateResourceClaimStatusUpdate`). */
export function* validateClaimStatus(object: KubernetesObject, old: KubernetesObject): Findings {
  const [status, before] = [fields(object.status), fields(old.status)]
  const names = requestNames(fields(fields(object.spec).devices))
  yield* validateList(status.reservedFor, mostConsumers, 'status.reservedFor', validateConsumer, 'uid')
  yield* validateDevices(status)
  yield* validateReservations(status, before, object.metadata.deletionTimestamp !== undefined)
  if (!present(status.allocation)) return
  if (!present(before.allocation)) yield* validateAllocation(fields(status.allocation), 'status.allocation', names)
  else if (!equal(status.allocation ?? null, before.allocation ?? null))
    yield invalid('status.allocation', internalForm(status.allocation, 'resource.v1.AllocationResult'), 'field is immutable')
}

function* validateConsumer({ resource, name, uid }: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'resource'), resource)
  yield* requiredText(child(path, 'name'), name)
  yield* requiredText(child(path, 'uid'), uid)
}

function* validateReservations(status: JsonObject, before: JsonObject, ends: boolean): Findings {
  if (list(status.reservedFor).length === 0) return
  const isNew = (consumer: JsonObject): boolean => !objects(before.reservedFor).some((other) => equal(consumer, other))
  if (!present(status.allocation)) yield forbidden('status.reservedFor', 'may not be specified when `allocated` is not set')
  else if (ends && objects(status.reservedFor).some(isNew))
    yield forbidden('status.reservedFor', 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set')
}

function results(status: JsonObject): readonly JsonObject[] {
  return objects(fields(fields(status.allocation).devices).results)
}

function idOf({ driver, pool, device }: JsonObject): string {
  return [driver, pool, device].map(text).join('/')
}

function allocated(status: JsonObject): ReadonlySet<string> {
  return new Set(results(status).map(idOf))
}

function* validateAllocation({ devices, nodeSelector }: JsonObject, path: string, names: RequestNames): Findings {
  const here = child(path, 'devices')
  yield* validateList(fields(devices).results, mostRequests, child(here, 'results'), (part, at) => validateResult(part, at, names))
  yield* validateList(fields(devices).config, 2 * mostConfigs, child(here, 'config'), (part, at) => validateAllocatedConfig(part, at, names))
  if (present(nodeSelector)) yield* validateNodeSelector(fields(nodeSelector), child(path, 'nodeSelector'))
}

function* validateResult(result: JsonObject, path: string, names: RequestNames): Findings {
  yield* validateRequestReference(text(result.request), child(path, 'request'), names)
  yield* validateDriverName(result.driver, child(path, 'driver'))
  yield* validatePoolName(result.pool, child(path, 'pool'))
  yield* validateLabel(result.device, child(path, 'device'))
}

function* validateAllocatedConfig(config: JsonObject, path: string, names: RequestNames): Findings {
  const source = text(config.source)
  if (source === '') yield required(child(path, 'source'))
  else if (!sources.includes(source)) yield notSupported(child(path, 'source'), source, sources)
  yield* validateTexts(config.requests, mostRequests, child(path, 'requests'), (name, at) => validateRequestReference(name, at, names))
  yield* validateConfig(config, path)
}

function* validateDevices(status: JsonObject): Findings {
  const known = allocated(status)
  const devices = objects(status.devices)
  for (const [index, device] of devices.entries()) yield* validateDevice(device, item('status.devices', index), known)
  const ids = devices.map(idOf)
  for (const [index, device] of devices.entries()) if (ids.indexOf(idOf(device)) < index) yield duplicate(item('status.devices', index), shown(device))
}

function* validateDevice(device: JsonObject, path: string, known: ReadonlySet<string>): Findings {
  const conditions = objects(device.conditions)
  yield* validateDriverName(device.driver, child(path, 'driver'))
  yield* validatePoolName(device.pool, child(path, 'pool'))
  yield* validateLabel(device.device, child(path, 'device'))
  if (!known.has(idOf(device))) yield invalid(path, shown(device), 'must be an allocated device in the claim')
  if (conditions.length > mostConditions) yield tooMany(child(path, 'conditions'), conditions.length, mostConditions)
  yield* validateConditions(device.conditions, child(path, 'conditions'))
  if (present(device.data)) yield* validateRaw(device.data, child(path, 'data'))
  yield* validateNetwork(fields(device.networkData), child(path, 'networkData'))
}

/** A device as errors name it. */
function shown({ driver, pool, device }: JsonObject): Json {
  return { Driver: text(driver), Pool: text(pool), Device: text(device), ShareID: '' }
}

function* validateNetwork({ interfaceName, hardwareAddress, ips }: JsonObject, path: string): Findings {
  if (text(interfaceName).length > 256) yield tooLong(child(path, 'interfaceName'), 256)
  if (text(hardwareAddress).length > 128) yield tooLong(child(path, 'hardwareAddress'), 128)
  yield* validateTexts(ips, mostAddresses, child(path, 'ips'), validateInterfaceAddress)
}

/** An address with the length of its network's prefix, in canonical form (`IsValidInterfaceAddress`). */
function* validateInterfaceAddress(value: string, path: string): Findings {
  const parsed = parseCidr(value)
  if (!parsed) return yield invalid(path, value, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)')
  const address = { family: parsed.family, value: parsed.address }
  const canonical = `${formatAddress(address)}/${isMapped(address) ? parsed.prefix - 96 : parsed.prefix}`
  if (value !== canonical) yield invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`)
}
