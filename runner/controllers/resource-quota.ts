// Writes what a namespace uses into the status of its quotas.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { everyResource } from '../kubernetes/client.ts'
import { inScope, kindsFor, quantityText, totalUsage } from '../kubernetes/kinds/quota/usage.ts'
import { at, type KubernetesObject, parseKey } from '../kubernetes/object.ts'
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

/** Only what comes or goes changes a count, and pods that end. */
function changedNamespace(object: KubernetesObject, change: string, old: KubernetesObject | undefined): readonly string[] {
  const { namespace } = object.metadata
  if (namespace === undefined || uncounted.has(object.kind)) return []
  const ended = object.kind === 'Pod' && object.apiVersion === 'v1' && old && isDone(object as Pod) !== isDone(old as Pod)
  return change !== 'MODIFIED' || ended || object.kind === 'PersistentVolumeClaim' || object.kind === 'Service' ? [`${namespace}/*`] : []
}

async function count(quota: KubernetesObject, { client }: ControllerContext): Promise<void> {
  const hard = at(quota, 'spec', 'hard')
  const names = isObject(hard) ? Object.keys(hard) : []
  const objects: KubernetesObject[] = []
  for (const [apiVersion, kind] of kindsFor(names)) {
    const resource = await client.resourceFor(apiVersion, kind)
    if (resource) objects.push(...(await client.list(resource, { namespace: quota.metadata.namespace ?? '' })).items)
  }
  const used = totalUsage(
    names,
    objects.filter((object) => inScope(quota, object)),
  )
  const status: JsonObject = { hard: hard ?? {}, used: Object.fromEntries(Object.entries(used).map(([name, quantity]) => [name, quantityText(quantity)])) }
  if (!equal(quota.status ?? {}, status)) await client.update(resourceQuotas, { ...quota, status }, { subresource: 'status' })
}
