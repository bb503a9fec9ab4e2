// The Kubernetes versions of a region, in the old and the new form.
import type { JsonObject } from '../../base/json.ts'
import { textResponse } from '../arm-response.ts'
import { offeredVersions, upgradesFrom } from '../providers/container-service/kubernetes-versions.ts'
import type { Route } from '../route.ts'

const place = '/subscriptions/{subscription}/providers/Microsoft.ContainerService/locations/{location}'

/** Routes of versions. */
export const versionRoutes: readonly Route[] = [
  { method: 'GET', path: `${place}/kubernetesVersions`, answer: () => textResponse(JSON.stringify({ values: versions() })) },
  { method: 'GET', path: `${place}/orchestrators`, answer: (_request, names) => textResponse(JSON.stringify(orchestrators(names))) },
]

function versions(): JsonObject[] {
  return offeredVersions.map(({ minor, patches, isDefault }) => ({
    version: minor,
    capabilities: { supportPlan: ['KubernetesOfficial', 'AKSLongTermSupport'] },
    ...(isDefault ? { isDefault } : {}),
    patchVersions: Object.fromEntries(patches.map((patch) => [patch, { upgrades: [...upgradesFrom(patch)] }])),
  }))
}

function orchestrators(names: Readonly<Record<string, string>>): JsonObject {
  const all = offeredVersions.flatMap(({ patches, isDefault }) =>
    patches.map((patch, index) => ({ patch, isDefault: isDefault === true && index === patches.length - 1 })),
  )
  return {
    id: `/subscriptions/${names.subscription ?? ''}/providers/Microsoft.ContainerService/locations/${names.location ?? ''}/orchestrators`,
    name: 'default',
    type: 'Microsoft.ContainerService/locations/orchestrators',
    properties: {
      orchestrators: all.map(({ patch, isDefault }) => ({
        orchestratorType: 'Kubernetes',
        orchestratorVersion: patch,
        ...(isDefault ? { default: true } : {}),
        upgrades: upgradesFrom(patch).map((version) => ({ orchestratorType: 'Kubernetes', orchestratorVersion: version })),
      })),
    },
  }
}
