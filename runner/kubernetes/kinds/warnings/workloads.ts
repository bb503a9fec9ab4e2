// Kinds that make pods from a template (`pkg/registry/{apps,batch,core}/*/strategy.go`): an update warns of a template again
// only if it is a new generation.
import type { JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../object.ts'
import { child, item } from '../validation/findings.ts'
import { isDns1123Label } from '../validation/names.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { templateWarnings } from './pod-spec.ts'
import type { Warnings } from './shapes.ts'
import { claimSpecWarnings } from './volumes.ts'

/** A Deployment, ReplicaSet or ReplicationController. */
export function* replicatedWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  if (!old) yield* nameWarnings(object)
  if (isNewGeneration(object, old)) yield* templateWarnings('spec.template', fields(object.spec).template)
}

/** A ReplicationController. Its update is told of the template that was before: the server has the two the wrong way round. */
export function* controllerWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  if (!old) yield* replicatedWarnings(object)
  else if (isNewGeneration(object, old)) yield* templateWarnings('spec.template', fields(old.spec).template)
}

const templateGeneration = 'deprecated.daemonset.template.generation'

/** A DaemonSet, which counts the generations of its template. */
export function* daemonSetWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  if (object.metadata.annotations?.[templateGeneration] === old?.metadata.annotations?.[templateGeneration]) return
  yield* templateWarnings('spec.template', fields(object.spec).template)
}

/** A StatefulSet. The claims' paths are those of the server: an update has one word more. */
export function* statefulSetWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  const { template, volumeClaimTemplates, revisionHistoryLimit } = fields(object.spec)
  if (isNewGeneration(object, old)) yield* templateWarnings('spec.template', template)
  for (const [index, claim] of objects(volumeClaimTemplates).entries()) {
    const path = item('spec.volumeClaimTemplates', index)
    yield* claimSpecWarnings(old ? child(path, 'Spec') : path, fields(claim.spec))
  }
  if (present(revisionHistoryLimit) && number(revisionHistoryLimit) < 0)
    yield 'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'
}

/** A PodTemplate. */
export function* podTemplateWarnings(object: KubernetesObject & { readonly template?: unknown }, old?: KubernetesObject): Warnings {
  if (isNewGeneration(object, old)) yield* templateWarnings('template', object.template)
}

/** A Job. */
export function* jobWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  if (!old) yield* nameWarnings(object)
  if (isNewGeneration(object, old)) yield* jobSpecWarnings('spec', fields(object.spec))
}

/** A CronJob. Only an update tells of a time zone within the schedule: a create refuses it. */
export function* cronJobWarnings(object: KubernetesObject, old?: KubernetesObject): Warnings {
  const { jobTemplate, schedule } = fields(object.spec)
  if (!old) yield* nameWarnings(object)
  if (isNewGeneration(object, old)) yield* jobSpecWarnings('spec.jobTemplate.spec', fields(fields(jobTemplate).spec))
  if (old && text(schedule).includes('TZ'))
    yield 'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
}

const [manyCompletions, muchParallelism] = [100_000, 10_000]

function* jobSpecWarnings(path: string, spec: JsonObject): Warnings {
  if (spec.completionMode === 'Indexed' && number(spec.completions) > manyCompletions && number(spec.parallelism) > muchParallelism)
    yield `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`
  yield* templateWarnings(child(path, 'template'), spec.template)
}

function* nameWarnings({ metadata: { name = '' } }: KubernetesObject): Warnings {
  const problems = isDns1123Label(name)
  if (problems.length > 0)
    yield `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`
}

function isNewGeneration({ metadata }: KubernetesObject, old: KubernetesObject | undefined): boolean {
  return old === undefined || metadata.generation !== old.metadata.generation
}
