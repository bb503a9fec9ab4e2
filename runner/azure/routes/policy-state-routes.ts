// Compliance, as `Microsoft.PolicyInsights` tells it: every resource against every policy over it, judged when it is asked for.
import { isObject, type JsonObject } from '../../base/json.ts'
import type { ArmRequest } from '../arm-request.ts'
import { emptyResponse, textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { type AssignedPolicy, assignedPolicies } from '../providers/authorization/assigned-policies.ts'
import { constraintOf } from '../providers/authorization/constraints.ts'
import { effectOf } from '../providers/authorization/policies.ts'
import { effectOn } from '../providers/authorization/policy-rule.ts'
import { resourceTypes } from '../providers/index.ts'
import { nameOf, parentOf, parseId, within } from '../resource-id.ts'
import { propertiesOf } from '../resource-type.ts'
import { preciseTime } from '../resource-writer.ts'
import type { Route } from '../route.ts'
import type { Resource } from '../state.ts'

const scopes = [
  '/subscriptions/{subscription}',
  '/subscriptions/{subscription}/resourceGroups/{group}',
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{type}/{name}',
  '/subscriptions/{subscription}/providers/Microsoft.Authorization/policyAssignments/{assignment}',
  '/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Authorization/policyAssignments/{assignment}',
  '/subscriptions/{subscription}/providers/Microsoft.Authorization/policyDefinitions/{definition}',
]
const states = 'providers/Microsoft.PolicyInsights/policyStates/{which}'
const permission = 'Microsoft.PolicyInsights/policyStates/queryResults/read'

/** Routes of compliance. */
export const policyStateRoutes: readonly Route[] = scopes.toReversed().flatMap((scope): Route[] => [
  { method: 'POST', path: `${scope}/${states}/queryResults`, permission, answer: queryResults },
  { method: 'POST', path: `${scope}/${states}/summarize`, permission, answer: summarize },
  { method: 'POST', path: `${scope}/${states}/triggerEvaluation`, permission, answer: () => emptyResponse(200) },
])

interface Judgement {
  readonly resource: Resource
  readonly policy: AssignedPolicy
  readonly effect: string
  readonly compliant: boolean
}

function judged(request: ArmRequest, names: Readonly<Record<string, string>>, { context, access }: Engine): readonly Judgement[] {
  const subscription = `/subscriptions/${names.subscription ?? ''}`
  const at = request.segments.findIndex((segment) => segment.toLowerCase() === 'microsoft.policyinsights')
  const asked = `/${request.segments.slice(0, at - 1).join('/')}`
  const below = names.assignment !== undefined || names.definition !== undefined ? subscription : asked
  const tracked = new Map(resourceTypes.map((row) => [row.type, row.tracked === true]))
  return context.store
    .below(subscription)
    .filter(({ id, type }) => within(id, below) && (tracked.get(type) || type === 'Microsoft.Resources/resourceGroups'))
    .filter(({ id, type }) => access.allows(request.caller.objectId, id, `${type}/read`) || access.knows(request.caller.objectId, id))
    .flatMap((resource) => assignedPolicies(resource.id, context).flatMap((policy) => judge(resource, policy, tracked.get(resource.type) === true) ?? []))
    .filter(({ policy }) => names.assignment === undefined || policy.assignment.id.toLowerCase() === asked.toLowerCase())
    .filter(({ policy }) => names.definition === undefined || nameOf(policy.definition.id) === names.definition)
    .filter((one) => matches(one, request.query.get('$filter') ?? ''))
}

/** A resource that a policy speaks of; undefined where it is of no concern to it. */
function judge(resource: Resource, policy: AssignedPolicy, tracked: boolean): Judgement | undefined {
  const type = resource.type === 'Microsoft.Resources/resourceGroups' ? 'Microsoft.Resources/subscriptions/resourceGroups' : resource.type
  const target = { id: resource.id, type, body: resource.body, tracked }
  const { mode, policyRule } = propertiesOf(policy.definition)
  if (constraintOf(policy)) return undefined
  if (!isObject(policyRule) || (mode === 'Indexed' && !tracked)) return undefined
  const declared = String(effectOn({ ...policyRule, if: { field: 'type', exists: 'true' } }, target, policy.parameter) ?? '')
  if (declared === '' || declared === 'disabled' || !concerns(policyRule.if, target, policy)) return undefined
  return { resource, policy, effect: declared, compliant: effectOf(policy, target) === undefined }
}

/** Conditions on the type decide whether a resource is judged at all. */
function concerns(condition: unknown, target: Parameters<typeof effectOf>[1], policy: AssignedPolicy): boolean {
  const all = isObject(condition) && Array.isArray(condition.allOf) ? condition.allOf : [condition]
  const onType = all.filter((one) => isObject(one) && String(one.field).toLowerCase() === 'type')
  return onType.every(
    (one) =>
      effectOn(
        Object.fromEntries([
          ['if', one as JsonObject],
          ['then', { effect: 'audit' }],
        ]),
        target,
        policy.parameter,
      ) !== undefined,
  )
}

function matches({ resource, policy, compliant }: Judgement, filter: string): boolean {
  const actual: Readonly<Record<string, string>> = {
    compliancestate: compliant ? 'Compliant' : 'NonCompliant',
    iscompliant: String(compliant),
    resourceid: resource.id,
    resourcegroup: parseId(resource.id).group ?? '',
    resourcetype: resource.type,
    policyassignmentname: policy.assignment.body.name,
    policyassignmentid: policy.assignment.id,
    policydefinitionname: nameOf(policy.definition.id),
    policydefinitionid: policy.definition.id,
  }
  return [...filter.matchAll(/(\w+)\s+(eq|ne)\s+'?([^'\s)]*)'?/gi)].every(([, name = '', test = '', value = '']) => {
    const found = actual[name.toLowerCase()]
    return found === undefined || (found.toLowerCase() === value.toLowerCase()) === (test.toLowerCase() === 'eq')
  })
}

function queryResults(request: ArmRequest, names: Readonly<Record<string, string>>, engine: Engine): Response {
  const found = judged(request, names, engine)
  const value = found.slice(0, Number(request.query.get('$top')) || 1000).map((one) => shown(one, engine))
  return textResponse(JSON.stringify({ '@odata.nextLink': null, '@odata.context': `${context(request)}#latest`, '@odata.count': value.length, value }))
}

function context(request: ArmRequest): string {
  return `${request.origin}/subscriptions/${request.segments[1] ?? ''}/providers/Microsoft.PolicyInsights/policyStates/$metadata`
}

function shown({ resource, policy, effect, compliant }: Judgement, engine: Engine): JsonObject {
  const { assignment, definition, set } = policy
  const { subscription = '', group = '' } = parseId(resource.id)
  const { metadata, parameters } = propertiesOf(assignment)
  const category = propertiesOf(definition).metadata
  return {
    timestamp: preciseTime(engine.context.clock.now()),
    resourceId: resource.id.toLowerCase(),
    policyAssignmentId: assignment.id.toLowerCase(),
    policyDefinitionId: definition.id.toLowerCase(),
    effectiveParameters: '',
    isCompliant: compliant,
    subscriptionId: subscription,
    resourceType: resource.type,
    resourceLocation: resource.body.location ?? '',
    resourceGroup: group,
    resourceTags: 'tbd',
    policyAssignmentName: assignment.body.name,
    policyAssignmentOwner: 'tbd',
    policyAssignmentParameters: JSON.stringify(parameters ?? {}),
    policyAssignmentScope: parentOf(assignment.id) ?? '/',
    policyDefinitionName: nameOf(definition.id),
    policyDefinitionAction: effect,
    policyDefinitionCategory: isObject(category) ? (category.category ?? 'tbd') : 'tbd',
    policySetDefinitionId: set?.id ?? '',
    policySetDefinitionName: set ? nameOf(set.id) : '',
    policySetDefinitionOwner: '',
    policySetDefinitionCategory: '',
    policySetDefinitionParameters: '',
    managementGroupIds: '',
    policyDefinitionReferenceId: set?.reference ?? '',
    complianceState: compliant ? 'Compliant' : 'NonCompliant',
    policyDefinitionGroupNames: [],
    policyDefinitionVersion: String(propertiesOf(definition).version ?? '1.0.0'),
    policyAssignmentVersion: isObject(metadata) ? String(metadata.version ?? '') : '',
  }
}

function summarize(request: ArmRequest, names: Readonly<Record<string, string>>, engine: Engine): Response {
  const all = judged(request, names, engine)
  const assignments = [...Map.groupBy(all, ({ policy }) => policy.assignment.id)].map(([id, judgements]) => ({
    policyAssignmentId: id.toLowerCase(),
    policySetDefinitionId: judgements[0]?.policy.set?.id ?? '',
    results: resultsOf(judgements),
    policyDefinitions: [...Map.groupBy(judgements, ({ policy }) => policy.definition.id)].map(([definition, some]) => ({
      policyDefinitionId: definition.toLowerCase(),
      policyDefinitionReferenceId: some[0]?.policy.set?.reference ?? '',
      effect: some[0]?.effect ?? '',
      policyDefinitionGroupNames: [],
      results: resultsOf(some),
    })),
    policyGroups: [],
  }))
  const value = [{ '@odata.id': null, '@odata.context': `${context(request)}#summary/$entity`, results: resultsOf(all), policyAssignments: assignments }]
  return textResponse(JSON.stringify({ '@odata.context': `${context(request)}#summary`, '@odata.count': 1, value }))
}

function resultsOf(all: readonly Judgement[]): JsonObject {
  const bad = all.filter(({ compliant }) => !compliant)
  const resources = [...Map.groupBy(all, ({ resource }) => resource.id).values()]
  const badResources = resources.filter((some) => some.some(({ compliant }) => !compliant)).length
  const badPolicies = new Set(bad.map(({ policy }) => `${policy.assignment.id} ${policy.definition.id}`)).size
  const details = [
    { complianceState: 'noncompliant', count: badResources },
    { complianceState: 'compliant', count: resources.length - badResources },
  ]
  return {
    queryResultsUri: null,
    nonCompliantResources: badResources,
    nonCompliantPolicies: badPolicies,
    resourceDetails: details.filter(({ count }) => count > 0),
    policyDetails: [],
    policyGroupDetails: [],
  }
}
