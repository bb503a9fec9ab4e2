// A container's environment: the image's, the cluster's services, and what the pod says.
import { isObject, type JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'
import { decodeText, encodeText } from './bytes.ts'
import { EnvironmentFileError, variableOf } from './environment-file.ts'
import { furtherGroups, groupOfUser } from './images/accounts.ts'
import type { Image } from './images/table.ts'
import { type ClusterReader, type ContainerSpec, fromBase64, objects } from './pod.ts'

/** A container that cannot be made since something that it names is not there. */
export class ConfigFault extends Error {}

/** What an environment is made of. */
export interface EnvironmentGround {
  readonly image: Image
  readonly reader: ClusterReader
  /** What stands in a file of an emptyDir; undefined if it is not there. */
  readonly file: (pod: KubernetesObject, volume: string, path: string) => string | undefined
}

/** The environment, in the order in which `env` prints it. Throws `ConfigFault`. */
export function environmentOf(pod: KubernetesObject, container: ContainerSpec, ground: EnvironmentGround): Map<string, string> {
  const { image, reader } = ground
  const env = new Map<string, string>(Object.entries(image.env))
  env.set('HOSTNAME', hostnameOf(pod))
  const services = new Map(serviceVariables(pod, reader))
  for (const source of objects(container.whole.envFrom)) for (const [name, value] of fromSource(pod, source, reader)) env.set(name, value)
  for (const entry of objects(container.whole.env)) {
    const value = isObject(entry.valueFrom)
      ? fromReference(pod, container, entry.valueFrom, ground)
      : fill(String(entry.value ?? ''), new Map([...services, ...env]))
    if (value !== undefined) env.set(String(entry.name), value)
  }
  for (const [name, value] of services) if (!env.has(name)) env.set(name, value)
  if (!env.has('HOME')) env.set('HOME', userOf(pod, container, image).uid === 0 ? '/root' : '/')
  return new Map([...env].map(([name, value]) => [name, encodeText(value)]))
}

/** A pod's host name: the one that it insists on, its node's on the node's network, the one that it asks for, or its own; with its domain if it wants to. */
export function hostnameOf(pod: KubernetesObject): string {
  const node = at(pod, 'spec', 'nodeName')
  if (at(pod, 'spec', 'hostNetwork') === true && typeof node === 'string') return node
  const [name, full] = namesOf(pod)
  return at(pod, 'spec', 'setHostnameAsFQDN') === true ? (full ?? name) : name
}

/** A pod's own name, and the same with its domain if it has one (kubelet `GeneratePodHostNameAndDomain`). */
export function namesOf(pod: KubernetesObject): readonly [name: string, ...full: string[]] {
  const override = at(pod, 'spec', 'hostnameOverride')
  if (typeof override === 'string' && override !== '') return [override]
  const name = String(at(pod, 'spec', 'hostname') ?? pod.metadata.name ?? '').slice(0, 63)
  const subdomain = at(pod, 'spec', 'subdomain')
  return typeof subdomain === 'string' && subdomain !== '' ? [name, `${name}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local`] : [name]
}

/** Who a container runs as. Groups are in the kernel's order; `ofVolumes` are those that its volumes want. */
export function userOf(
  pod: KubernetesObject,
  { whole }: ContainerSpec,
  image: Image,
  ofVolumes: readonly number[] = [],
): { readonly uid: number; readonly gid: number; readonly groups: readonly number[] } {
  const own = (field: string): number | undefined => {
    const value = at(whole, 'securityContext', field) ?? at(pod, 'spec', 'securityContext', field)
    return typeof value === 'number' ? value : undefined
  }
  const group = at(pod, 'spec', 'securityContext', 'fsGroup')
  const more = at(pod, 'spec', 'securityContext', 'supplementalGroups')
  const uid = own('runAsUser') ?? image.user
  const ofImage = at(pod, 'spec', 'securityContext', 'supplementalGroupsPolicy') === 'Strict' ? [] : furtherGroups(image, uid)
  const groups = [...(Array.isArray(more) ? more.map(Number) : []), ...(typeof group === 'number' ? [group] : []), ...ofVolumes, ...ofImage]
  return { uid, gid: own('runAsGroup') ?? groupOfUser(image, uid) ?? (uid === image.user ? image.user : 0), groups: [...new Set(groups)].sort((a, b) => a - b) }
}

/** `$(NAME)` filled in from what came before; `$$` stands for `$`. */
export function fill(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name: string | undefined) => (name === undefined ? '$' : (env.get(name) ?? whole)))
}

/** Variables of services that were there before the pod: its namespace's, and the API server's. */
function serviceVariables(pod: KubernetesObject, reader: ClusterReader): readonly (readonly [string, string])[] {
  const { namespace = '' } = pod.metadata
  const since = String(at(pod, 'status', 'startTime') ?? pod.metadata.creationTimestamp ?? '')
  const linked = at(pod, 'spec', 'enableServiceLinks') !== false
  const own = linked
    ? reader
        .list('v1', 'Service', namespace)
        .filter((service) => service.metadata.name !== 'kubernetes' && String(service.metadata.creationTimestamp ?? '') <= since)
    : []
  const api = reader.get('v1', 'Service', { namespace: 'default', name: 'kubernetes' })
  return [...(api ? [api] : []), ...own].flatMap(variablesOf)
}

function variablesOf(service: KubernetesObject): readonly (readonly [string, string])[] {
  const ip = at(service, 'spec', 'clusterIP')
  const ports = objects(at(service, 'spec', 'ports'))
  const [first] = ports
  if (typeof ip !== 'string' || ip === 'None' || ip === '' || !first) return []
  const name = (service.metadata.name ?? '').toUpperCase().replaceAll('-', '_')
  const protocol = (port: JsonObject): string => String(port.protocol ?? 'TCP')
  const url = (port: JsonObject): string => `${protocol(port).toLowerCase()}://${ip}:${port.port}`
  return [
    [`${name}_SERVICE_HOST`, ip],
    [`${name}_SERVICE_PORT`, String(first.port)],
    ...ports.flatMap((port) =>
      typeof port.name === 'string' && port.name !== ''
        ? [[`${name}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`, String(port.port)] as const]
        : [],
    ),
    [`${name}_PORT`, url(first)],
    ...ports.flatMap((port) => {
      const prefix = `${name}_PORT_${port.port}_${protocol(port)}`
      return [
        [prefix, url(port)],
        [`${prefix}_PROTO`, protocol(port).toLowerCase()],
        [`${prefix}_PORT`, String(port.port)],
        [`${prefix}_ADDR`, ip],
      ] as const
    }),
  ]
}

function fromSource({ metadata: { namespace = '' } }: KubernetesObject, source: JsonObject, reader: ClusterReader): readonly (readonly [string, string])[] {
  const prefix = String(source.prefix ?? '')
  for (const [field, kind] of [
    ['configMapRef', 'ConfigMap'],
    ['secretRef', 'Secret'],
  ] as const) {
    const reference = source[field]
    if (!isObject(reference)) continue
    const found = reader.get('v1', kind, { namespace, name: String(reference.name ?? '') })
    if (!found && reference.optional !== true) throw new ConfigFault(`${kind.toLowerCase()} ${JSON.stringify(reference.name)} not found`)
    return found ? [...dataOf(found)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [prefix + name, decodeText(value)] as const) : []
  }
  return []
}

function fromReference(pod: KubernetesObject, container: ContainerSpec, source: JsonObject, ground: EnvironmentGround): string | undefined {
  const { reader } = ground
  if (isObject(source.fileKeyRef)) return fromFile(pod, source.fileKeyRef, ground)
  if (isObject(source.fieldRef)) return fieldOf(pod, String(source.fieldRef.fieldPath ?? ''))
  if (isObject(source.resourceFieldRef)) return resourceOf(pod, container.whole, source.resourceFieldRef)
  const { namespace = '' } = pod.metadata
  for (const [field, kind, word] of [
    ['configMapKeyRef', 'ConfigMap', 'ConfigMap'],
    ['secretKeyRef', 'Secret', 'Secret'],
  ] as const) {
    const reference = source[field]
    if (!isObject(reference)) continue
    const name = String(reference.name ?? '')
    const found = reader.get('v1', kind, { namespace, name })
    const value = found && dataOf(found).get(String(reference.key))
    if (value !== undefined) return decodeText(value)
    if (reference.optional === true) return undefined
    throw new ConfigFault(
      found ? `couldn't find key ${reference.key} in ${word} ${namespace}/${name}` : `${kind.toLowerCase()} ${JSON.stringify(name)} not found`,
    )
  }
  return undefined
}

function fromFile(pod: KubernetesObject, { volumeName, path, key, optional }: JsonObject, { file }: EnvironmentGround): string | undefined {
  const text = file(pod, String(volumeName ?? ''), String(path ?? ''))
  try {
    if (text === undefined) throw new EnvironmentFileError()
    const value = variableOf(decodeText(text), String(key ?? ''))
    if (value !== '') return value
  } catch (error) {
    if (!(error instanceof EnvironmentFileError)) throw error
    throw new ConfigFault("couldn't parse env file")
  }
  if (optional === true) return undefined
  const folder = `/var/lib/kubelet/pods/${pod.metadata.uid ?? ''}/volumes/kubernetes.io~empty-dir/${String(volumeName)}`
  throw new ConfigFault(`environment variable key ${JSON.stringify(key)} not found in file "${folder}/${String(path)}"`)
}

/** The data of a ConfigMap or Secret as byte strings by key. */
export function dataOf(object: KubernetesObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const secret = object.kind === 'Secret'
  for (const [key, value] of Object.entries(isObject(object.data) ? object.data : {}))
    found.set(key, secret ? fromBase64(String(value)) : encodeText(String(value)))
  for (const [key, value] of Object.entries(isObject(object.binaryData) ? object.binaryData : {})) found.set(key, fromBase64(String(value)))
  return found
}

/** A field of the pod as the downward API shows it. */
export function fieldOf(pod: KubernetesObject, path: string): string {
  const [, map, key] = path.match(/^metadata\.(labels|annotations)\['(.+)'\]$/) ?? []
  if (map !== undefined && key !== undefined) return String(at(pod, 'metadata', map, key) ?? '')
  if (path === 'metadata.labels' || path === 'metadata.annotations') {
    const entries = Object.entries((at(pod, ...path.split('.')) as JsonObject | undefined) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
    return entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join('\n')
  }
  if (path === 'status.podIPs')
    return objects(at(pod, 'status', 'podIPs'))
      .map(({ ip }) => String(ip))
      .join(',')
  return String(at(pod, ...path.split('.')) ?? '')
}

/** A container's request or limit in units of its divisor. */
export function resourceOf(pod: KubernetesObject, container: JsonObject, reference: JsonObject): string {
  const named =
    typeof reference.containerName === 'string' ? objects(at(pod, 'spec', 'containers')).find(({ name }) => name === reference.containerName) : container
  const [kind = '', name = ''] = String(reference.resource ?? '').split('.')
  const whole =
    kind === 'limits' ? (at(named, 'resources', 'limits', name) ?? (name === 'cpu' ? '4' : '16Gi')) : (at(named, 'resources', 'requests', name) ?? '0')
  const divisor = String(reference.divisor ?? '0')
  return String(Math.ceil(amount(String(whole)) / (divisor === '0' ? 1 : amount(divisor))))
}

/** A quantity as a number. */
export function amount(text: string): number {
  try {
    return Number(parseQuantity(text).nanos) / 1e9
  } catch {
    return 0
  }
}

/** True if the environment comes from objects that may change while the container runs. */
export function takesFromObjects({ whole }: ContainerSpec): boolean {
  return (
    whole.envFrom !== undefined ||
    (Array.isArray(whole.env) &&
      whole.env.some((entry) => ['configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].some((reference) => at(entry, 'valueFrom', reference) !== undefined)))
  )
}
