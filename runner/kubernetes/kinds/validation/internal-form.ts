// How the server's internal structs print in errors: every field, under its Go name, zero values too. The facts table gives
// the fields; only where the internal struct is ordered or made differently does a table here say so.
import type { Json, JsonObject } from '../../../base/json.ts'
import { type FieldFact, typeFacts } from '../../openapi/facts.ts'
import { fields, list, present } from './read.ts'

const goNames: Readonly<Record<string, string>> = {
  apiGroup: 'APIGroup',
  apiVersion: 'APIVersion',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  cel: 'CEL',
  cephfs: 'CephFS',
  clusterIP: 'ClusterIP',
  csi: 'CSI',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  downwardAPI: 'DownwardAPI',
  fc: 'FC',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  gcePersistentDisk: 'GCEPersistentDisk',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  iscsi: 'ISCSI',
  nfs: 'NFS',
  os: 'OS',
  procMount: 'ProcMount',
  rbd: 'RBD',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  setHostnameAsFQDN: 'SetHostnameAsFQDN',
  storageos: 'StorageOS',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
}

/** Internal order where it is not that of the API: the last names belong to `SecurityContext` inside. */
const podOrder = [
  ...['volumes', 'initContainers', 'containers', 'ephemeralContainers', 'restartPolicy', 'terminationGracePeriodSeconds', 'activeDeadlineSeconds'],
  ...['dnsPolicy', 'nodeSelector', 'serviceAccountName', 'automountServiceAccountToken', 'nodeName', 'securityContext', 'imagePullSecrets'],
  ...['hostname', 'subdomain', 'setHostnameAsFQDN', 'affinity', 'schedulerName', 'tolerations', 'hostAliases', 'priorityClassName', 'priority'],
  ...['preemptionPolicy', 'dnsConfig', 'readinessGates', 'runtimeClassName', 'overhead', 'enableServiceLinks', 'topologySpreadConstraints', 'os'],
  ...['schedulingGates', 'resourceClaims', 'resources', 'hostnameOverride', 'workloadRef'],
]
const contextOrder = [
  ...['seLinuxOptions', 'windowsOptions', 'runAsUser', 'runAsGroup', 'runAsNonRoot', 'supplementalGroups', 'supplementalGroupsPolicy', 'fsGroup'],
  ...['fsGroupChangePolicy', 'sysctls', 'seccompProfile', 'appArmorProfile', 'seLinuxChangePolicy'],
]
const hostFields = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']
const zeros: Readonly<Record<string, Json>> = { string: '', bool: false, int: 0, int32: 0, int64: 0, float64: 0, Quantity: '0', IntOrString: 0 }

/** The value as the internal form of an API type (`core.v1.SecurityContext`) prints. */
export function internalForm(value: Json | undefined, type: string): Json {
  const facts = typeFacts(type)
  if (facts === undefined || type.startsWith('meta.v1.')) return value ?? null
  const members = facts.fields.flatMap((fact) => printMembers(fields(value), fact))
  return type === 'core.v1.PodSpec' ? podForm(fields(value), Object.fromEntries(members)) : Object.fromEntries(members)
}

function printMembers(object: JsonObject, fact: FieldFact): (readonly [string, Json])[] {
  if (fact.type === 'meta.v1.ObjectMeta') return Object.entries(fields(object[fact.name])).map(([name, value]) => [name, value ?? null] as const)
  if (fact.inline) return Object.entries(fields(internalForm(object, fact.type))).map(([name, value]) => [name, value ?? null] as const)
  return [[goName(fact.name), printValue(object[fact.name], fact.type, fact.pointer)]]
}

function printValue(value: Json | undefined, type: string, pointer: boolean): Json {
  if (type.startsWith('[]')) return Array.isArray(value) ? list(value).map((part) => printValue(part, type.slice(2), false)) : null
  if (type.startsWith('{}'))
    return present(value)
      ? Object.fromEntries(
          Object.entries(fields(value))
            .sort(byKey)
            .map(([key, part]) => [key, printValue(part, type.slice(2), false)]),
        )
      : null
  if (!present(value) && (pointer || type === 'Time' || type === 'bytes')) return null
  return type.includes('.') ? internalForm(value, type) : (value ?? zeros[type] ?? null)
}

/** The internal pod spec keeps the host's namespaces in its security context. */
function podForm(spec: JsonObject, printed: Readonly<Record<string, Json>>): Json {
  const host = Object.fromEntries(
    hostFields.map((name) => [goName(name), spec[name] ?? (name.startsWith('host') && name !== 'hostUsers' ? false : null)] as const),
  )
  const context = present(spec.securityContext)
    ? { ...host, ...Object.fromEntries(contextOrder.map((name) => [goName(name), fields(printed.SecurityContext)[goName(name)] ?? null] as const)) }
    : null
  const members = podOrder.filter((name) => goName(name) in printed).map((name) => [goName(name), printed[goName(name)] ?? null] as const)
  return Object.fromEntries(members.map(([name, value]) => [name, name === 'SecurityContext' ? context : value]))
}

function goName(name: string): string {
  return goNames[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}
