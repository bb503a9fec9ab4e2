// Says of flow schemas whether the priority level that they name is there (apiserver `apf_controller.go`).
import { formatTime, type KubernetesObject } from '../kubernetes/object.ts'
import { type ControllerContext, defineController } from './controller.ts'
import { flowSchemas, priorityLevels } from './resources.ts'

interface FlowSchema extends KubernetesObject {
  readonly spec?: { readonly priorityLevelConfiguration?: { readonly name?: string } }
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message: string }[] }
}

const every = '*'

export const flowSchemaStatus = defineController({
  name: 'api-priority-and-fairness-config-consumer',
  watches: [{ resource: flowSchemas }, { resource: priorityLevels, keys: (_, change) => (change === 'MODIFIED' ? [] : [every]) }],
  async reconcile(key: string, { client, clock, enqueue }: ControllerContext) {
    if (key === every) {
      for (const { metadata } of (await client.list(flowSchemas)).items) enqueue(metadata.name ?? '')
      return undefined
    }
    const schema = (await client.get(flowSchemas, { name: key })) as FlowSchema | undefined
    if (!schema) return undefined
    const name = schema.spec?.priorityLevelConfiguration?.name ?? ''
    const found = (await client.get(priorityLevels, { name })) !== undefined
    const words = found ? 'and it exists' : 'but there is no such object'
    const message = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)} ${words}`
    const wanted = { type: 'Dangling', status: found ? 'False' : 'True', reason: found ? 'Found' : 'NotFound', message }
    const before = schema.status?.conditions?.find(({ type }) => type === 'Dangling')
    if (before?.status === wanted.status && before.message === message) return undefined
    const others = (schema.status?.conditions ?? []).filter(({ type }) => type !== 'Dangling')
    const conditions = [...others, { ...wanted, lastTransitionTime: formatTime(clock.now()) }]
    await client.update(flowSchemas, { ...schema, status: { ...schema.status, conditions } } as KubernetesObject, { subresource: 'status' })
    return undefined
  },
})
