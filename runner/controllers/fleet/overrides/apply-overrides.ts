// Overrides applied to the objects that go to one member (pkg/controllers/workgenerator/override.go).
import type { JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import { applyPatch, PatchError, type PatchOperation } from './json-patch.ts'
import { rulesFor, selectsCluster, selectsNamespaced } from './override-spec.ts'

/** An override that cannot be applied: an error of the user, not retried before something changes. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError'
}

/** The override snapshots of a binding, in their order. */
export interface BindingOverrides {
  readonly cluster: readonly KubernetesObject[]
  readonly namespaced: readonly KubernetesObject[]
}

/** The object as the member gets it: first by ClusterResourceOverrides, then by ResourceOverrides; undefined if it is not to get it. */
export function overridden(object: KubernetesObject, overrides: BindingOverrides, member: KubernetesObject): KubernetesObject | undefined {
  const selecting = [
    ...overrides.cluster.filter((snapshot) => selectsCluster(snapshot, object)),
    ...overrides.namespaced.filter((snapshot) => selectsNamespaced(snapshot, object)),
  ]
  let result = object
  for (const snapshot of selecting) {
    for (const { overrideType, jsonPatchOverrides = [] } of rulesFor(snapshot, member)) {
      if (overrideType === 'Delete') return undefined
      result = patched(result, jsonPatchOverrides, { snapshot, member })
    }
  }
  return result
}

interface Why {
  readonly snapshot: KubernetesObject
  readonly member: KubernetesObject
}

function patched(object: KubernetesObject, operations: readonly PatchOperation[], { snapshot, member }: Why): KubernetesObject {
  try {
    const filled = operations.map((operation) => withVariables(operation, member))
    return applyPatch(object as unknown as JsonObject, filled) as unknown as KubernetesObject
  } catch (error) {
    if (!(error instanceof PatchError)) throw error
    const { name, namespace } = object.metadata
    const place = namespace === undefined ? '' : ` in namespace "${namespace}"`
    throw new OverrideError(`${snapshot.kind} "${snapshot.metadata.name}" failed to apply on ${object.kind} "${name}"${place}: ${error.message}`)
  }
}

const nameVariable = '${' + 'MEMBER-CLUSTER-NAME}'
const labelVariable = '${' + 'MEMBER-CLUSTER-LABEL-KEY-'

/** The operation with the member's name and labels in the place of variables. */
function withVariables(operation: PatchOperation, { metadata }: KubernetesObject): PatchOperation {
  if (operation.value === undefined) return operation
  let text = JSON.stringify(operation.value).replaceAll(nameVariable, metadata.name ?? '')
  for (let start = text.indexOf(labelVariable); start >= 0; start = text.indexOf(labelVariable)) {
    const end = text.indexOf('}', start)
    if (end < 0) throw new PatchError(`input ${text} is missing the closing bracket \`}\``)
    const key = text.slice(start + labelVariable.length, end)
    const value = metadata.labels?.[key]
    if (value === undefined) throw new PatchError(`label key ${key} not found on cluster ${metadata.name}`)
    text = text.slice(0, start) + value + text.slice(end + 1)
  }
  return { ...operation, value: JSON.parse(text) }
}
