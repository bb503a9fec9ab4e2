// Tells in a ValidatingAdmissionPolicy's status whether its expressions fit the kinds that it is about.
import { equal, isObject, type JsonObject } from '../base/json.ts'
import { typeChecking } from '../kubernetes/kinds/admissionregistration/type-check.ts'
import { defineController } from './controller.ts'
import { customResourceDefinitions, validatingAdmissionPolicies } from './resources.ts'

export const policyStatus = defineController({
  name: 'validatingadmissionpolicy-status-controller',
  watches: [{ resource: validatingAdmissionPolicies, keys: ({ metadata }, change) => (change === 'DELETED' ? [] : [metadata.name ?? '']) }],
  async reconcile(name: string, { client }) {
    const policy = await client.get(validatingAdmissionPolicies, { name })
    if (!policy) return undefined
    const known: JsonObject = isObject(policy.status) ? policy.status : {}
    const { items } = await client.list(customResourceDefinitions)
    const status: JsonObject = { ...known, observedGeneration: policy.metadata.generation, typeChecking: typeChecking(policy, items) }
    if (!equal(known, status)) await client.update(validatingAdmissionPolicies, { ...policy, status }, { subresource: 'status' })
    return undefined
  },
})
