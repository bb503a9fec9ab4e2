// Finds the ReplicaSet of a Deployment's present template, makes it where there is none, and numbers revisions.
import { equal, type JsonObject } from '../../base/json.ts'
import { type KubernetesObject, keyOf } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import { controllerReference } from '../owners.ts'
import type { ReplicaSet } from '../replica-set.ts'
import { deployments, replicaSets } from '../resources.ts'
import { templateHash } from '../template-hash/template-hash.ts'
import { conditionOf, hasProgressDeadline, newCondition, setCondition } from './conditions.ts'
import {
  byAge,
  type Deployment,
  type DeploymentWork,
  desiredAnnotation,
  hashLabel,
  historyAnnotation,
  maximumAnnotation,
  newSize,
  type ReplicaSets,
  revisionAnnotation,
  sizeAnnotations,
} from './shape.ts'

/** Annotations of a Deployment that its ReplicaSets do not take over. */
const ownAnnotations = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maximumAnnotation,
  'deprecated.deployment.rollback.to',
]

/** The ReplicaSets of a Deployment with revisions brought up to date; with `make` the present one is made if it is missing. */
export async function allReplicaSets(work: DeploymentWork, { make }: { make: boolean }): Promise<ReplicaSets> {
  const { deployment, sets } = work
  const sorted = [...sets].sort(byAge)
  const found = sorted.find((set) => sameTemplate(set.spec.template, deployment.spec.template))
  const old = sorted.filter((set) => set !== found)
  const revision =
    (old
      .map(revisionOf)
      .toSorted((one, other) => (one < other ? -1 : 1))
      .at(-1) ?? 0n) + 1n
  const current = found ? await numberAgain(work, found, revision) : make ? await makeCurrent(work, old, revision) : undefined
  return { current, old }
}

/** The revision that a ReplicaSet or Deployment carries: a whole number of 64 bits, 0 where there is none. */
export function revisionOf(object: KubernetesObject): bigint {
  return readRevision(object.metadata.annotations?.[revisionAnnotation])
}

function readRevision(text: string | undefined): bigint {
  return text !== undefined && /^\d+$/.test(text) ? BigInt(text) : 0n
}

function sameTemplate(a: JsonObject, b: JsonObject): boolean {
  return equal(withoutHash(a), withoutHash(b))
}

function withoutHash(template: JsonObject): JsonObject {
  const metadata = (template.metadata ?? {}) as JsonObject
  const { [hashLabel]: _, ...labels } = (metadata.labels ?? {}) as JsonObject
  return { ...template, metadata: { ...metadata, labels } }
}

async function numberAgain(work: DeploymentWork, set: ReplicaSet, revision: bigint): Promise<ReplicaSet> {
  const { deployment, context } = work
  const annotations = annotationsFor(deployment, set.metadata.annotations ?? {}, revision)
  const { minReadySeconds } = deployment.spec
  if (!equal(annotations, set.metadata.annotations ?? {}) || (minReadySeconds ?? 0) !== (set.spec.minReadySeconds ?? 0)) {
    const { minReadySeconds: _, ...spec } = set.spec
    const changed = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...spec, ...(minReadySeconds !== undefined && { minReadySeconds }) } }
    return (await context.client.update(replicaSets, changed)) as ReplicaSet
  }
  const missing = hasProgressDeadline(deployment) && !conditionOf(deployment.status?.conditions, 'Progressing')
  const message = `Found new replica set "${set.metadata.name}"`
  await writeRevision(work, String(revisionOf(set)), missing ? ['Progressing', 'True', 'FoundNewReplicaSet', message] : undefined)
  return set
}

/** Writes the Deployment's own revision, and a condition with it, if either is new. */
async function writeRevision(work: DeploymentWork, revision: string, condition?: readonly [string, string, string, string]): Promise<void> {
  const { deployment, context } = work
  const { metadata, status } = deployment
  if (metadata.annotations?.[revisionAnnotation] === revision && !condition) return
  const conditions = condition ? setCondition(status?.conditions ?? [], newCondition(context.clock.now(), condition)) : status?.conditions
  const changed = {
    ...deployment,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [revisionAnnotation]: revision } },
    status: { ...status, ...(conditions && { conditions }) },
  }
  work.deployment = (await context.client.update(deployments, changed, { subresource: 'status' })) as Deployment
}

/** A ReplicaSet's annotations: the Deployment's, its revision, and the revisions that it had before. */
function annotationsFor(deployment: Deployment, known: Readonly<Record<string, string>>, revision: bigint): Readonly<Record<string, string>> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !ownAnnotations.includes(name))
  const before = readRevision(known[revisionAnnotation])
  const annotations = { ...known, ...Object.fromEntries(copied) }
  if (before >= revision) return annotations
  const history = before > 0n ? { [historyAnnotation]: [...(known[historyAnnotation]?.split(',') ?? []), String(before)].join(',') } : {}
  return { ...annotations, [revisionAnnotation]: String(revision), ...history }
}

async function makeCurrent(work: DeploymentWork, old: readonly ReplicaSet[], revision: bigint): Promise<ReplicaSet> {
  const { deployment, context } = work
  const wanted = newReplicaSet(deployment, revision)
  const replicas = newSize(deployment, { current: { ...wanted, spec: { ...wanted.spec, replicas: 0 } }, old })
  const object = { ...wanted, spec: { ...wanted.spec, replicas } }
  const { made, existed } = await create(work, object)
  if (!existed && replicas > 0)
    await context.event(deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled up replica set ${made.metadata.name} from 0 to ${replicas}`,
    })
  const message = `Created new replica set "${made.metadata.name}"`
  const told = !existed && hasProgressDeadline(deployment)
  await writeRevision(work, String(revision), told ? ['Progressing', 'True', 'NewReplicaSetCreated', message] : undefined)
  return made
}

function newReplicaSet(deployment: Deployment, revision: bigint): ReplicaSet {
  const { spec, status, metadata } = deployment
  const hash = templateHash(spec.template, status?.collisionCount)
  const templateMetadata = (spec.template.metadata ?? {}) as JsonObject
  const labels = { ...(templateMetadata.labels as Record<string, string> | undefined), [hashLabel]: hash }
  const { matchLabels } = spec.selector
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: { ...annotationsFor(deployment, {}, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      ...(spec.minReadySeconds !== undefined && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...(matchLabels as JsonObject | undefined), [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...templateMetadata, labels } },
    },
  }
}

/** Creates the ReplicaSet; one of the same name and template is ours, one with another template makes a new hash. */
async function create(work: DeploymentWork, wanted: ReplicaSet): Promise<{ made: ReplicaSet; existed: boolean }> {
  const { deployment, context } = work
  try {
    return { made: (await context.client.create(replicaSets, wanted)) as ReplicaSet, existed: false }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    if (error.reason !== 'AlreadyExists') await reportFailure(work, wanted, error)
    const stored = error.reason === 'AlreadyExists' ? ((await context.client.get(replicaSets, keyOf(wanted))) as ReplicaSet | undefined) : undefined
    const ours = stored?.metadata.ownerReferences?.some(({ uid, controller }) => controller && uid === deployment.metadata.uid)
    if (stored && ours && sameTemplate(stored.spec.template, deployment.spec.template)) return { made: stored, existed: true }
    if (stored) {
      const status = { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 }
      await context.client.update(deployments, { ...deployment, status }, { subresource: 'status' })
    }
    throw error
  }
}

async function reportFailure({ deployment, context }: DeploymentWork, wanted: ReplicaSet, error: StatusError): Promise<void> {
  if (error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')) return
  const reason = 'ReplicaSetCreateError'
  const message = `Failed to create new replica set "${wanted.metadata.name}": ${error.message}`
  if (hasProgressDeadline(deployment)) {
    const condition = newCondition(context.clock.now(), ['Progressing', 'False', reason, message])
    const status = { ...deployment.status, conditions: setCondition(deployment.status?.conditions ?? [], condition) }
    await context.client.update(deployments, { ...deployment, status }, { subresource: 'status' }).catch(() => undefined)
  }
  await context.event(deployment, { type: 'Warning', reason, message })
}
