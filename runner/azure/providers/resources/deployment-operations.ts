// The steps of a deployment: one for each resource that it wrote, read from how far it has come.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, parentOf, type ResourceId, resourceId, typeOf } from '../../resource-id.ts'
import { type AzureContext, defineResourceType, propertiesOf } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'

/** `deployments/{d}/operations`. */
export const deploymentOperations = defineResourceType({
  type: 'Microsoft.Resources/deployments/operations',
  apiVersions: ['2025-04-01', '2024-11-01', '2024-03-01', '2022-09-01', '2021-04-01', '2020-10-01'],
  provisioned: false,
  missing: (id) => error(404, 'DeploymentOperationNotFound', `Deployment operation '${nameOf(id)}' could not be found.`),
  read: (id, context) => stepsOf(resourceId(parentOf(id) ?? ''), context).find(({ operationId }) => operationId === nameOf(id)),
  listVirtual: stepsOf,
})

function stepsOf(id: ResourceId, context: AzureContext): readonly JsonObject[] {
  const deployment = context.store.get(id)
  if (!deployment) throw error(404, 'DeploymentNotFound', `Deployment '${nameOf(id)}' could not be found.`)
  const progress = isObject(deployment.inner?.progress) ? deployment.inner.progress : {}
  const written = Object.entries(progress).map(([target, how]) => step(deployment, { target, state: how === 'there' ? 'Succeeded' : 'Running' }))
  const refused = detailsOf(deployment).map((problem) => step(deployment, { target: String(problem.target), state: 'Failed', problem }))
  const failed = new Set(refused.map(({ id: one }) => one))
  const ended = propertiesOf(deployment).provisioningState === 'Succeeded' ? [evaluation(deployment)] : []
  return [...refused, ...written.filter(({ id: one }) => !failed.has(one)), ...ended]
}

function detailsOf(deployment: Resource): JsonObject[] {
  const { error: problem } = propertiesOf(deployment)
  return isObject(problem) && Array.isArray(problem.details) ? problem.details.filter(isObject) : []
}

const codes: Readonly<Record<string, string>> = { Succeeded: 'Created', Running: 'Accepted', Failed: 'Conflict' }

function step(deployment: Resource, { target, state, problem }: { target: string; state: string; problem?: JsonObject }): JsonObject {
  const targetResource = { id: target, resourceType: typeOf(target), resourceName: nameOf(target) }
  const statusMessage =
    problem === undefined ? {} : { statusMessage: { status: 'Failed', error: { code: problem.code ?? '', message: problem.message ?? '' } } }
  return operation(deployment, target, {
    provisioningOperation: 'Create',
    provisioningState: state,
    statusCode: codes[state] ?? 'OK',
    targetResource,
    ...statusMessage,
  })
}

function evaluation(deployment: Resource): JsonObject {
  return operation(deployment, '', { provisioningOperation: 'EvaluateDeploymentOutput', provisioningState: 'Succeeded', statusCode: 'OK' })
}

/** Its id is one of the deployment's own, the same at every reading. */
function operation(deployment: Resource, target: string, facts: JsonObject): JsonObject {
  const correlationId = String(propertiesOf(deployment).correlationId ?? '')
  const operationId = target === '' ? '08585000000000000000' : hashed(`${correlationId}${target}`)
  const properties = {
    ...facts,
    timestamp: propertiesOf(deployment).timestamp ?? '',
    duration: 'PT1S',
    trackingId: correlationId,
    serviceRequestId: correlationId,
  }
  return { id: `${deployment.id}/operations/${operationId}`, operationId, properties }
}

function hashed(text: string): string {
  let hash = 2_166_136_261
  for (const letter of text) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return hash.toString(16).toUpperCase().padStart(16, '0')
}
