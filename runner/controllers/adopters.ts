// Pods without a controller: whoever selects one looks at its own again, and may take it in.
import { at, type KubernetesObject, parseKey, type Resource } from '../kubernetes/object.ts'
import type { ControllerContext } from './controller.ts'
import { selects } from './owners.ts'
import { isActive, type Pod } from './pods.ts'
import { pods } from './resources.ts'

/** True for the key under which `ownerKeys` tells of an orphan. */
export function isOrphans(key: string): boolean {
  return key.endsWith('/*')
}

/** Wakes those of a kind in a namespace whose selector matches an orphan there. */
export async function findAdopters(
  resource: Resource,
  key: string,
  { client, enqueue }: ControllerContext,
  selectorOf: (owner: KubernetesObject) => unknown = (owner) => at(owner, 'spec', 'selector'),
): Promise<undefined> {
  const { namespace = '' } = parseKey(key)
  const { items } = await client.list(pods, { namespace })
  const orphans = items.filter((pod) => isActive(pod as Pod) && !pod.metadata.ownerReferences?.some(({ controller }) => controller))
  for (const owner of orphans.length === 0 ? [] : (await client.list(resource, { namespace })).items)
    if (orphans.some((pod) => selects(selectorOf(owner), pod))) enqueue(`${namespace}/${owner.metadata.name}`)
  return undefined
}
