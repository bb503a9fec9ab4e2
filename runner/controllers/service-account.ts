// Gives every namespace its ServiceAccount `default`.
import { type ControllerContext, defineController } from './controller.ts'
import { namespaces, serviceAccounts } from './resources.ts'

export const serviceAccountController = defineController({
  name: 'serviceaccount-controller',
  watches: [
    { resource: namespaces, keys: (object, change) => (change === 'DELETED' ? [] : [object.metadata.name ?? '']) },
    {
      resource: serviceAccounts,
      keys: (object, change) => (change === 'DELETED' && object.metadata.name === 'default' ? [object.metadata.namespace ?? ''] : []),
    },
  ],
  async reconcile(namespace: string, { client }: ControllerContext) {
    const found = await client.get(namespaces, { name: namespace })
    if (!found || found.metadata.deletionTimestamp !== undefined) return undefined
    if (await client.get(serviceAccounts, { namespace, name: 'default' })) return undefined
    await client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
    return undefined
  },
})
