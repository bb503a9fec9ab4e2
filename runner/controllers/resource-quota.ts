// Writes what a namespace uses into the status of its quotas.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { type Client, everyResource } from '../kubernetes/client.ts'
import { countedKinds, countName, inScope, kindsFor, type MoreKinds, quantityText, totalUsage } from '../kubernetes/kinds/quota/usage.ts'
import { apiVersionOf, at, type KubernetesObject, parseKey } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { isDone, type Pod } from './pods.ts'
import { resourceQuotas } from './resources.ts'

const uncounted = new Set(['Event', 'Lease', 'EndpointSlice', 'Endpoints', 'Node', 'ControllerRevision', 'PodMetrics'])

export const resourceQuotaController = defineController({
  name: 'resourcequota-controller',
  watches: [{ resource: resourceQuotas }, { resource: everyResource, keys: changedNamespace }],
  async reconcile(key: string, context: ControllerContext) {
    const { client } = context
    if (key.endsWith('/*')) {
      const { namespace = '' } = parseKey(key)
      for (const quota of (await client.list(resourceQuotas, { namespace })).items) await count(quota, context)
      return undefined
    }
    const quota = await client.get(resourceQuotas, parseKey(key))
    if (quota) await count(quota, context)
    return undefined
  },
})

/** Only what comes or goes changes a count, and pods that end or ask for something else. */
function changedNamespace(object: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const { namespace } = object.metadata
  if (namespace === undefined || uncounted.has(object.kind)) return []
  const pod = object.kind === 'Pod' && object.apiVersion === 'v1' && old
  const differs = pod && (isDone(object as Pod) !== isDone(old as Pod) || !equal((object as Pod).spec as JsonObject, (old as Pod).spec as JsonObject))
  return change !== 'MODIFIED' || differs || object.kind === 'PersistentVolumeClaim' || object.kind === 'Service' ? [`${namespace}/*`] : []
}

/** Kinds beside the built-in ones that these names count. */
async function countable(client: Client, names: readonly string[]): Promise<MoreKinds> {
  const wanted = new Set(names.filter((name) => name.startsWith('count/')).map((name) => name.slice('count/'.length)))
  if ([...wanted].every((name) => name in countedKinds)) return {}
  const found = (await client.resources()).filter((resource) => wanted.has(countName(resource)))
  return Object.fromEntries(found.map((resource) => [countName(resource), [apiVersionOf(resource), resource.kind] as const]))
}

async function count(quota: KubernetesObject, { client }: ControllerContext): Promise<void> {
  const hard = at(quota, 'spec', 'hard')
  const names = isObject(hard) ? Object.keys(hard) : []
  const objects: KubernetesObject[] = []
  const known = await countable(client, names)
  for (const [apiVersion, kind] of kindsFor(names, known)) {
    const resource = await client.resourceFor(apiVersion, kind)
    if (resource) objects.push(...(await client.list(resource, { namespace: quota.metadata.namespace ?? '' })).items)
  }
  const used = totalUsage(
    names,
    objects.filter((object) => inScope(quota, object)),
    known,
  )
  const status: JsonObject = { hard: hard ?? {}, used: Object.fromEntries(Object.entries(used).map(([name, quantity]) => [name, quantityText(quantity)])) }
  if (!equal(quota.status ?? {}, status)) await client.update(resourceQuotas, { ...quota, status }, { subresource: 'status' })
}
