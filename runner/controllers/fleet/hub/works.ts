// The Works of a binding: one for each resource snapshot of its revision, and one for each envelope in them. Overrides are
// applied on the way (pkg/controllers/workgenerator).
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf } from '../../../kubernetes/object.ts'
import { goJson, hashOfText, overridesHash } from '../hashes.ts'
import { annotations, labels, memberNamespace } from '../names.ts'
import { type BindingOverrides, overridden } from '../overrides/apply-overrides.ts'
import { overridesOf } from '../overrides/matching-overrides.ts'
import { memberClusters, works } from '../resources.ts'
import { isEnvelope } from '../selection/placeable.ts'
import { familyOf, placeOf } from './family.ts'
import { resourcesOf, subIndexOf, wholeSnapshot } from './resource-snapshot.ts'

/** An envelope that holds what it may not hold: an error of the user. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
}

/** The Works as they should be; undefined if the revision is gone. Throws OverrideError or EnvelopeError. */
export async function worksFor(binding: KubernetesObject, client: Client): Promise<readonly KubernetesObject[] | undefined> {
  const { resourceSnapshots } = familyOf(keyOf(binding))
  const name = String(at(binding, 'spec', 'resourceSnapshotName'))
  const master = await client.get(resourceSnapshots, { name, ...placeOf(keyOf(binding)) })
  const member = await client.get(memberClusters, { name: String(at(binding, 'spec', 'targetCluster')) })
  if (!master || !member) return undefined
  const overrides = await overridesOf(client, binding)
  const made: KubernetesObject[] = []
  for (const snapshot of await wholeSnapshot(client, master)) {
    const objects = resourcesOf([snapshot])
    const manifests = objects.filter((object) => !isEnvelope(object)).flatMap((object) => overridden(object, overrides, member) ?? [])
    made.push(workObject(binding, master, { name: workName(binding, snapshot), manifests }))
    for (const envelope of objects.filter(isEnvelope)) made.push(await envelopeWork(binding, master, { envelope, client, overrides, member }))
  }
  return made
}

/** Placements of a namespace have it before their name. */
function baseName(binding: KubernetesObject): string {
  const placement = binding.metadata.labels?.[labels.parentPlacement] ?? ''
  return binding.metadata.namespace === undefined ? placement : `${binding.metadata.namespace}.${placement}`
}

function workName(binding: KubernetesObject, snapshot: KubernetesObject): string {
  const index = subIndexOf(snapshot)
  return `${baseName(binding)}-${index < 0 ? 'work' : index}`
}

interface Content {
  readonly name: string
  readonly manifests: readonly KubernetesObject[]
  /** Labels beside those that every Work has. */
  readonly labels?: Readonly<Record<string, string>>
}

/** The Work of some objects in order, and where they come from. */
function workObject(binding: KubernetesObject, master: KubernetesObject, { name, manifests, labels: more = {} }: Content): KubernetesObject {
  const spec = binding.spec as JsonObject
  const { namespace } = binding.metadata
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: works.kind,
    metadata: {
      name,
      namespace: memberNamespace(String(spec.targetCluster)),
      labels: {
        [labels.parentBinding]: binding.metadata.name ?? '',
        [labels.parentPlacement]: binding.metadata.labels?.[labels.parentPlacement] ?? '',
        [labels.parentSnapshotIndex]: master.metadata.labels?.[labels.resourceIndex] ?? '',
        ...(namespace === undefined ? {} : { [labels.parentNamespace]: namespace }),
        ...more,
      },
      annotations: {
        [annotations.parentSnapshotName]: master.metadata.name ?? '',
        [annotations.overrideHash]: overridesHash(spec.resourceOverrideSnapshots as readonly unknown[] | undefined),
        [annotations.clusterOverrideHash]: overridesHash(spec.clusterResourceOverrideSnapshots as readonly unknown[] | undefined),
      },
    },
    spec: { applyStrategy: spec.applyStrategy, workload: manifests.length === 0 ? {} : { manifests } },
  }
}

interface Opening {
  readonly envelope: KubernetesObject
  readonly client: Client
  readonly overrides: BindingOverrides
  readonly member: KubernetesObject
}

async function envelopeWork(binding: KubernetesObject, master: KubernetesObject, opening: Opening): Promise<KubernetesObject> {
  const { kind, metadata } = opening.envelope
  const { name: envelopeName = '', namespace } = metadata
  const suffix = hashOfText(`${kind}/${namespace ?? ''}/${envelopeName}`).slice(0, 16)
  return workObject(binding, master, {
    name: `${baseName(binding)}-work-envelope-${suffix}`,
    manifests: await contentsOf(opening),
    labels: {
      [labels.envelopeType]: kind,
      [labels.envelopeName]: envelopeName,
      ...(namespace === undefined ? {} : { [labels.envelopeNamespace]: namespace }),
    },
  })
}

/** What is in an envelope, checked against the sort of envelope that it is. */
async function contentsOf({ envelope, client, overrides, member }: Opening): Promise<readonly KubernetesObject[]> {
  const objects: KubernetesObject[] = []
  const { namespace } = envelope.metadata
  const envelopeName = namespace === undefined ? envelope.metadata.name : `${namespace}/${envelope.metadata.name}`
  for (const [key, value] of Object.entries((at(envelope, 'data') ?? {}) as JsonObject)) {
    const object = value as unknown as KubernetesObject
    const resource = await client.resourceFor(object.apiVersion, object.kind)
    const isNamespaced = resource?.namespaced ?? object.metadata.namespace !== undefined
    const what = `${key} (${object.metadata.namespace === undefined ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`})`
    if (namespace === undefined && isNamespaced)
      throw new EnvelopeError(`a namespaced object ${what} has been wrapped in a cluster resource envelope ${envelopeName}`)
    if (namespace !== undefined && !isNamespaced)
      throw new EnvelopeError(`a cluster scope object ${what} has been wrapped in a resource envelope ${envelopeName}`)
    if (namespace !== undefined && object.metadata.namespace !== namespace)
      throw new EnvelopeError(`a namespaced object ${what} in has been wrapped in a resource envelope from another namespace (${envelopeName})`)
    objects.push(object)
  }
  const inOrder = objects.map((object) => ({ object, text: goJson(object) })).sort((a, b) => (a.text < b.text ? 1 : -1))
  return inOrder.flatMap(({ object }) => overridden(object, overrides, member) ?? [])
}
