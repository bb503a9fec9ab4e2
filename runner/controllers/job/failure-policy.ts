// What a Job's podFailurePolicy makes of a failed pod.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import type { Pod } from '../pods.ts'
import type { FailureRule, Job } from './shape.ts'

/** The action of the first rule that matches, in whose words a Job fails. */
export interface Judgement {
  readonly action: string
  readonly message: string
}

/** What the first matching rule says of a failed pod; without one it counts. */
export function judge(job: Job, pod: Pod): Judgement {
  const rules = job.spec.podFailurePolicy?.rules ?? []
  for (const [index, rule] of rules.entries()) {
    const why = match(rule, pod)
    if (why !== undefined) return { action: rule.action, message: `${why} matching ${rule.action} rule at index ${index}` }
  }
  return { action: 'Count', message: '' }
}

function match({ onExitCodes, onPodConditions = [] }: FailureRule, pod: Pod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  const condition = onPodConditions.find((each) => pod.status?.conditions?.some(({ type, status }) => type === each.type && status === (each.status ?? 'True')))
  if (condition) return `Pod ${name} has condition ${condition.type}`
  const container = onExitCodes && ended(pod).find((each) => failsBy(onExitCodes, each))
  return container && `Container ${container.name} for pod ${name} failed with exit code ${container.code}`
}

function failsBy(rule: NonNullable<FailureRule['onExitCodes']>, { name, code }: { readonly name: string; readonly code: number }): boolean {
  if (code === 0 || (rule.containerName !== undefined && rule.containerName !== name)) return false
  return rule.values.includes(code) === (rule.operator === 'In')
}

function ended({ status }: Pod): readonly { readonly name: string; readonly code: number }[] {
  const initial = Array.isArray(status?.initContainerStatuses) ? status.initContainerStatuses.filter(isObject) : []
  return [...(status?.containerStatuses ?? []), ...initial].flatMap((container: JsonObject) => {
    const code = at(container, 'state', 'terminated', 'exitCode')
    return typeof code === 'number' ? [{ name: String(container.name), code }] : []
  })
}
