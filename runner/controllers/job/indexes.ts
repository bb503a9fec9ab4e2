// Completion indexes of Jobs: where a pod bears its number, and lists of numbers as `0-2,5`.
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import type { Pod } from '../pods.ts'

/** Annotation and label of a pod's number. */
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

/** A pod's number; NaN if it has none. */
export function indexOf({ metadata }: Pod): number {
  return Number(metadata.annotations?.[indexAnnotation])
}

/** Numbers as a Job's status has them: runs of three and more as `first-last`. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const runs: number[][] = []
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && last.at(-1) === index - 1) last.push(index)
    else runs.push([index])
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',')
}

/** The numbers of `0-2,5`. */
export function parseIndexes(text: string): readonly number[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, offset) => first + offset)
    })
}

const indexVariable: JsonObject = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${indexAnnotation}']` } } }

/** Containers that are told their number, unless they are told something else by that name. */
export function withIndex(pod: KubernetesObject): JsonObject {
  const told = (list: 'containers' | 'initContainers'): JsonObject => {
    const containers = at(pod, 'spec', list)
    if (!Array.isArray(containers)) return {}
    return { [list]: containers.map((container) => (isObject(container) ? withVariable(container) : container)) }
  }
  return { ...told('initContainers'), ...told('containers') }
}

function withVariable(container: JsonObject): JsonObject {
  const env = Array.isArray(container.env) ? container.env : []
  return env.some((each) => at(each, 'name') === indexVariable.name) ? container : { ...container, env: [...env, indexVariable] }
}
