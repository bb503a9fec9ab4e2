// The webhooks of overrides: what cannot be overridden, and what is selected twice (pkg/utils/validator/override.go and its neighbours).
import type { JsonObject } from '../../../base/json.ts'
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import type { PatchOperation } from '../overrides/json-patch.ts'
import type { OverrideRule } from '../overrides/override-spec.ts'
import { aggregate, denied } from './denied.ts'

const limit = 100

interface Sort {
  readonly webhook: string
  readonly kind: string
  readonly selectors: string
  readonly full: string
}

const sorts: Readonly<Record<string, Sort>> = {
  clusterresourceoverrides: {
    webhook: 'fleet.clusterresourceoverride.validating',
    kind: 'ClusterResourceOverride',
    selectors: 'clusterResourceSelectors',
    full: `clusterResourceOverride limit has been reached: at most ${limit} cluster resources can be created.`,
  },
  resourceoverrides: {
    webhook: 'fleet.resourceoverride.validating',
    kind: 'ResourceOverride',
    selectors: 'resourceSelectors',
    full: `resourceOverride limit has been reached: at most ${limit} resources can be created.`,
  },
}

/** Refuses overrides that could not be applied. */
export const overrideHook: AdmissionPlugin = {
  name: 'fleet-hub-overrides',
  validate(request) {
    const { resource, operation, object } = request
    const sort = resource.group === 'placement.kubernetes-fleet.io' ? sorts[resource.plural] : undefined
    if (!sort || !object || operation === 'DELETE' || operation === 'CONNECT' || object.metadata.deletionTimestamp !== undefined) return
    const others = request.context.list('placement.kubernetes-fleet.io/v1beta1', sort.kind)
    const inReach = others.filter(({ metadata }) => metadata.namespace === object.metadata.namespace)
    if (operation === 'CREATE' && inReach.length >= limit) throw denied(sort.webhook, sort.full)
    const problems = problemsOf(object, { sort, others: inReach })
    if (problems.length > 0) throw denied(sort.webhook, aggregate(problems))
  },
}

interface Ground {
  readonly sort: Sort
  readonly others: readonly KubernetesObject[]
}

function problemsOf(object: KubernetesObject, ground: Ground): readonly string[] {
  const selectors = selectorsOf(object, ground.sort)
  const wrong = [...(ground.sort.kind === 'ClusterResourceOverride' ? selectors.flatMap(unnamed) : []), ...twice(selectors)]
  if (wrong.length > 0) return wrong
  return [...selectors.flatMap((selector) => taken(selector, object, ground)), ...rulesOf(object).flatMap(ruleProblems)]
}

function selectorsOf(object: KubernetesObject, { selectors }: Sort): readonly JsonObject[] {
  return (at(object, 'spec', selectors) ?? []) as readonly JsonObject[]
}

function unnamed(selector: JsonObject): readonly string[] {
  if (selector.labelSelector !== undefined) return [`label selector is not supported for resource selection ${goSelector(selector)}`]
  return selector.name ? [] : [`resource name is required for resource selection ${goSelector(selector)}`]
}

function twice(selectors: readonly JsonObject[]): readonly string[] {
  const shown = selectors.map(goSelector)
  return shown
    .filter((selector, index) => shown.indexOf(selector) < index)
    .map((selector) => `resource selector ${selector} already exists, and must be unique`)
}

function taken(selector: JsonObject, object: KubernetesObject, { sort, others }: Ground): readonly string[] {
  const { name } = object.metadata
  const other = others.find((each) => each.metadata.name !== name && selectorsOf(each, sort).some((theirs) => goSelector(theirs) === goSelector(selector)))
  if (!other) return []
  const both = `the resource has been selected by both ${name} and ${other.metadata.name}, which is not supported`
  return [`invalid resource selector ${goSelector(selector)}: ${both}`]
}

/** A selector as Go's %+v prints it. */
function goSelector({ group, version, kind, name, labelSelector, selectionScope }: JsonObject): string {
  const scope =
    selectionScope === undefined ? '' : ` LabelSelector:${labelSelector === undefined ? 'nil' : '&LabelSelector{}'} SelectionScope:${selectionScope}`
  return `{Group:${group ?? ''} Version:${version ?? ''} Kind:${kind ?? ''} Name:${name ?? ''}${scope}}`
}

function rulesOf(object: KubernetesObject): readonly OverrideRule[] {
  return (at(object, 'spec', 'policy', 'overrideRules') ?? []) as unknown as readonly OverrideRule[]
}

function ruleProblems({ clusterSelector, overrideType = 'JSONPatch', jsonPatchOverrides = [] }: OverrideRule): readonly string[] {
  const terms = (clusterSelector?.clusterSelectorTerms ?? []).flatMap(termProblems)
  if (overrideType === 'Delete') {
    const set = jsonPatchOverrides.length > 0
    return set ? [...terms, 'invalid JSONPatchOverrides: JSONPatchOverrides cannot be set when the override type is Delete'] : terms
  }
  if (jsonPatchOverrides.length === 0) return [...terms, 'invalid JSONPatchOverrides: JSONPatchOverrides cannot be empty']
  return [...terms, ...jsonPatchOverrides.flatMap(patchProblems)]
}

function termProblems(term: JsonObject): readonly string[] {
  const shown = '{LabelSelector:nil PropertySelector:nil PropertySorter:nil}'
  if (term.propertySelector !== undefined || term.propertySorter !== undefined) return [`invalid clusterSelector ${shown}: only labelSelector is supported`]
  return term.labelSelector === undefined ? [`invalid clusterSelector ${shown}: labelSelector is required`] : []
}

function patchProblems(operation: PatchOperation): readonly string[] {
  const { op, path, value } = operation
  const problems = [...(op === 'remove' && value !== undefined ? ['remove operation cannot have value'] : []), ...pathProblem(path)]
  return problems.map((problem) => `invalid JSONPatchOverride {${op} ${path} {${value === undefined ? '' : JSON.stringify(value)}}}: ${problem}`)
}

const pathRules: readonly (readonly [says: string, broken: (parts: readonly string[], path: string) => boolean])[] = [
  ['path cannot be empty', (_parts, path) => path === ''],
  ['path must start with /', (_parts, path) => !path.startsWith('/')],
  ['cannot override typeMeta fields', ([first]) => first === 'kind' || first === 'apiVersion'],
  ['cannot override field metadata', (parts) => parts[0] === 'metadata' && parts.length === 1],
  [
    'cannot override metadata fields except annotations and labels',
    ([first, second]) => first === 'metadata' && second !== 'annotations' && second !== 'labels',
  ],
  ['cannot override status fields', ([first]) => first === 'status'],
  ['path cannot contain empty string', (parts) => parts.includes('')],
]

function pathProblem(path: string): readonly string[] {
  const parts = path.slice(1).split('/')
  const rule = pathRules.find(([, broken]) => broken(parts, path))
  return rule ? [rule[0]] : []
}
