// Defaults of pod specs (`SetDefaults_PodSpec` and what it calls), for pods and for every pod template.
import type { Json, JsonObject } from '../../../base/json.ts'
import { roundUpToMilli, sumOfQuantities } from '../validation/quantities.ts'
import { fields, objects, text } from '../validation/read.ts'
import { type DefaultRow, rowsAt } from './rows.ts'

const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const

const probeRows: readonly DefaultRow[] = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe): DefaultRow[] => [
  [`${probe}.timeoutSeconds`, 1, 'zero'],
  [`${probe}.periodSeconds`, 10, 'zero'],
  [`${probe}.successThreshold`, 1, 'zero'],
  [`${probe}.failureThreshold`, 3, 'zero'],
  [`${probe}.grpc.service`, ''],
  ...httpRows(probe),
])

const resourceRows: readonly DefaultRow[] = [
  ['resources.limits', (resources) => roundedUp(resources.limits), 'always'],
  ['resources.requests', (resources) => roundedUp(resources.requests), 'always'],
]

const containerRows: readonly DefaultRow[] = [
  ['imagePullPolicy', (container) => pullPolicy(text(container.image))],
  ['terminationMessagePath', '/dev/termination-log'],
  ['terminationMessagePolicy', 'File'],
  ['ports[].protocol', 'TCP'],
  ['env[].valueFrom.fieldRef.apiVersion', 'v1'],
  ['env[].valueFrom.fileKeyRef.optional', false],
  ...probeRows,
  ...httpRows('lifecycle.postStart'),
  ...httpRows('lifecycle.preStop'),
]

const volumeRows: readonly DefaultRow[] = [
  ['emptyDir', (volume) => (Object.keys(volume).some((key) => key !== 'name') ? undefined : {})],
  ['secret.defaultMode', 420],
  ['configMap.defaultMode', 420],
  ['downwardAPI.defaultMode', 420],
  ['downwardAPI.items[].fieldRef.apiVersion', 'v1'],
  ['projected.defaultMode', 420],
  ['projected.sources[].serviceAccountToken.expirationSeconds', 3600],
  ['projected.sources[].downwardAPI.items[].fieldRef.apiVersion', 'v1'],
  ['hostPath.type', ''],
  ['ephemeral.volumeClaimTemplate.spec.volumeMode', 'Filesystem'],
  ['iscsi.iscsiInterface', 'default'],
  ['rbd.pool', 'rbd'],
  ['rbd.user', 'admin'],
  ['rbd.keyring', '/etc/ceph/keyring'],
  ['azureDisk.cachingMode', 'ReadWrite'],
  ['azureDisk.fsType', 'ext4'],
  ['azureDisk.kind', 'Shared'],
  ['azureDisk.readOnly', false],
  ['scaleIO.storageMode', 'ThinProvisioned'],
  ['scaleIO.fsType', 'xfs'],
  ['image.pullPolicy', (image) => pullPolicy(text(image.reference))],
]

/** Defaults of every pod spec, relative to it. */
export const podSpecRows: readonly DefaultRow[] = [
  ...containerLists.flatMap((list) => rowsAt(`${list}[]`, containerRows)),
  ...rowsAt('initContainers[]', resourceRows),
  ...rowsAt('containers[]', resourceRows),
  ...rowsAt('volumes[]', volumeRows),
  ['restartPolicy', 'Always'],
  ['dnsPolicy', 'ClusterFirst'],
  ['schedulerName', 'default-scheduler'],
  ['securityContext', {}],
  ['terminationGracePeriodSeconds', 30],
  ['serviceAccountName', (spec) => spec.serviceAccount],
  ['serviceAccount', (spec) => spec.serviceAccountName],
  ['overhead', (spec) => roundedUp(spec.overhead), 'always'],
]

/** Defaults of real pods, relative to the pod: those of its spec come first. */
export const podOnlyRows: readonly DefaultRow[] = [
  ['spec.enableServiceLinks', true],
  ['spec.terminationGracePeriodSeconds', (spec) => (Number(spec.terminationGracePeriodSeconds) < 0 ? 1 : undefined), 'always'],
  ['spec.containers[].ports[].hostPort', hostPort, 'zero'],
  ['spec.initContainers[].ports[].hostPort', hostPort, 'zero'],
  ['spec.containers[].resources.requests', requestsFromLimits, 'always'],
  ['spec.initContainers[].resources.requests', requestsFromLimits, 'always'],
  ['spec.resources.requests', podRequests, 'always'],
]

function httpRows(handler: string): readonly DefaultRow[] {
  return [
    [`${handler}.httpGet.path`, '/'],
    [`${handler}.httpGet.scheme`, 'HTTP'],
  ]
}

/** `Always` for a moving tag, `IfNotPresent` for any other. */
function pullPolicy(image: string): string {
  const [reference = '', digest] = image.split('@')
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : digest === undefined ? 'latest' : ''
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

/** Quantities finer than a thousandth become a thousandth more, as in every list of resources. */
function roundedUp(list: Json | undefined): Json | undefined {
  const rounded = Object.entries(fields(list)).map(([name, value]) => [name, roundUpToMilli(String(value))] as const)
  return rounded.some(([name, value]) => value !== fields(list)[name]) ? Object.fromEntries(rounded) : undefined
}

function hostPort(port: JsonObject, pod: JsonObject): Json | undefined {
  return fields(pod.spec).hostNetwork === true ? port.containerPort : undefined
}

function requestsFromLimits(resources: JsonObject): Json | undefined {
  const limits = fields(resources.limits)
  const requests = fields(resources.requests)
  const missing = Object.entries(limits).filter(([name]) => requests[name] === undefined)
  return missing.length === 0 ? undefined : { ...requests, ...Object.fromEntries(missing) }
}

function podRequests(resources: JsonObject, pod: JsonObject): Json | undefined {
  const limits = fields(resources.limits)
  const given = fields(resources.requests)
  if (Object.keys(limits).length === 0) return undefined
  const supported = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')
  const fromLimits = Object.entries(limits).filter(([name]) => supported(name))
  const summed = Object.entries(containerRequests(fields(pod.spec))).filter(([name]) => name === 'cpu' || name === 'memory')
  const requests = { ...Object.fromEntries(fromLimits), ...Object.fromEntries(summed), ...given }
  return Object.keys(requests).length === Object.keys(given).length ? undefined : requests
}

function containerRequests(spec: JsonObject): Record<string, string> {
  const total: Record<string, string> = {}
  for (const container of objects(spec.containers)) {
    for (const [name, value] of Object.entries(fields(fields(container.resources).requests))) total[name] = sumOfQuantities(total[name] ?? '0', text(value))
  }
  return total
}
