// az deployment group and sub: ARM templates.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, type Handler, required, text } from '../command.ts'
import models from '../facts/models-deployments.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'
import { absolutePath } from '../paths.ts'
import { pythonJson } from '../python.ts'
import { readParameters } from './deployment-parameters.ts'

const version = 'api-version=2025-04-01'

interface DeploymentScope {
  /** What stands before `providers` in the path. */
  base(call: Call): string
  /** Fields of the body besides the properties. */
  fields(call: Call): JsonObject
}

const scopes: Readonly<Record<string, DeploymentScope>> = {
  group: { base: (call) => `${call.arm.scope()}/resourcegroups/${encodeURIComponent(required(call.values, 'resource_group_name'))}`, fields: () => ({}) },
  sub: { base: (call) => call.arm.scope(), fields: (call) => ({ location: required(call.values, 'location') }) },
}

/** Commands of `az deployment`. */
export const group: CommandGroup = {
  handlers: Object.assign({}, ...Object.entries(scopes).map(([name, scope]) => handlersOf(`deployment ${name}`, scope))),
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
      return output('DeploymentValidateResult', await call.arm.operate('POST', { path: path(call, scope, '/validate'), text: body }))
    },
    [`${prefix} show`]: async (call) => output('DeploymentExtended', await call.arm.get(path(call, scope))),
    [`${prefix} list`]: async (call) =>
      (await call.arm.list(`${scope.base(call)}/providers/Microsoft.Resources/deployments/?${version}`)).map((entry) => output('DeploymentExtended', entry)),
    [`${prefix} delete`]: async (call) => {
      await call.arm.operate('DELETE', { path: path(call, scope) }, { noWait: flag(call.values, 'no_wait') })
    },
    [`${prefix} cancel`]: async (call) => void (await call.arm.send('POST', { path: path(call, scope, '/cancel') })),
    [`${prefix} export`]: async (call) => (await call.arm.send('POST', { path: path(call, scope, '/exportTemplate') })).body,
  }
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
  const body = await requestBody(call, scope)
  const validation = await call.arm.operate('POST', { path: path(call, scope, '/validate'), text: body })
  if (isObject(validation) && isObject(validation.error)) throw new AzError(`${pythonJson(validation.error)}`)
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate('PUT', { path: path(call, scope), text: body }, { noWait })
  return noWait ? undefined : output('DeploymentExtended', result)
}

/** The template's own text stands in the body as it is, comments and all. */
async function requestBody(call: Call, scope: DeploymentScope): Promise<string> {
  const { values } = call
  const file = text(values, 'template_file')
  const mode = text(values, 'mode') ?? 'Incremental'
  const uri = text(values, 'template_uri')
  if (file === undefined && uri === undefined) throw new AzError('incorrect usage: --template-file FILE | --template-uri URI | --template-spec ID')
  const template = file === undefined ? '{}' : await readTemplate(call, file)
  const parameters = await readParameters(call, template, flatParameters(values.parameters))
  const properties = { ...(uri === undefined ? {} : { templateLink: { uri } }), parameters, mode }
  const fields = scope.fields(call)
  if (file === undefined) return pythonJson({ ...fields, properties })
  const head = pythonJson({ ...fields, properties })
  return `${head.slice(0, -2)}, template:${template}}}`
}

function flatParameters(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.flatMap((entry) => (Array.isArray(entry) ? entry.map(String) : [String(entry)])) : []
}

async function readTemplate(call: Call, file: string): Promise<string> {
  if (file.endsWith('.bicep')) throw new AzError('Bicep templates are not simulated here.')
  const content = await call.context.files.read(absolutePath(call.context, file))
  if (content === undefined) throw new AzError(`[Errno 2] No such file or directory: '${file}'`)
  return content.replace(/^\ufeff/, '')
}
