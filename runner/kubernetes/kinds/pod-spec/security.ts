// Validation of security contexts, of pods and of containers.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required, tooLong } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { inRange } from '../validation/names.ts'
import { fields, list, objects, present, text, texts } from '../validation/read.ts'
import { descendingPath } from '../validation/references.ts'
import { validateWindowsOptions } from './windows.ts'

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const sysctlSegment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const sysctlPattern = `^(${sysctlSegment}[\\./])*${sysctlSegment}$`

/** Findings on a container's `securityContext`. */
export function* validateSecurityContext(context: Json | undefined, path: string, hostUsers: boolean): Findings {
  if (!present(context)) return
  const given = fields(context)
  yield* validateId(given.runAsUser, child(path, 'runAsUser'))
  yield* validateId(given.runAsGroup, child(path, 'runAsGroup'))
  if (present(given.procMount)) {
    if (given.procMount !== 'Default' && given.procMount !== 'Unmasked') yield notSupported(child(path, 'procMount'), given.procMount, ['Default', 'Unmasked'])
    if (hostUsers && given.procMount === 'Unmasked') yield invalid(child(path, 'procMount'), given.procMount, '`hostUsers` must be false to use `Unmasked`')
  }
  yield* validateSeccomp(given.seccompProfile, child(path, 'seccompProfile'))
  if (given.allowPrivilegeEscalation === false) {
    const whole = internalForm(given, 'core.v1.SecurityContext')
    if (given.privileged === true) yield invalid(path, whole, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    if (texts(fields(given.capabilities).add).includes('CAP_SYS_ADMIN'))
      yield invalid(path, whole, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  yield* validateWindowsOptions(given.windowsOptions, child(path, 'windowsOptions'))
  yield* validateAppArmor(given.appArmorProfile, child(path, 'appArmorProfile'))
}

/** Findings on a pod's `securityContext`. */
export function* validatePodSecurityContext(spec: JsonObject, path: string): Findings {
  if (!present(spec.securityContext)) return
  const given = fields(spec.securityContext)
  for (const name of ['fsGroup', 'runAsUser', 'runAsGroup']) yield* validateId(given[name], child(path, name))
  for (const [index, group] of list(given.supplementalGroups).entries()) yield* validateId(group, item(child(path, 'supplementalGroups'), index))
  if (spec.shareProcessNamespace === true && spec.hostPID === true)
    yield invalid(child(path, 'shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  yield* validateSysctls(spec, given, child(path, 'sysctls'))
  yield* choice(given.fsGroupChangePolicy, child(path, 'fsGroupChangePolicy'), ['Always', 'OnRootMismatch'])
  yield* validateSeccomp(given.seccompProfile, child(path, 'seccompProfile'))
  yield* validateWindowsOptions(given.windowsOptions, child(path, 'windowsOptions'))
  yield* validateAppArmor(given.appArmorProfile, child(path, 'appArmorProfile'))
  yield* choice(given.supplementalGroupsPolicy, child(path, 'supplementalGroupsPolicy'), ['Merge', 'Strict'])
  yield* choice(given.seLinuxChangePolicy, child(path, 'seLinuxChangePolicy'), ['Recursive'])
}

/** Findings on containers that are processes of a Windows host: all of them are, on the host's network, or none is. */
export function* validateHostProcess(spec: JsonObject, path: string): Findings {
  const ofPod = fields(fields(spec.securityContext).windowsOptions).hostProcess
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objects(spec[list]).map((container, index) => ({ container, here: item(child(path, list), index) })),
  )
  const processes = containers.filter(({ container }) => (hostProcessOf(container) ?? ofPod) === true)
  for (const { container, here } of containers) {
    const own = hostProcessOf(container)
    if (!present(ofPod) || own === undefined || own === ofPod) continue
    const field = child(here, 'securityContext', 'windowsOptions', 'hostProcess')
    yield invalid(field, own, `pod hostProcess value must be identical if both are specified, was ${String(ofPod)}`)
  }
  if (processes.length === 0) return
  if (processes.length !== containers.length)
    yield invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers')
  if (spec.hostNetwork !== true) yield invalid(child(path, 'hostNetwork'), false, 'hostNetwork must be true if pod contains any hostProcess containers')
}

function hostProcessOf(container: JsonObject): Json | undefined {
  return fields(fields(container.securityContext).windowsOptions).hostProcess
}

/** Findings on `os` and on what its system does not know. */
export function* validateOperatingSystem(spec: JsonObject, path: string): Findings {
  if (!present(spec.os)) return
  const name = text(fields(spec.os).name)
  if (name === '') return yield required(child(path, 'os', 'name'), 'cannot be empty')
  if (name !== 'linux' && name !== 'windows') return yield notSupported(child(path, 'os'), name, ['linux', 'windows'])
  const context = fields(spec.securityContext)
  if (name === 'linux' && present(context.windowsOptions))
    yield forbidden(child(path, 'securityContext', 'windowsOptions'), 'windows options cannot be set for a linux pod')
  if (name === 'linux') return
  for (const field of ['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'])
    if (present(spec[field]) && spec[field] !== false) yield forbidden(child(path, field), 'cannot be set for a windows pod')
  for (const field of Object.keys(context))
    if (field !== 'windowsOptions') yield forbidden(child(path, 'securityContext', field), 'cannot be set for a windows pod')
}

function* choice(value: Json | undefined, path: string, supported: readonly string[]): Findings {
  if (present(value) && !supported.includes(text(value))) yield notSupported(path, value, supported)
}

function* validateId(value: Json | undefined, path: string): Findings {
  if (present(value)) yield* invalidAll(path, value, inRange(Number(value), 0, 2147483647))
}

function* validateSysctls(spec: JsonObject, context: JsonObject, path: string): Findings {
  const seen = new Set<string>()
  for (const [index, sysctl] of objects(context.sysctls).entries()) {
    const field = child(item(path, index), 'name')
    const name = text(sysctl.name)
    if (name === '') yield required(field)
    else if (name.length > 253 || !new RegExp(sysctlPattern).test(name))
      yield invalid(field, name, `must have at most 253 characters and match regex ${sysctlPattern}`)
    else if (seen.has(name)) yield duplicate(field, name)
    seen.add(name)
    if (spec.hostNetwork === true && /^net[./]/.test(name)) yield invalid(field, name, "may not be specified when 'hostNetwork' is true")
    if (spec.hostIPC === true && /^(kernel[./](sem$|shm|msg)|fs[./]mqueue[./])/.test(name))
      yield invalid(field, name, "may not be specified when 'hostIPC' is true")
  }
}

function* validateSeccomp(profile: Json | undefined, path: string): Findings {
  if (!present(profile)) return
  const { type, localhostProfile } = fields(profile)
  if (text(type) === '') yield required(child(path, 'type'), 'type is required when seccompProfile is set')
  else if (!profileTypes.includes(text(type))) yield notSupported(child(path, 'type'), type, profileTypes)
  const field = child(path, 'localhostProfile')
  if (type === 'Localhost') {
    if (!present(localhostProfile)) yield required(field, 'must be set when seccomp type is Localhost')
    else yield* descendingPath(field, text(localhostProfile))
  } else if (present(localhostProfile))
    yield invalid(field, internalForm(fields(profile), 'core.v1.SeccompProfile'), 'can only be set when seccomp type is Localhost')
}

function* validateAppArmor(profile: Json | undefined, path: string): Findings {
  if (!present(profile)) return
  const { type, localhostProfile } = fields(profile)
  const field = child(path, 'localhostProfile')
  if (type === 'Localhost') {
    const value = text(localhostProfile)
    if (value !== value.trim()) yield invalid(field, value, 'must not be padded with whitespace')
    else if (value === '') yield required(field, 'must be set when AppArmor type is Localhost')
    if (value.length > 4095) yield tooLong(field, 4095)
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (present(localhostProfile)) yield invalid(field, localhostProfile, 'can only be set when AppArmor type is Localhost')
  } else if (text(type) === '') yield required(child(path, 'type'), 'type is required when appArmorProfile is set')
  else yield notSupported(child(path, 'type'), type, profileTypes)
}
