// Signs approved requests with the cluster's authority, and clears away old ones (controller-manager `certificates/signer`, `certificates/cleaner`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../../kubernetes/object.ts'
import { type ControllerContext, defineController, type ReconcileResult } from '../controller.ts'
import { certificateSigningRequests } from '../resources.ts'
import { conditionsOf, isOwnSigner, refusalOf, requestOf } from './request.ts'

const year = 31_536_000
const hour = 3_600_000
/** How long a request stays: approved or denied, and while nobody decides. */
const kept = { decided: hour, pending: 24 * hour }

export const certificateSigner = defineController({
  name: 'certificatesigningrequest-signing-controller',
  watches: [{ resource: certificateSigningRequests, keys: ({ metadata }, change) => (change === 'DELETED' ? [] : [metadata.name ?? '']) }],
  async reconcile(name: string, context: ControllerContext) {
    const request = await context.client.get(certificateSigningRequests, { name })
    if (!request) return undefined
    const has = (type: string): boolean => conditionsOf(request).some((condition) => condition.type === type)
    if (has('Approved') && !has('Denied') && !has('Failed') && at(request, 'status', 'certificate') === undefined) await sign(request, context)
    return clean(request, has('Approved') || has('Denied') || has('Failed'), context)
  },
})

async function sign(found: KubernetesObject, { client, clock, authority }: ControllerContext): Promise<void> {
  const signer = String(at(found, 'spec', 'signerName') ?? '')
  if (!isOwnSigner(signer) || !authority) return
  const asked: Json = at(found, 'spec', 'usages') ?? []
  const usages = Array.isArray(asked) ? asked.map(String) : []
  const request = requestOf(found)
  const refusal = request ? refusalOf(request, signer, usages) : 'unable to parse the request'
  const status = isObject(found.status) ? found.status : {}
  const time = formatTime(clock.now())
  if (!request || refusal !== undefined) {
    const failed: JsonObject = {
      type: 'Failed',
      status: 'True',
      reason: 'SignerValidationFailure',
      message: refusal ?? '',
      lastUpdateTime: time,
      lastTransitionTime: time,
    }
    await client.update(
      certificateSigningRequests,
      { ...found, status: { ...status, conditions: [...conditionsOf(found), failed] } },
      { subresource: 'status' },
    )
    return
  }
  const seconds = Math.min(Number(at(found, 'spec', 'expirationSeconds') ?? year), year)
  const certificate = authority.sign(request, { from: clock.now() - 300_000, to: clock.now() + seconds * 1000, usages })
  await client.update(certificateSigningRequests, { ...found, status: { ...status, certificate: btoa(certificate) } }, { subresource: 'status' })
}

async function clean(request: KubernetesObject, decided: boolean, { client, clock }: ControllerContext): Promise<ReconcileResult | undefined> {
  const age = clock.now() - Date.parse(request.metadata.creationTimestamp ?? '')
  const left = (decided ? kept.decided : kept.pending) - age
  if (left > 0) return { requeueAfter: left }
  await client.delete(certificateSigningRequests, { name: request.metadata.name ?? '' })
  return undefined
}
