// az policy state and event: what complies, as Policy Insights tells it.
import { isObject, type Json } from '../../base/json.ts'
import { type Call, type Handler, required, text } from '../command.ts'

const version = 'api-version=2019-10-01'

/** Commands about compliance. */
export const stateHandlers: Readonly<Record<string, Handler>> = {
  'policy state list': listStates,
  'policy state summarize': summarize,
  'policy state trigger-scan': async (call) => void (await call.arm.operate('POST', { path: path(call, 'triggerEvaluation') }, { final: 'location' })),
}

/** Where the arguments ask: a resource, a group, a definition, an assignment, or the subscription. */
function scopeOf(call: Call): string {
  const { values } = call
  const resource = text(values, 'resource')
  if (resource?.startsWith('/')) return resource
  const group = text(values, 'resource_group_name')
  const scope = group === undefined ? call.arm.scope() : `${call.arm.scope()}/resourceGroups/${group}`
  if (resource !== undefined)
    return `${scope}/providers/${required(values, 'namespace') || ''}/${required(values, 'resource_type')}/${resource}`.replaceAll('//', '/')
  const assignment = text(values, 'policy_assignment_name')
  if (assignment !== undefined) return `${scope}/providers/Microsoft.Authorization/policyAssignments/${assignment}`
  const definition = text(values, 'policy_definition_name')
  return definition === undefined ? scope : `${scope}/providers/Microsoft.Authorization/policyDefinitions/${definition}`
}

function path(call: Call, what: string): string {
  const { values } = call
  const options = {
    $top: text(values, 'top_value'),
    $filter: text(values, 'filter_clause'),
    $orderby: text(values, 'order_by_clause'),
    $select: text(values, 'select_clause'),
  }
  const query = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value)}&`]))
  return `${scopeOf(call)}/providers/Microsoft.PolicyInsights/policyStates/latest/${what}?${query.join('')}${version}`
}

async function values(call: Call, what: string): Promise<readonly Json[]> {
  const { body } = await call.arm.send('POST', { path: path(call, what) })
  return isObject(body) && Array.isArray(body.value) ? body.value : []
}

async function listStates(call: Call): Promise<readonly Json[]> {
  return values(call, 'queryResults')
}

async function summarize(call: Call): Promise<Json | undefined> {
  const [first] = await values(call, 'summarize')
  if (!isObject(first)) return first
  const { '@odata.context': odataContext = null, '@odata.id': odataId = null, ...rest } = first
  return { odataContext, odataId, ...rest }
}
