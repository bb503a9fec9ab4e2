// What a pod warns of (`pkg/registry/core/pod/strategy.go`). An update of a pod warns of nothing: it is a machine that writes it.
import type { KubernetesObject } from '../../object.ts'
import { child, item } from '../validation/findings.ts'
import { isDns1123Label } from '../validation/names.ts'
import { fields, objects, text } from '../validation/read.ts'
import { addressWarnings } from './addresses.ts'
import { podSpecWarnings } from './pod-spec.ts'
import type { Warnings } from './shapes.ts'

/** A new pod: its name, which becomes a hostname, and its spec. */
export function* podWarnings(pod: KubernetesObject, old?: KubernetesObject): Warnings {
  if (old) return
  const problems = isDns1123Label(pod.metadata.name ?? '')
  if (problems.length > 0)
    yield `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`
  yield* podSpecWarnings('', { metadata: fields(pod.metadata), spec: fields(pod.spec) })
}

/** Addresses that a kubelet reports. */
export function* podStatusWarnings({ status }: KubernetesObject): Warnings {
  for (const list of ['podIPs', 'hostIPs'])
    for (const [index, address] of objects(fields(status)[list]).entries())
      yield* addressWarnings(child(item(child('status', list), index), 'ip'), text(address.ip))
}
