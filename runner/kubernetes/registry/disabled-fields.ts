// Fields behind feature gates that are off in Kubernetes 1.35 unless they are asked for: a client may send them, and the server keeps none
// (`dropDisabledFields` and its like in the strategies of `pkg/registry`, and `pkg/api/pod`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import type { KubernetesObject } from '../object.ts'
import type { ServedResource } from './served-resource.ts'

/** Steps to a field: `[]` is every item of a list, `*` every member of a map, and a step with `?` goes too if nothing is left in it. */
type Path = readonly string[]

const podFields = [
  'workloadRef',
  ...['containers', 'initContainers', 'ephemeralContainers'].map((list) => `${list}.[].lifecycle?.stopSignal`),
  'volumes.[].projected.sources.[].clusterTrustBundle',
  'volumes.[].projected.sources.[].podCertificate',
]

const claimFields = [
  ...['exactly', 'firstAvailable.[]'].flatMap((request) => ['tolerations', 'capacity'].map((field) => `devices.requests.[].${request}.${field}`)),
  'devices.constraints.[].distinctAttribute',
]
const resultFields = ['shareID', 'consumedCapacity', 'bindingConditions', 'bindingFailureConditions']
const deviceFields = [
  ...['taints', 'consumesCounters', 'nodeName', 'nodeSelector', 'allNodes', 'bindingConditions', 'bindingFailureConditions', 'bindsToNode'],
  ...['allowMultipleAllocations', 'capacity.*.requestPolicy'],
]

/** Where pods are in what is made of them. */
const podSpecs: Readonly<Record<string, string>> = {
  'v1/Pod': 'spec',
  'v1/PodTemplate': 'template.spec',
  'v1/ReplicationController': 'spec.template.spec',
  'apps/Deployment': 'spec.template.spec',
  'apps/ReplicaSet': 'spec.template.spec',
  'apps/DaemonSet': 'spec.template.spec',
  'apps/StatefulSet': 'spec.template.spec',
  'batch/Job': 'spec.template.spec',
  'batch/CronJob': 'spec.jobTemplate.spec.template.spec',
}

const others: Readonly<Record<string, readonly string[]>> = {
  'v1/Node': ['status.declaredFeatures'],
  'apps/StatefulSet': ['spec.updateStrategy.rollingUpdate.maxUnavailable'],
  'coordination.k8s.io/Lease': ['spec.strategy', 'spec.preferredHolder'],
  // Not a gate, but alike: v1 of slices shows what older versions said of a place, and takes none (`dropTopologyOnV1`).
  'discovery.k8s.io/EndpointSlice': ['endpoints.[].deprecatedTopology'],
  'resource.k8s.io/DeviceClass': ['spec.extendedResourceName'],
  'resource.k8s.io/ResourceSlice': ['spec.sharedCounters', 'spec.perDeviceNodeSelection', ...deviceFields.map((field) => `spec.devices.[].${field}`)],
  'resource.k8s.io/ResourceClaim': [
    ...claimFields.map((field) => `spec.${field}`),
    ...resultFields.map((field) => `status.allocation.devices.results.[].${field}`),
    'status.devices.[].shareID',
  ],
  'resource.k8s.io/ResourceClaimTemplate': claimFields.map((field) => `spec.spec.${field}`),
}

const disabled: ReadonlyMap<string, readonly Path[]> = new Map(
  [...new Set([...Object.keys(podSpecs), ...Object.keys(others)])].map((kind) => {
    const place = podSpecs[kind]
    const ofPods = place === undefined ? [] : podFields.map((field) => `${place}.${field}`)
    return [kind, [...ofPods, ...(others[kind] ?? [])].map((path) => path.split('.'))]
  }),
)

/** The object as the server keeps it: itself if it has no field that is off. */
export function withoutDisabledFields({ group, kind }: ServedResource['info'], object: KubernetesObject): KubernetesObject {
  const paths = disabled.get(`${group === '' ? 'v1' : group}/${kind}`)
  return paths === undefined ? object : paths.reduce((left, path) => without(left, path) as typeof left, object as KubernetesObject & Json)
}

function without(value: Json, path: Path, at = 0): Json {
  const step = path[at] ?? ''
  if (step === '[]') return Array.isArray(value) ? mapped(value, (item) => without(item, path, at + 1)) : value
  if (!isObject(value)) return value
  if (step === '*') return mappedMembers(value, (member) => without(member, path, at + 1))
  const name = step.endsWith('?') ? step.slice(0, -1) : step
  const inner = value[name]
  if (inner === undefined) return value
  if (at === path.length - 1) return withoutMember(value, name)
  const left = without(inner, path, at + 1)
  if (left === inner) return value
  return step !== name && isObject(left) && Object.keys(left).length === 0 ? withoutMember(value, name) : { ...value, [name]: left }
}

function withoutMember(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}

/** The list itself if no item changes. */
function mapped(list: readonly Json[], change: (item: Json) => Json): readonly Json[] {
  const next = list.map(change)
  return next.some((item, index) => item !== list[index]) ? next : list
}

/** The map itself if no member changes. */
function mappedMembers(map: JsonObject, change: (member: Json) => Json): JsonObject {
  const next = Object.entries(map).map(([name, member]) => [name, change(member ?? null)] as const)
  return next.some(([name, member]) => member !== map[name]) ? Object.fromEntries(next) : map
}
