// The webhooks of ClusterResourcePlacements: defaults filled in on the way in, and what the schema cannot refuse.

import { equal, isObject, type JsonObject } from '../../../base/json.ts'
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { defaultStrategy } from '../hub/placement-spec.ts'
import type { ResourceSelector } from '../selection/select-resources.ts'
import { aggregate, denied, type HookRequest } from './denied.ts'
import { scopeOf } from './known-kinds.ts'
import { policyProblems, strategyProblems, within } from './placement-policy.ts'

const mutating = 'fleet.clusterresourceplacementv1beta1.mutating'
const validating = 'fleet.clusterresourceplacementv1beta1.validating'

/** Fills in defaults (`fleet.clusterresourceplacementv1beta1.mutating`) and validates. */
export const placementHook: AdmissionPlugin = {
  name: 'fleet-hub-placements',
  admit(request) {
    if (!isPlacementWrite(request) || !request.object) return undefined
    const spec = request.object.spec
    if (!isObject(spec)) return undefined
    const problem = typeProblem(spec)
    if (problem !== undefined) throw denied(mutating, problem)
    const next = { ...request.object, spec: withDefaults(spec) }
    return equal(next, request.object) ? undefined : next
  },
  validate(request) {
    const { object, old } = request
    if (!isPlacementWrite(request) || !object || object.metadata.deletionTimestamp !== undefined) return
    const problems = problemsOf(object, request)
    if (problems.length > 0) throw denied(validating, `deny create/update v1beta1 CRP has invalid fields ${aggregate(problems)}`)
    if (old && at(old, 'spec', 'policy', 'placementType') !== at(object, 'spec', 'policy', 'placementType'))
      throw denied(validating, 'placement type is immutable')
    if (old && !keepsTolerations(old, object)) throw denied(validating, 'tolerations have been updated/deleted, only additions to tolerations are allowed')
  },
}

function isPlacementWrite({ resource, subresource, operation }: HookRequest): boolean {
  const written = operation === 'CREATE' || operation === 'UPDATE'
  return written && subresource === '' && resource.plural === 'clusterresourceplacements' && resource.group === 'placement.kubernetes-fleet.io'
}

/** Fields of a spec with the Go struct and type that each is decoded into, in the order of their names. */
const goFields: readonly (readonly [path: readonly string[], struct: string, type: string])[] = [
  [['policy', 'clusterNames'], 'PlacementPolicy', '[]string'],
  [['policy', 'numberOfClusters'], 'PlacementPolicy', 'int32'],
  [['policy', 'placementType'], 'PlacementPolicy', 'v1beta1.PlacementType'],
  [['policy', 'tolerations'], 'PlacementPolicy', '[]v1beta1.Toleration'],
  [['resourceSelectors'], 'PlacementSpec', '[]v1beta1.ResourceSelectorTerm'],
  [['revisionHistoryLimit'], 'PlacementSpec', 'int32'],
  [['strategy', 'rollingUpdate', 'unavailablePeriodSeconds'], 'RollingUpdateConfig', 'int'],
  [['strategy', 'type'], 'RolloutStrategy', 'v1beta1.RolloutStrategyType'],
]

/** The webhook decodes into Go's types before the schema is asked. */
function typeProblem(spec: JsonObject): string | undefined {
  for (const [path, struct, type] of goFields) {
    const value: unknown = at(spec, ...path)
    const kind = isObject(value) ? 'object' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
    const wanted = type.startsWith('[]') ? 'array' : type.startsWith('int') ? 'number' : 'string'
    const fits = kind === wanted && (kind !== 'number' || Number.isInteger(value))
    if (value === undefined || value === null || fits) continue
    return `json: cannot unmarshal ${kind === 'number' ? `number ${wanted === 'number' ? value : ''}`.trim() : kind} into Go struct field ${struct}.spec.${path.join('.')} of type ${type}`
  }
  return undefined
}

function withDefaults(spec: JsonObject): JsonObject {
  const policy = isObject(spec.policy) ? withPolicyDefaults(spec.policy) : { placementType: 'PickAll' }
  const strategy = defaultStrategy(isObject(spec.strategy) ? spec.strategy : {})
  return { ...spec, ...withWholeSelectors(spec), policy, revisionHistoryLimit: spec.revisionHistoryLimit ?? 10, strategy }
}

/** What Go's struct always writes: a selector whose group was left out is one of the core group. */
function withWholeSelectors({ resourceSelectors }: JsonObject): JsonObject {
  if (!Array.isArray(resourceSelectors)) return {}
  return { resourceSelectors: resourceSelectors.map((selector) => (isObject(selector) ? { group: '', version: '', kind: '', ...selector } : selector)) }
}

function withPolicyDefaults(policy: JsonObject): JsonObject {
  const fill = (list: unknown, defaults: JsonObject): readonly JsonObject[] => (list as readonly JsonObject[]).map((item) => ({ ...defaults, ...item }))
  const { tolerations, topologySpreadConstraints } = policy
  return {
    ...policy,
    placementType: policy.placementType ?? 'PickAll',
    ...(Array.isArray(tolerations) ? { tolerations: fill(tolerations, { operator: 'Equal' }) } : {}),
    ...(Array.isArray(topologySpreadConstraints)
      ? { topologySpreadConstraints: fill(topologySpreadConstraints, { maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }) }
      : {}),
  }
}

function problemsOf(object: KubernetesObject, { context }: HookRequest): readonly string[] {
  const selectors = (at(object, 'spec', 'resourceSelectors') ?? []) as unknown as readonly ResourceSelector[]
  const tooLong = (object.metadata.name ?? '').length > 63 ? ['the name field cannot have length exceeding 63'] : []
  const byOne = selectors.some(({ selectionScope }) => selectionScope === 'NamespaceWithResourceSelectors')
  const wrong = selectors.flatMap((selector) => selectorProblem(selector, { context, byOne }))
  if (wrong.some((problem) => problem.startsWith(unknownKind))) return [...tooLong, ...wrong]
  const { policy, strategy } = (object.spec ?? {}) as JsonObject
  return [
    ...tooLong,
    ...wrong,
    ...within('the placement policy field', policyProblems(isObject(policy) ? policy : {})),
    ...within('the rollout Strategy field ', strategyProblems(isObject(strategy) ? strategy : {})),
  ]
}

const unknownKind = 'failed to get GVR of the selector'

interface SelectorGround {
  readonly context: HookRequest['context']
  /** True if objects of one namespace are selected one by one. */
  readonly byOne: boolean
}

function selectorProblem({ group, version, kind }: ResourceSelector, { context, byOne }: SelectorGround): readonly string[] {
  const apiVersion = group === '' ? version : `${group}/${version}`
  const scope = scopeOf({ group, version, kind }, context)
  if (scope === undefined) return [`${unknownKind}: no matches for kind "${kind}" in version "${apiVersion}"`]
  if (scope === 'Cluster' || byOne) return []
  return [`the resource is not found in schema (please retry) or it is not a cluster scoped resource: ${group}/${version}, Kind=${kind}`]
}

function keepsTolerations(old: KubernetesObject, object: KubernetesObject): boolean {
  const of = (each: KubernetesObject): readonly unknown[] => (at(each, 'spec', 'policy', 'tolerations') ?? []) as readonly unknown[]
  return of(old).every((toleration) => of(object).some((each) => equal(each, toleration)))
}
