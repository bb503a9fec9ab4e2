// Nothing is made in a namespace that is not there or that ends, and three namespaces never end.
import { at } from '../object.ts'
import { StatusError } from '../status-error.ts'
import type { AdmissionPlugin, AdmissionRequest } from './plugin.ts'
import { isWriteOf, refusal } from './refusal.ts'

const immortal = ['default', 'kube-system', 'kube-public']

export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  admit(request) {
    const { operation, key, context } = request
    if (operation === 'DELETE' && isWriteOf(request, '', 'namespaces') && immortal.includes(key.name))
      throw refusal(request, 'this namespace may not be deleted')
    if (!request.resource.namespaced || key.namespace === undefined || operation === 'DELETE') return undefined
    const namespace = context.get('v1', 'Namespace', { name: key.namespace })
    if (!namespace) throw new StatusError('NotFound', `namespaces "${key.namespace}" not found`, { details: { name: key.namespace, kind: 'namespaces' } })
    if (operation === 'CREATE' && at(namespace, 'status', 'phase') === 'Terminating') throw terminating(request, key.namespace)
    return undefined
  },
}

function terminating(request: AdmissionRequest, namespace: string): StatusError {
  const words = `unable to create new content in namespace ${namespace} because it is being terminated`
  return refusal(request, words, [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }])
}
