// ControllerRevisions: the templates that a StatefulSet or DaemonSet had, kept for `kubectl rollout undo`.
import { equal, type JsonObject, sortKeys } from '../base/json.ts'
import type { Client } from '../kubernetes/client.ts'
import { type KubernetesObject, keyOf } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { claim, controllerReference } from './owners.ts'
import { controllerRevisions } from './resources.ts'

/** A stored template and its number. */
export interface Revision extends KubernetesObject {
  readonly data: JsonObject
  readonly revision: number
}

/** How the owners of a kind name their revisions. */
interface Naming {
  readonly hash: (data: JsonObject, collisions: number) => string
  readonly labels: (hash: string) => Readonly<Record<string, string>>
}

/** The hash that a revision's name ends with. */
export function hashOf(revision: Revision): string {
  return revision.metadata.labels?.['controller.kubernetes.io/hash'] ?? revision.metadata.labels?.['controller-revision-hash'] ?? ''
}

/** The revisions of an owner, oldest first. */
export async function revisionsOf(client: Client, owner: KubernetesObject): Promise<readonly Revision[]> {
  const { items } = await client.list(controllerRevisions, { namespace: owner.metadata.namespace ?? '' })
  const mine = (await claim(client, owner, { resource: controllerRevisions, objects: items })) as readonly Revision[]
  return [...mine].sort((a, b) => a.revision - b.revision)
}

/** The revision of the owner's present template, with the keys of its data in order, since clients compare it byte by byte: an equal one is numbered anew, else one is made. `hash`: what a new one's name ends with after so many collisions; `labels`: those of a new one beside its template's. */
export async function presentRevision(
  client: Client,
  owner: KubernetesObject,
  { known, ...naming }: Naming & { known: readonly Revision[] },
): Promise<Revision> {
  const { template } = owner.spec as { template: JsonObject }
  const data = sortKeys({ spec: { template: { ...template, $patch: 'replace' } } }) as JsonObject
  const last = known.at(-1)
  const same = known.findLast((revision) => equal(revision.data, data))
  if (same && same === last) return same
  const number = (last?.revision ?? 0) + 1
  if (same) return (await client.update(controllerRevisions, { ...same, revision: number } as KubernetesObject)) as Revision
  return make(client, owner, { data, number, ...naming })
}

async function make(
  client: Client,
  owner: KubernetesObject,
  { data, number, hash: hashAfter, labels }: Naming & { data: JsonObject; number: number },
): Promise<Revision> {
  const templateLabels = ((data.spec as { template: { metadata?: { labels?: Record<string, string> } } }).template.metadata?.labels ?? {}) as Record<
    string,
    string
  >
  for (let collisions = 0; ; collisions += 1) {
    const hash = hashAfter(data, collisions)
    const metadata = {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...templateLabels, ...labels(hash) },
      ...(owner.metadata.annotations && { annotations: owner.metadata.annotations }),
      ownerReferences: [controllerReference(owner)],
    }
    try {
      return (await client.create(controllerRevisions, { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, data, revision: number })) as Revision
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists' || collisions > 10) throw error
    }
  }
}

/** Deletes the oldest revisions beyond the limit; those in `live` stay. */
export async function trimRevisions(client: Client, known: readonly Revision[], { limit, live }: { limit: number; live: ReadonlySet<string> }): Promise<void> {
  const unused = known.filter(({ metadata }) => !live.has(metadata.name ?? ''))
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) await client.delete(controllerRevisions, keyOf(revision))
}
