// Approves by itself what kubelets ask for (controller-manager `certificates/approver`).
import { isObject, type JsonObject } from '../../base/json.ts'
import { at, formatTime } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController } from '../controller.ts'
import { certificateSigningRequests } from '../resources.ts'
import { conditionsOf, requestOf } from './request.ts'

export const certificateApprover = defineController({
  name: 'certificatesigningrequest-approving-controller',
  watches: [{ resource: certificateSigningRequests, keys: ({ metadata }, change) => (change === 'DELETED' ? [] : [metadata.name ?? '']) }],
  async reconcile(name: string, { client, clock }: ControllerContext) {
    const found = await client.get(certificateSigningRequests, { name })
    if (!found || conditionsOf(found).some(({ type }) => type === 'Approved' || type === 'Denied')) return undefined
    const request = requestOf(found)
    if (!request || at(found, 'spec', 'signerName') !== 'kubernetes.io/kube-apiserver-client-kubelet') return undefined
    const groups = at(found, 'spec', 'groups')
    const bootstraps = Array.isArray(groups) && (groups.includes('system:bootstrappers') || groups.includes('system:nodes'))
    if (!bootstraps || !request.commonName.startsWith('system:node:') || !request.organizations.includes('system:nodes')) return undefined
    const time = formatTime(clock.now())
    const message = 'Auto approving kubelet client certificate after SubjectAccessReview.'
    const condition: JsonObject = { type: 'Approved', status: 'True', reason: 'AutoApproved', message, lastUpdateTime: time, lastTransitionTime: time }
    const status = { ...(isObject(found.status) ? found.status : {}), conditions: [...conditionsOf(found), condition] }
    await client.update(certificateSigningRequests, { ...found, status }, { subresource: 'approval' })
    return undefined
  },
})
