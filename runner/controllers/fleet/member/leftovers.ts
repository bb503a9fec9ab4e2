// Objects that a Work has placed and that are no longer among its manifests are taken away from the member.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import { managers } from '../names.ts'
import { appliedWorks } from '../resources.ts'
import type { Manifest } from './manifests.ts'

/** Deletes what the AppliedWork still lists and no manifest asks for; what others own too only loses its owner. */
export async function removeLeftovers(applied: KubernetesObject, manifests: readonly Manifest[], client: Client): Promise<void> {
  const placed = (at(applied, 'status', 'appliedResources') ?? []) as readonly JsonObject[]
  const wanted = manifests.map(({ identifier }) => nameOf(identifier))
  for (const entry of placed) if (!wanted.some((name) => equal(name, nameOf(entry)))) await remove(entry, applied, client)
}

function nameOf({ group, version, kind, namespace, name }: JsonObject): JsonObject {
  return { group, version, kind, namespace, name }
}

async function remove(entry: JsonObject, applied: KubernetesObject, client: Client): Promise<void> {
  const { group, version, kind, namespace, name } = entry
  const resource = await client.resourceFor(group ? `${group}/${version}` : String(version), String(kind))
  const key = namespace === undefined ? { name: String(name) } : { name: String(name), namespace: String(namespace) }
  const object = resource && (await client.get(resource, key))
  if (!resource || !object || object.metadata.deletionTimestamp !== undefined) return
  const owners = object.metadata.ownerReferences ?? []
  const others = owners.filter(({ kind: owner, uid }) => owner !== appliedWorks.kind || uid !== applied.metadata.uid)
  if (others.length === owners.length) return
  if (others.length > 0) {
    await client.update(resource, { ...object, metadata: { ...object.metadata, ownerReferences: others } }, { fieldManager: managers.member })
    return
  }
  await client.delete(resource, key, { propagationPolicy: 'Background' }).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error
  })
}
