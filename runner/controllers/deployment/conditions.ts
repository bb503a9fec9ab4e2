// A Deployment's conditions: set as the real controller sets them, which also decides their order.
import { formatTime } from '../../kubernetes/object.ts'
import { deployments } from '../resources.ts'
import type { Deployment, DeploymentCondition, DeploymentWork } from './shape.ts'

/** The condition of a type. */
export function conditionOf(conditions: readonly DeploymentCondition[] | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** A new condition of this moment. */
export function newCondition(now: number, [type, status, reason, message]: readonly [string, string, string, string]): DeploymentCondition {
  const time = formatTime(now)
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message }
}

/** Sets a condition: unchanged with the same status and reason; else it goes to the end and keeps its transition time if its status is the same. */
export function setCondition(conditions: readonly DeploymentCondition[], condition: DeploymentCondition): readonly DeploymentCondition[] {
  const known = conditionOf(conditions, condition.type)
  if (known && known.status === condition.status && known.reason === condition.reason) return conditions
  const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : condition.lastTransitionTime
  return [...removeCondition(conditions, condition.type), { ...condition, lastTransitionTime }]
}

/** Conditions without those of a type. */
export function removeCondition(conditions: readonly DeploymentCondition[], type: string): readonly DeploymentCondition[] {
  return conditions.filter((condition) => condition.type !== type)
}

/** True if the Deployment is watched for progress. */
export function hasProgressDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds < 2 ** 31 - 1
}

/** Says in the Progressing condition that the Deployment was paused or resumed, so that a pause does not count against the deadline. */
export async function checkPaused({ deployment, context }: DeploymentWork): Promise<Deployment> {
  if (!hasProgressDeadline(deployment)) return deployment
  const conditions = deployment.status?.conditions ?? []
  const known = conditionOf(conditions, 'Progressing')
  if (known?.reason === 'ProgressDeadlineExceeded') return deployment
  const marked = known?.reason === 'DeploymentPaused'
  const { paused = false } = deployment.spec
  if (paused === marked) return deployment
  const [reason, message] = paused ? ['DeploymentPaused', 'Deployment is paused'] : ['DeploymentResumed', 'Deployment is resumed']
  const next = setCondition(conditions, newCondition(context.clock.now(), ['Progressing', 'Unknown', reason, message] as [string, string, string, string]))
  const written = await context.client.update(deployments, { ...deployment, status: { ...deployment.status, conditions: next } }, { subresource: 'status' })
  return written as Deployment
}
