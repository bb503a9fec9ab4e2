// az deployment group and sub: ARM templates.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, type Handler, list, required, text } from '../command.ts'
import models from '../facts/models-deployments.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'
import { absolutePath } from '../paths.ts'
import { askYesNo } from '../prompts.ts'
import { pythonJson } from '../python.ts'
import { readParameters } from './deployment-parameters.ts'
import { waitFor } from './wait.ts'
import { whatIfText } from './what-if-text.ts'

const version = 'api-version=2025-04-01'

interface DeploymentScope {
  /** What stands before `providers` in the path. */
  base(call: Call): string
  /** Fields of the body besides the properties. */
  fields(call: Call): JsonObject
}

const scopes: Readonly<Record<string, DeploymentScope>> = {
  group: { base: (call) => `${call.arm.scope()}/resourcegroups/${encodeURIComponent(required(call.values, 'resource_group_name'))}`, fields: () => ({}) },
  sub: { base: (call) => call.arm.scope(), fields: (call) => ({ location: text(call.values, 'deployment_location') ?? required(call.values, 'location') }) },
}

/** Commands of `az deployment`. */
export const group: CommandGroup = {
  handlers: Object.assign(
    {},
    ...Object.entries(scopes).map(([name, scope]) => handlersOf(`deployment ${name}`, scope)),
    ...Object.entries(scopes).map(([name, scope]) => operationHandlers(`deployment operation ${name}`, scope)),
  ),
  tables: {
    transform_deployment: (result) => (isObject(result) ? row(result) : {}),
    transform_deployments_list: (result) => rows(result),
  },
}

function handlersOf(prefix: string, scope: DeploymentScope): Readonly<Record<string, Handler>> {
  return {
    [`${prefix} create`]: (call) => create(call, scope),
    [`${prefix} validate`]: async (call) => {
      const body = await requestBody(call, scope)
      const answer = await call.arm.operate('POST', { path: path(call, scope, '/validate'), text: body })
      return { ...output('DeploymentValidateResult', answer), ...(isObject(answer) && answer.location !== undefined ? { location: answer.location } : {}) }
    },
    [`${prefix} show`]: async (call) => output('DeploymentExtended', await call.arm.get(path(call, scope))),
    [`${prefix} list`]: async (call) =>
      (await call.arm.list(`${scope.base(call)}/providers/Microsoft.Resources/deployments/?${version}`)).map((entry) => output('DeploymentExtended', entry)),
    [`${prefix} delete`]: async (call) => {
      await call.arm.operate('DELETE', { path: path(call, scope) }, { noWait: flag(call.values, 'no_wait') })
    },
    [`${prefix} cancel`]: async (call) => void (await call.arm.send('POST', { path: path(call, scope, '/cancel') })),
    [`${prefix} export`]: (call) => printTemplate(call, scope),
    [`${prefix} what-if`]: (call) => whatIf(call, scope),
    [`${prefix} wait`]: (call) => waitFor(call, async () => output('DeploymentExtended', await call.arm.get(path(call, scope)))),
  }
}

function operationHandlers(prefix: string, scope: DeploymentScope): Readonly<Record<string, Handler>> {
  const operation = (value: Json | undefined): JsonObject => {
    const { properties, ...printed } = output('DeploymentOperation', value)
    const sent = isObject(value) && isObject(value.properties) ? value.properties : {}
    return {
      ...printed,
      properties: { ...(isObject(properties) ? properties : {}), ...(sent.trackingId === undefined ? {} : { trackingId: sent.trackingId }) },
    }
  }
  return {
    [`${prefix} list`]: async (call) => (await call.arm.list(path(call, scope, '/operations'))).map(operation),
    [`${prefix} show`]: async (call) => {
      const ids = list(call.values, 'operation_ids') ?? []
      return Promise.all(ids.map(async (id) => operation(await call.arm.get(path(call, scope, `/operations/${id}`)))))
    },
  }
}

/** A template is printed as it is, whatever the output format and query. */
async function printTemplate(call: Call, scope: DeploymentScope): Promise<void> {
  const { body } = await call.arm.send('POST', { path: path(call, scope, '/exportTemplate') })
  call.context.stdout(`${JSON.stringify(isObject(body) ? (body.template ?? null) : null, null, 2)}\n`)
}

const unsaid = { after: null, before: null, delta: null, deploymentId: null, extension: null, identifiers: null, symbolicName: null, unsupportedReason: null }

async function whatIf(call: Call, scope: DeploymentScope): Promise<JsonObject | undefined> {
  const result = await preview(call, scope)
  if (flag(call.values, 'no_pretty_print')) return result
  call.context.stdout(`${whatIfText(listed(result.changes))}\n`)
  return undefined
}

/** What would change, less the sorts of change that are not asked for. */
async function preview(call: Call, scope: DeploymentScope): Promise<JsonObject> {
  const body = await requestBody(call, scope, { whatIfSettings: { resultFormat: text(call.values, 'result_format') ?? 'FullResourcePayloads' } })
  const answer = await call.arm.operate('POST', { path: path(call, scope, '/whatIf'), text: body })
  const found = isObject(answer) ? answer : {}
  if (isObject(found.error)) throw new AzError(`${String(found.error.code)} - ${String(found.error.message)}`)
  const excluded = (list(call.values, 'exclude_change_types') ?? []).map((type) => type.toLowerCase())
  const changes = listed(isObject(found.properties) ? found.properties.changes : undefined)
  const kept = changes.filter(({ changeType }) => !excluded.includes(String(changeType).toLowerCase()))
  return { changes: kept.map((change) => ({ ...unsaid, ...change })), diagnostics: null, error: null, potentialChanges: null, status: found.status ?? null }
}

function listed(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

function output(model: string, value: Json | undefined): JsonObject {
  return modelOutput(models as unknown as Models, model, value)
}

function path(call: Call, scope: DeploymentScope, action = ''): string {
  return `${scope.base(call)}/providers/Microsoft.Resources/deployments/${encodeURIComponent(deploymentName(call))}${action}?${version}`
}

/** As given, else the template's file name. */
function deploymentName({ values }: Call): string {
  const file = text(values, 'template_file') ?? text(values, 'template_uri') ?? 'deployment1'
  const base = (file.split('/').at(-1) ?? file).replace(/\.[^.]*$/, '')
  return text(values, 'deployment_name') ?? base
}

function row(entry: JsonObject): JsonObject {
  const properties = isObject(entry.properties) ? entry.properties : {}
  return {
    Name: entry.name,
    State: properties.provisioningState,
    Timestamp: properties.timestamp,
    Mode: properties.mode,
    ...(entry.resourceGroup ? { ResourceGroup: entry.resourceGroup } : {}),
  }
}

function rows(result: unknown): readonly JsonObject[] {
  const entries = Array.isArray(result) ? (result as readonly Json[]).filter(isObject) : []
  return entries.map(row).sort((a, b) => (String(a.Timestamp) < String(b.Timestamp) ? -1 : 1))
}

async function create(call: Call, scope: DeploymentScope): Promise<JsonObject | undefined> {
  if (flag(call.values, 'what_if')) return whatIf(call, scope)
  if (flag(call.values, 'confirm_with_what_if') && !(await confirmed(call, scope))) return undefined
  const body = await requestBody(call, scope)
  const validation = await call.arm.operate('POST', { path: path(call, scope, '/validate'), text: body })
  if (isObject(validation) && isObject(validation.error)) throw new AzError(`${pythonJson(validation.error)}`)
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate('PUT', { path: path(call, scope), text: body }, { noWait })
  return noWait ? undefined : output('DeploymentExtended', result)
}

/** Shows what would change, and asks whether to go on. */
async function confirmed(call: Call, scope: DeploymentScope): Promise<boolean> {
  const { changes } = await preview(call, scope)
  call.context.stdout(`${whatIfText(listed(changes))}\n`)
  const answer = await askYesNo(call.context, '\nAre you sure you want to execute the deployment?')
  if (answer === undefined) throw new AzError('')
  return answer
}

/** The template's own text stands in the body as it is, comments and all. */
async function requestBody(call: Call, scope: DeploymentScope, more: JsonObject = {}): Promise<string> {
  const { values } = call
  const file = text(values, 'template_file')
  const mode = text(values, 'mode') ?? 'Incremental'
  const uri = text(values, 'template_uri')
  if (file === undefined && uri === undefined)
    throw new AzError('Please enter one of the following: template file, template spec, template url, or Bicep parameters file.')
  const template = file === undefined ? await fetchTemplate(call, uri ?? '') : await readTemplate(call, file)
  const parameters = await readParameters(call, template, flatParameters(values.parameters))
  const properties = { ...(uri === undefined ? {} : { templateLink: { uri } }), parameters, mode, ...more }
  const fields = scope.fields(call)
  if (file === undefined) return pythonJson({ ...fields, properties })
  const head = pythonJson({ ...fields, properties })
  return `${head.slice(0, -2)}, template:${template}}}`
}

function flatParameters(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.flatMap((entry) => (Array.isArray(entry) ? entry.map(String) : [String(entry)])) : []
}

async function fetchTemplate({ context }: Call, url: string): Promise<string> {
  const answer = await context.fetch({ url }).catch(() => undefined)
  if (answer?.status !== 200) throw new AzError(`Unable to retrieve url ${url}`)
  return answer.text()
}

async function readTemplate(call: Call, file: string): Promise<string> {
  if (file.endsWith('.bicep')) throw new AzError('Bicep templates are not simulated here.')
  const content = await call.context.files.read(absolutePath(call.context, file))
  if (content === undefined) throw new AzError(`[Errno 2] No such file or directory: '${file}'`)
  return content.replace(/^\ufeff/, '')
}
