// The APIServices by which the aggregator knows the server's own groups.
import { apiVersionOf, type KubernetesObject, parseApiVersion } from '../object.ts'
import { builtInGroups, gatedResources } from '../openapi/facts.ts'

/** Priority of each group, and of its versions where it is not 15. */
const priorities: Readonly<Record<string, number>> = {
  '': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'admissionregistration.k8s.io': 16700,
  'apiextensions.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'resource.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
}
const versionPriorities: Readonly<Record<string, number>> = { '/v1': 1, 'autoscaling/v2': 30, 'flowcontrol.apiserver.k8s.io/v1': 21, 'resource.k8s.io/v1': 21 }

/** One APIService for each group and version, served here. */
export function apiServices(time: string): readonly KubernetesObject[] {
  return builtInGroups()
    .filter(({ group }) => priorities[group] !== undefined)
    .flatMap(({ group, versions }) => versions.map((version) => apiService(group, version, time)))
}

/** The APIService of what a feature gate opens: without it nothing of that is served. */
export function gatedApiServices(gates: readonly string[], time: string): readonly KubernetesObject[] {
  const opened = new Set(gates.flatMap(gatedResources).map(apiVersionOf))
  return [...opened].map((apiVersion) => {
    const { group, version } = parseApiVersion(apiVersion)
    return apiService(group, version, time)
  })
}

function apiService(group: string, version: string, time: string): KubernetesObject {
  const spec = {
    ...(group !== '' && { group }),
    version,
    groupPriorityMinimum: priorities[group],
    versionPriority: versionPriorities[`${group}/${version}`] ?? 15,
  }
  const message = 'Local APIServices are always available'
  const labels = { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' }
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: `${version}.${group}`, labels },
    spec,
    status: { conditions: [{ type: 'Available', status: 'True', lastTransitionTime: time, reason: 'Local', message }] },
  }
}
