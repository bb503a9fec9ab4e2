// Microsoft.Resources/deployments: ARM templates, deployed to a group or a subscription.
import { canonical, isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { ArmError, error } from '../../arm-error.ts'
import { nameOf, parentOf, parseId, resourceId } from '../../resource-id.ts'
import {
  type ActionAnswer,
  type AzureContext,
  type Caller,
  type Completion,
  type Draft,
  defineResourceType,
  propertiesOf,
  type WriteRequest,
} from '../../resource-type.ts'
import { preciseTime } from '../../resource-writer.ts'
import type { Resource } from '../../state.ts'
import { ExpressionError } from '../../templates/expression.ts'
import { type ReadTemplate, readTemplate, type TemplateResource } from '../../templates/template.ts'
import { advance, changesOf, clearOut, type Progress, surplusOf } from './deploy.ts'

const type = 'Microsoft.Resources/deployments'

/** The row of deployments. */
export const deployments = defineResourceType({
  type,
  apiVersions: ['2025-04-01', '2024-11-01', '2024-03-01', '2022-09-01', '2021-04-01', '2020-10-01'],
  asyncVersion: '2025-04-01',
  operationsBelow: 'operationStatuses',
  name: {
    pattern: /^[-\w._()]{1,64}$/,
    refuse: (name) =>
      error(
        400,
        'InvalidDeploymentName',
        `The deployment name '${name}' is invalid. The name can only contain letters, digits, '-', '.', '(', ')' or '_', and at most 64 of them.`,
      ),
  },
  missing: (id) => error(404, 'DeploymentNotFound', `Deployment '${nameOf(id)}' could not be found.`),
  busy: (deployment) =>
    error(
      409,
      'DeploymentActive',
      `Unable to edit or replace deployment '${deployment.body.name}': previous deployment from '${String(propertiesOf(deployment).timestamp)}' is still active.`,
    ),
  put,
  complete,
  remove: () => ({ state: 'Deleting', takes: { real: 5000 } }),
  listAt: (scope, context) => context.store.list(type).filter((one) => (parentOf(one.id) ?? '').toLowerCase() === scope.toLowerCase()),
  actions: [
    { name: 'validate', anew: true, run: (request) => ({ body: validated(request) }) },
    { name: 'whatIf', anew: true, run: whatIf },
    { name: 'exportTemplate', run: ({ old }) => ({ body: { template: old.inner?.template ?? {} } }) },
    {
      name: 'cancel',
      run: ({ old }): ActionAnswer => {
        throw error(409, 'DeploymentCannotBeCancelled', `The deployment '${old.body.name}' cannot be cancelled.`)
      },
    },
  ],
})

function put(request: WriteRequest): Draft {
  const { template, read } = readFrom(request)
  const { caller, correlationId } = request
  const inner = { template, given: given(request.body), caller: { ...caller }, progress: {}, correlationId }
  const properties = { ...shown(request, read, template), provisioningState: 'Accepted' }
  return { body: { ...locationOf(request.body), properties }, inner, operation: { state: 'Accepted', takes: { real: 5000 }, phases: ['Running'] } }
}

function validated(request: WriteRequest): JsonObject {
  const { template, read } = readFrom(request)
  const validatedResources = read.resources.map(({ id }) => ({ id }))
  return {
    id: request.id,
    name: request.name,
    type,
    ...locationOf(request.body),
    properties: { ...shown(request, read, template), provisioningState: 'Succeeded', validatedResources },
  }
}

async function whatIf(request: WriteRequest): Promise<ActionAnswer> {
  const { read } = readFrom(request)
  return {
    body: {
      status: 'Succeeded',
      properties: { correlationId: request.correlationId, changes: await allChanges(read, request) },
    },
  }
}

/** Deployments within the template stand for what they would write themselves; a complete one deletes what the template does not name. */
async function allChanges(read: ReadTemplate, request: WriteRequest): Promise<JsonObject[]> {
  const resources = flat(read, request)
  const changes = await changesOf(resources, request.caller, request.context)
  const surplus = modeOf(request.body) === 'Complete' ? surplusOf(resources, request.id, request.context) : []
  return [...changes, ...surplus.map(({ id, body }) => ({ resourceId: id, changeType: 'Delete', before: body as JsonObject }))]
}

function flat({ resources }: ReadTemplate, request: WriteRequest): readonly TemplateResource[] {
  return resources.flatMap((one) => {
    if (one.type.toLowerCase() !== type.toLowerCase()) return [one]
    const body = evaluatedOrNothing(() => one.body())
    const properties = isObject(body?.properties) ? body.properties : {}
    if (!isObject(properties.template)) return [one]
    const at = { id: resourceId(one.id), name: one.name, context: request.context, location: String(body?.location ?? '') }
    const inner = properties.template
    const nested = evaluatedOrNothing(() => readIn(at, inner, given(body ?? {})))
    return nested ? flat(nested, { ...request, id: at.id }) : [one]
  })
}

/** What cannot be read before something is there. */
function evaluatedOrNothing<value>(work: () => value): value | undefined {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof ExpressionError || thrown instanceof ArmError) return undefined
    throw thrown
  }
}

/** What goes wrong stands in the deployment as well as in its operation. */
async function complete(completion: Completion): Promise<{ body?: JsonObject; again?: number }> {
  try {
    return await goOn(completion)
  } catch (thrown) {
    const { resource, context } = completion
    const now = context.store.get(resource.id)
    const { body } = thrown instanceof ArmError ? thrown : error(500, 'InternalServerError', String(thrown))
    if (now && propertiesOf(now).error === undefined)
      context.store.put({ ...now, body: { ...now.body, properties: { ...propertiesOf(now), error: { code: body.code, message: body.message } } } })
    throw thrown
  }
}

async function goOn({ resource, context }: Completion): Promise<{ body?: JsonObject; again?: number }> {
  const { template = {}, given: values = {}, caller, progress = {} } = resource.inner ?? {}
  const read = readIn(
    { id: resource.id, name: resource.body.name, context, location: String(resource.body.location ?? '') },
    template as JsonObject,
    values as JsonObject,
  )
  const ground = { caller: caller as unknown as Caller, context }
  const next = await advance(read.resources, { progress: progress as Progress, ...ground })
  keep(resource, next.progress, context)
  if (next.failed) throw failed(resource, next.failed, context)
  if (!next.done) return { again: context.clock.now() + 1000 }
  if (propertiesOf(resource).mode === 'Complete' && (await clearOut(read.resources, resource, ground))) return { again: context.clock.now() + 1000 }
  const outputs = evaluated(() => read.outputs())
  const made = read.resources.map(({ id }) => ({ id }))
  const properties = { ...propertiesOf(resource), ...(outputs ? { outputs } : {}), outputResources: made, duration: 'PT2.1S', provisioningState: 'Succeeded' }
  return { body: { properties } }
}

function keep({ id }: Resource, progress: Progress, context: AzureContext): void {
  const now = context.store.get(id)
  if (now)
    context.store.put({ ...now, body: { ...now.body, properties: { ...propertiesOf(now), provisioningState: 'Running' } }, inner: { ...now.inner, progress } })
}

function failed(deployment: Resource, details: readonly JsonObject[], context: AzureContext): ArmError {
  const message =
    'At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.'
  const now = context.store.get(deployment.id)
  const what = { code: 'DeploymentFailed', message, details: [...details] }
  if (now) context.store.put({ ...now, body: { ...now.body, properties: { ...propertiesOf(now), error: what } } })
  return error(400, 'DeploymentFailed', message)
}

function readFrom(request: WriteRequest): { readonly template: JsonObject; readonly read: ReadTemplate } {
  const properties = isObject(request.body.properties) ? request.body.properties : {}
  if (properties.templateLink !== undefined) throw error(400, 'InvalidTemplateLink', 'Linked templates are not simulated here: give the template itself.')
  if (!isObject(properties.template)) throw error(400, 'InvalidTemplate', "Deployment template validation failed: 'The template is not provided.'.")
  if (properties.mode === 'Complete' && parseId(request.id).group === undefined)
    throw error(400, 'InvalidDeployment', "The 'mode' property must be set to 'Incremental' for deployments at subscription scope.")
  return {
    template: properties.template,
    read: readIn({ ...request, location: String(request.body.location ?? '') }, properties.template, given(request.body)),
  }
}

function readIn(at: Pick<WriteRequest, 'id' | 'name' | 'context'> & { readonly location: string }, template: JsonObject, values: JsonObject): ReadTemplate {
  const { context, name } = at
  const { subscription = '', group } = parseId(at.id)
  const holder = group === undefined ? undefined : context.store.get(`/subscriptions/${subscription}/resourceGroups/${group}`)
  const tags = holder?.body.tags
  return evaluated(() =>
    readTemplate(template, values, {
      subscriptionId: subscription,
      tenantId: context.tenant.id,
      ...(holder ? { group: { id: holder.id, name: holder.body.name, location: holder.body.location ?? '', ...(isObject(tags) ? { tags } : {}) } } : {}),
      deployment: name,
      location: at.location,
      now: context.clock.now(),
      resource: (id) => context.store.get(resourceId(id))?.body as JsonObject | undefined,
      newGuid: () => context.requestId(),
    }),
  )
}

/** What is wrong with a template is said as the service says it. */
function evaluated<value>(work: () => value): value {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    throw error(400, 'InvalidTemplate', `Deployment template validation failed: '${thrown.message}'.`)
  }
}

function shown(request: WriteRequest, read: ReadTemplate, template: JsonObject): JsonObject {
  const { context, correlationId } = request
  const types = [...new Set(read.resources.map((one) => one.type))]
  const namespaces = [...new Set(types.map((one) => one.split('/')[0] ?? ''))]
  const providers = namespaces.map((namespace) => ({
    namespace,
    resourceTypes: types
      .filter((one) => one.startsWith(`${namespace}/`))
      .map((one) => ({ resourceType: one.slice(namespace.length + 1), locations: [groupLocation(request)] })),
  }))
  const dependencies = read.resources
    .filter(({ waitsFor }) => waitsFor.length > 0)
    .map(({ id, type: own, name, waitsFor }) => ({
      dependsOn: waitsFor.map((one) => ({ id: one, resourceName: nameOf(one) })),
      id,
      resourceType: own,
      resourceName: name,
    }))
  return {
    templateHash: hashOf(template),
    parameters: read.parameters,
    mode: modeOf(request.body),
    timestamp: preciseTime(context.clock.now()),
    duration: 'PT0.5S',
    correlationId,
    providers,
    dependencies,
  }
}

function groupLocation({ id, body, context }: WriteRequest): Json {
  const { subscription = '', group } = parseId(id)
  return (group === undefined ? body.location : context.store.get(`/subscriptions/${subscription}/resourceGroups/${group}`)?.body.location) ?? null
}

/** Of the service's form, a number of up to twenty digits; how it reckons it is not published. */
function hashOf(template: JsonObject): string {
  let hash = 14_695_981_039_346_656_037n
  for (const letter of canonical(template)) hash = BigInt.asUintN(64, (hash ^ BigInt(letter.codePointAt(0) ?? 0)) * 1_099_511_628_211n)
  return String(hash)
}

function modeOf({ properties }: JsonObject): string {
  return isObject(properties) && properties.mode === 'Complete' ? 'Complete' : 'Incremental'
}

function given(body: JsonObject): JsonObject {
  const properties = isObject(body.properties) ? body.properties : {}
  return isObject(properties.parameters) ? properties.parameters : {}
}

function locationOf({ location }: JsonObject): JsonObject {
  return typeof location === 'string' ? { location } : {}
}
