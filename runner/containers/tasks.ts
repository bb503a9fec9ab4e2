// The processes of a pod's containers as `ps` shows them.
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { seenFrom } from './container.ts'
import { userOf } from './environment.ts'
import { nameOf } from './files.ts'
import { imageOf } from './images/table.ts'
import { shownAs, wordsOf } from './plan.ts'
import { containerOf, runningSince } from './pod.ts'
import type { Task } from './process.ts'

/** The first processes of the containers that one of them sees, and what nginx starts beside its own. */
export function tasksOf(pod: KubernetesObject, name: string): readonly Task[] {
  const tasks: Task[] = at(pod, 'spec', 'shareProcessNamespace') === true ? [{ pid: 1, user: '65535', command: '/pause' }] : []
  for (const each of seenFrom(pod, name)) {
    const container = containerOf(pod, each)
    if (!container || runningSince(pod, each) === undefined) continue
    const words = shownAs(wordsOf(container, imageOf(container.image)))
    const nginx = nameOf(words[0] ?? '') === 'nginx'
    const command = nginx ? `nginx: master process ${words.join(' ')}` : words.join(' ').replaceAll('\n', ' ')
    const { uid } = userOf(pod, container, imageOf(container.image))
    tasks.push({ pid: tasks.length === 0 ? 1 : tasks.length * 7, user: uid === 0 ? 'root' : String(uid), command, first: each })
    const user = container.image.includes('alpine') ? 'nginx' : '101'
    if (nginx) for (const worker of [29, 30]) tasks.push({ pid: worker + tasks.length - 1, user, command: 'nginx: worker process' })
  }
  return tasks
}
