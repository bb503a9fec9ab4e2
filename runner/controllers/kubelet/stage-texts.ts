// What the kubelet's events and waiting states say, with names in angle brackets filled in.
import type { Container, Pod } from '../pods.ts'
import { pullFault } from './images.ts'
import { placed } from './state.ts'

interface Filling {
  readonly pod: Pod
  readonly container: Container
  readonly fault: string
}

/** What the names in angle brackets stand for in texts of stages. */
const fillers: Readonly<Record<string, (filling: Filling) => string>> = {
  Image: ({ container }) => container.image,
  PullFault: ({ container }) => pullFault(container.image),
  Container: ({ container }) => container.name,
  Pod: ({ pod }) => pod.metadata.name ?? '',
  Namespace: ({ pod }) => pod.metadata.namespace ?? '',
  Uid: ({ pod }) => pod.metadata.uid ?? '',
  BackOff: backOffOf,
  Fault: ({ fault }) => fault,
}

/** A text of a stage, of a container of a pod. */
export function fill(text: string, pod: Pod, rest: Omit<Filling, 'pod'>): string {
  return text.replace(/<(\w+)>/g, (whole, name: string) => fillers[name]?.({ pod, ...rest }) ?? whole)
}

function backOffOf({ pod, container }: Filling): string {
  const all = [...placed(pod, 'containers'), ...placed(pod, 'initContainers')]
  const count = Number(all.find((each) => each.container.name === container.name)?.status?.restartCount ?? 0)
  const seconds = Math.min(10 * 2 ** Math.max(count - 1, 0), 300)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
