// What the Pod Security Standards forbid: each check with its words, in the order in which violations are told.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { safeSysctls } from '../../kinds/pod-spec/safe-sysctls.ts'
import { at } from '../../object.ts'

/** A violated check: what is wrong in short, and where. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** A pod's spec with its metadata, as a pod or a template gives them. */
export interface CheckedPod {
  readonly metadata: JsonObject
  readonly spec: JsonObject
}

/** A check: undefined where the pod holds it. */
type Check = (pod: CheckedPod) => Violation | undefined

/** Levels beyond `privileged`. */
export type Level = 'baseline' | 'restricted'

/** All violations of a level. */
export function violationsOf(level: Level, pod: CheckedPod): readonly Violation[] {
  const checks = level === 'baseline' ? [...baselineOnly.before, ...shared, ...baselineOnly.after] : [...shared, ...restricted]
  return checks.flatMap((check) => check(pod) ?? [])
}

const safeCapabilities = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]
const safeVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'image', 'persistentVolumeClaim', 'projected', 'secret']

const baselineOnly = { before: [capabilitiesBaseline], after: [hostPathVolumes, seccompBaseline] }
const shared: readonly Check[] = [hostNamespaces, hostPorts, privileged, procMount, sysctls, hostProcess]
const restricted: readonly Check[] = [allowPrivilegeEscalation, capabilitiesRestricted, restrictedVolumes, runAsNonRoot, runAsUser, seccompRestricted]

function containers({ spec }: CheckedPod): readonly JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((sort) => objects(spec[sort]))
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function setting(holder: JsonObject, ...path: readonly string[]): Json | undefined {
  return at(holder, 'securityContext', ...path)
}

function quoted(names: readonly unknown[]): string {
  return names.map((name) => JSON.stringify(String(name))).join(', ')
}

/** `container "a"` or `containers "a", "b"`. */
function called(list: readonly JsonObject[]): string {
  return `container${list.length > 1 ? 's' : ''} ${quoted(list.map(({ name }) => name))}`
}

function violation(reason: string, parts: readonly string[], joint = '; '): Violation | undefined {
  return parts.length === 0 ? undefined : { reason, detail: parts.join(joint) }
}

function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const used = ['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name] === true).map((name) => `${name}=true`)
  return violation('host namespaces', used, ', ')
}

function hostPorts(pod: CheckedPod): Violation | undefined {
  const portsOf = (container: JsonObject): readonly Json[] => objects(container.ports).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []))
  const bad = containers(pod).filter((container) => portsOf(container).length > 0)
  const ports = [...new Set(bad.flatMap(portsOf))].sort((a, b) => Number(a) - Number(b))
  if (bad.length === 0) return undefined
  return { reason: 'hostPort', detail: `${called(bad)} ${bad.length > 1 ? 'use' : 'uses'} hostPort${ports.length > 1 ? 's' : ''} ${ports.join(', ')}` }
}

function privileged(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => setting(container, 'privileged') === true)
  return violation('privileged', bad.length === 0 ? [] : [`${called(bad)} must not set securityContext.privileged=true`])
}

function capabilitiesBaseline(pod: CheckedPod): Violation | undefined {
  const added = (container: JsonObject): readonly string[] =>
    texts(setting(container, 'capabilities', 'add')).filter((name) => !safeCapabilities.includes(name))
  const bad = containers(pod).filter((container) => added(container).length > 0)
  const names = [...new Set(bad.flatMap(added))].sort()
  return violation('non-default capabilities', bad.length === 0 ? [] : [`${called(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`])
}

function texts(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function hostPathVolumes({ spec }: CheckedPod): Violation | undefined {
  const bad = objects(spec.volumes).filter(({ hostPath }) => hostPath !== undefined)
  return violation('hostPath volumes', bad.length === 0 ? [] : [`volume${bad.length > 1 ? 's' : ''} ${quoted(bad.map(({ name }) => name))}`])
}

function procMount(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => (setting(container, 'procMount') ?? 'Default') !== 'Default')
  const values = [...new Set(bad.map((container) => setting(container, 'procMount')))]
  return violation('procMount', bad.length === 0 ? [] : [`${called(bad)} must not set securityContext.procMount to ${quoted(values)}`])
}

function sysctls({ spec }: CheckedPod): Violation | undefined {
  const bad = objects(setting(spec, 'sysctls'))
    .map(({ name }) => String(name))
    .filter((name) => !safeSysctls.has(name))
  return violation('forbidden sysctls', bad, ', ')
}

function hostProcess(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => setting(container, 'windowsOptions', 'hostProcess') === true)
  const own = setting(pod.spec, 'windowsOptions', 'hostProcess') === true ? ['pod must not set securityContext.windowsOptions.hostProcess=true'] : []
  const theirs = bad.length > 0 ? [`${called(bad)} must not set securityContext.windowsOptions.hostProcess=true`] : []
  return violation('hostProcess', [...own, ...theirs])
}

function seccompBaseline(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => setting(container, 'seccompProfile', 'type') === 'Unconfined')
  const own = setting(pod.spec, 'seccompProfile', 'type') === 'Unconfined' ? ['pod'] : []
  const who = [...own, ...(bad.length > 0 ? [called(bad)] : [])]
  return violation('seccompProfile', who.length === 0 ? [] : [`${who.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`])
}

function allowPrivilegeEscalation(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => setting(container, 'allowPrivilegeEscalation') !== false)
  return violation('allowPrivilegeEscalation != false', bad.length === 0 ? [] : [`${called(bad)} must set securityContext.allowPrivilegeEscalation=false`])
}

function capabilitiesRestricted(pod: CheckedPod): Violation | undefined {
  const added = (container: JsonObject): readonly string[] => texts(setting(container, 'capabilities', 'add')).filter((name) => name !== 'NET_BIND_SERVICE')
  const keeping = containers(pod).filter((container) => !texts(setting(container, 'capabilities', 'drop')).includes('ALL'))
  const adding = containers(pod).filter((container) => added(container).length > 0)
  return violation('unrestricted capabilities', [
    ...(keeping.length > 0 ? [`${called(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${called(adding)} must not include ${quoted([...new Set(adding.flatMap(added))].sort())} in securityContext.capabilities.add`]
      : []),
  ])
}

function restrictedVolumes({ spec }: CheckedPod): Violation | undefined {
  const typeOf = (volume: JsonObject): string => Object.keys(volume).find((name) => name !== 'name') ?? 'unknown'
  const bad = objects(spec.volumes).filter((volume) => !safeVolumes.includes(typeOf(volume)))
  const types = [...new Set(bad.map(typeOf))].sort()
  if (bad.length === 0) return undefined
  const subject = `volume${bad.length > 1 ? 's' : ''} ${quoted(bad.map(({ name }) => name))} ${bad.length > 1 ? 'use' : 'uses'}`
  return { reason: 'restricted volume types', detail: `${subject} restricted volume type${types.length > 1 ? 's' : ''} ${quoted(types)}` }
}

function runAsNonRoot(pod: CheckedPod): Violation | undefined {
  const own = setting(pod.spec, 'runAsNonRoot')
  const refusing = containers(pod).filter((container) => setting(container, 'runAsNonRoot') === false)
  const silent = containers(pod).filter((container) => setting(container, 'runAsNonRoot') === undefined)
  const who = [...(own === false && silent.length > 0 ? ['pod'] : []), ...(refusing.length > 0 ? [called(refusing)] : [])]
  if (who.length > 0) return { reason: 'runAsNonRoot != true', detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` }
  return own === true || silent.length === 0
    ? undefined
    : { reason: 'runAsNonRoot != true', detail: `pod or ${called(silent)} must set securityContext.runAsNonRoot=true` }
}

function runAsUser(pod: CheckedPod): Violation | undefined {
  const bad = containers(pod).filter((container) => setting(container, 'runAsUser') === 0)
  const who = [...(setting(pod.spec, 'runAsUser') === 0 ? ['pod'] : []), ...(bad.length > 0 ? [called(bad)] : [])]
  return violation('runAsUser=0', who.length === 0 ? [] : [`${who.join(' and ')} must not set runAsUser=0`])
}

function seccompRestricted(pod: CheckedPod): Violation | undefined {
  const good = (type: Json | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost'
  const own = setting(pod.spec, 'seccompProfile', 'type')
  const typed = containers(pod).filter((container) => setting(container, 'seccompProfile', 'type') !== undefined)
  const bad = typed.filter((container) => !good(setting(container, 'seccompProfile', 'type')))
  const silent = containers(pod).filter((container) => !typed.includes(container))
  const who = [...(own !== undefined && !good(own) ? ['pod'] : []), ...(bad.length > 0 ? [called(bad)] : [])]
  if (who.length > 0) return { reason: 'seccompProfile', detail: `${who.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"` }
  return good(own) || silent.length === 0
    ? undefined
    : { reason: 'seccompProfile', detail: `pod or ${called(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"` }
}
