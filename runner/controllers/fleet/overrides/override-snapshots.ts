// KubeFleet's override controllers: each change of an override becomes a snapshot, which is what rollouts look at.
import type { JsonObject } from '../../../base/json.ts'
import { toBase64 } from '../../../base/p256.ts'
import { formatKey, type KubernetesObject, keyOf, parseKey, type Resource } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { goStruct, hashOfText } from '../hashes.ts'
import { placeOf } from '../hub/family.ts'
import { isUnderDeletion } from '../hub/keys.ts'
import { indexOf, latestOf, placementOwner, retire } from '../hub/snapshots.ts'
import { finalizers, labels, managers } from '../names.ts'
import { clusterResourceOverrideSnapshots, clusterResourceOverrides, resourceOverrideSnapshots, resourceOverrides } from '../resources.ts'

const revisionLimit = 10

const sorts = [
  { overrides: clusterResourceOverrides, snapshots: clusterResourceOverrideSnapshots },
  { overrides: resourceOverrides, snapshots: resourceOverrideSnapshots },
] as const

/** Keys are those of overrides: a name, or a namespace and a name. */
export const overrideSnapshots: ControllerDefinition = defineController({
  name: 'fleet-override-snapshots',
  fieldManager: managers.hub,
  watches: sorts.flatMap(({ overrides, snapshots }) => [{ resource: overrides }, { resource: snapshots, keys: parentOverride }]),
  async reconcile(text, context) {
    const key = parseKey(text)
    const { overrides, snapshots } = sorts[key.namespace === undefined ? 0 : 1]
    const override = await context.client.get(overrides, key)
    if (!override) return undefined
    if (isUnderDeletion(override)) await cleanUp(override, { overrides, snapshots, context })
    else await takeSnapshot(override, { overrides, snapshots, context })
    return undefined
  },
})

function parentOverride({ metadata }: KubernetesObject): readonly string[] {
  const name = metadata.labels?.[labels.parentOverride]
  return name === undefined ? [] : [formatKey(metadata.namespace === undefined ? { name } : { name, namespace: metadata.namespace })]
}

interface Ground {
  readonly overrides: Resource
  readonly snapshots: Resource
  readonly context: ControllerContext
}

async function takeSnapshot(found: KubernetesObject, { overrides, snapshots, context }: Ground): Promise<void> {
  const { client } = context
  const override = hasFinalizer(found, finalizers.override) ? found : await client.update(overrides, withFinalizer(found, finalizers.override))
  const all = await snapshotsOf(override, { overrides, snapshots, context })
  const latest = latestOf(all)
  const overrideHash = toBase64(new TextEncoder().encode(hashOfText(goStruct(override.spec))))
  if ((latest?.spec as JsonObject | undefined)?.overrideHash === overrideHash) return
  await retire(client, snapshots, { snapshots: all, limit: revisionLimit })
  const index = latest ? indexOf(latest) + 1 : 0
  await client.create(snapshots, snapshotObject(override, { resource: snapshots, index, overrideHash }))
}

function snapshotObject(
  override: KubernetesObject,
  { resource, index, overrideHash }: { readonly resource: Resource; readonly index: number; readonly overrideHash: string },
): KubernetesObject {
  const { name = '' } = override.metadata
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: resource.kind,
    metadata: {
      name: `${name}-${index}`,
      ...placeOf(keyOf(override)),
      labels: { [labels.parentOverride]: name, [labels.latestSnapshot]: 'true', [labels.overrideIndex]: String(index) },
      ownerReferences: [placementOwner(override)],
    },
    spec: { overrideHash, overrideSpec: override.spec as JsonObject },
  }
}

async function snapshotsOf(override: KubernetesObject, { snapshots, context }: Ground): Promise<readonly KubernetesObject[]> {
  const labelSelector = `${labels.parentOverride}=${override.metadata.name}`
  const { items } = await context.client.list(snapshots, { ...placeOf(keyOf(override)), labelSelector })
  return [...items].sort((a, b) => indexOf(a) - indexOf(b))
}

async function cleanUp(override: KubernetesObject, ground: Ground): Promise<void> {
  if (!hasFinalizer(override, finalizers.override)) return
  const { client } = ground.context
  for (const snapshot of await snapshotsOf(override, ground)) await client.delete(ground.snapshots, keyOf(snapshot))
  const stored = await client.get(ground.overrides, keyOf(override))
  if (stored) await client.update(ground.overrides, withoutFinalizer(stored, finalizers.override))
}
