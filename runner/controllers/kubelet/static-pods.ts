// Pods that a node's kubelet has from files of its own. What the API server shows of them is a mirror: who deletes it stops nothing, and it comes back.
import { isObject, type Json } from '../../base/json.ts'
import { type KubernetesObject, parseKey } from '../../kubernetes/object.ts'
import { StatusError } from '../../kubernetes/status-error.ts'
import type { ControllerContext } from '../controller.ts'
import type { Pod } from '../pods.ts'
import { nodes, pods } from '../resources.ts'

/** True for the mirror of a static pod. */
export function isMirror({ metadata }: KubernetesObject): boolean {
  return metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}

const memoryKey = (key: string): string => `static ${key}`

/** Keeps what a mirror shows, for the time when it is gone. */
export function keepMirror(key: string, pod: Pod, { memory }: ControllerContext): void {
  const { name, namespace, labels, annotations, ownerReferences } = pod.metadata
  const { spec, status } = pod
  memory.set(memoryKey(key), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels, annotations, ownerReferences },
    spec,
    status,
  } as unknown as Json) // an interface has no index signature, which JSON's type asks for
}

/** Makes a mirror again that somebody deleted, while its node is there. */
export async function mirrorAgain(key: string, { client, memory }: ControllerContext): Promise<void> {
  const kept = memory.get(memoryKey(key))
  if (!isObject(kept)) return
  const { status, ...fresh } = kept as unknown as Pod & { readonly status: Json } // what `memory.set` above was given
  const { namespace = '' } = parseKey(key)
  const node = await client.get(nodes, { name: fresh.spec.nodeName ?? '' })
  if (!node) return void memory.set(memoryKey(key), undefined)
  try {
    const made = await client.create(pods, { ...fresh, metadata: { ...fresh.metadata, namespace } } as KubernetesObject)
    await client.update(pods, { ...made, status } as KubernetesObject, { subresource: 'status' })
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
  }
}
