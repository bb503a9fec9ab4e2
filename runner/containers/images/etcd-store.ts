// How the API server keeps objects in etcd: under which keys, and in which bytes.
import { isObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import { encodeText } from '../bytes.ts'
import { dataOf } from '../environment.ts'
import type { ClusterReader } from '../pod.ts'

/** Kinds by the folder that they are kept in. */
const folders: readonly (readonly [folder: string, apiVersion: string, kind: string])[] = [
  ['clusterrolebindings', 'rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
  ['clusterroles', 'rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['configmaps', 'v1', 'ConfigMap'],
  ['cronjobs', 'batch/v1', 'CronJob'],
  ['daemonsets', 'apps/v1', 'DaemonSet'],
  ['deployments', 'apps/v1', 'Deployment'],
  ['endpointslices', 'discovery.k8s.io/v1', 'EndpointSlice'],
  ['ingress', 'networking.k8s.io/v1', 'Ingress'],
  ['jobs', 'batch/v1', 'Job'],
  ['leases', 'coordination.k8s.io/v1', 'Lease'],
  ['minions', 'v1', 'Node'],
  ['namespaces', 'v1', 'Namespace'],
  ['networkpolicies', 'networking.k8s.io/v1', 'NetworkPolicy'],
  ['persistentvolumeclaims', 'v1', 'PersistentVolumeClaim'],
  ['persistentvolumes', 'v1', 'PersistentVolume'],
  ['pods', 'v1', 'Pod'],
  ['priorityclasses', 'scheduling.k8s.io/v1', 'PriorityClass'],
  ['replicasets', 'apps/v1', 'ReplicaSet'],
  ['rolebindings', 'rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['roles', 'rbac.authorization.k8s.io/v1', 'Role'],
  ['secrets', 'v1', 'Secret'],
  ['serviceaccounts', 'v1', 'ServiceAccount'],
  ['services/specs', 'v1', 'Service'],
  ['statefulsets', 'apps/v1', 'StatefulSet'],
  ['storageclasses', 'storage.k8s.io/v1', 'StorageClass'],
]

/** Everything of these kinds by its key, in the order of keys. */
export function keysOf(reader: ClusterReader): readonly (readonly [key: string, object: KubernetesObject])[] {
  const rows = folders.flatMap(([folder, apiVersion, kind]) =>
    reader.list(apiVersion, kind).map((object) => {
      const { namespace, name = '' } = object.metadata
      return [`/registry/${folder}/${namespace === undefined ? '' : `${namespace}/`}${name}`, { ...object, apiVersion, kind }] as const
    }),
  )
  return rows.sort(([one], [other]) => (one < other ? -1 : 1))
}

function varint(number: number): string {
  return number < 128 ? String.fromCharCode(number) : String.fromCharCode((number & 127) | 128) + varint(Math.floor(number / 128))
}

/** A field of bytes in protobuf; nothing where there are none. */
function field(number: number, bytes: string): string {
  return bytes === '' ? '' : varint(number * 8 + 2) + varint(bytes.length) + bytes
}

const text = (value: unknown): string => (typeof value === 'string' ? encodeText(value) : '')

/** The bytes of an object: all of a Secret or ConfigMap, of others their type and metadata. */
export function storedBytes(object: KubernetesObject): string {
  const { name, namespace, uid, labels = {}, creationTimestamp } = object.metadata
  const seconds = varint(Math.floor(Date.parse(creationTimestamp ?? '') / 1000) || 0)
  const pairs = (number: number, entries: Iterable<readonly [string, string]>): string =>
    [...entries].map(([key, value]) => field(number, field(1, encodeText(key)) + field(2, value))).join('')
  const label = pairs(
    11,
    Object.entries(labels).map(([key, value]) => [key, encodeText(value)] as const),
  )
  const metadata = field(1, text(name)) + field(3, text(namespace)) + field(5, text(uid)) + field(8, `\x08${seconds}`) + label
  const data = isObject(at(object, 'data')) || isObject(at(object, 'binaryData')) ? pairs(2, dataOf(object)) : ''
  const whole = field(1, metadata) + data + (object.kind === 'Secret' ? field(3, text(at(object, 'type'))) : '')
  return `k8s\0${field(1, field(1, text(object.apiVersion)) + field(2, text(object.kind)))}${field(2, whole)}\x1a\0"\0`
}
