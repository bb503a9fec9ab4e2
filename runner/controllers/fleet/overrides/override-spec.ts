// An override's spec: what it selects, and its rules for clusters.
import type { Json, JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, parseApiVersion } from '../../../kubernetes/object.ts'
import { matchesLabels } from '../label-selector.ts'
import type { PatchOperation } from './json-patch.ts'

/** An object that an override selects; a ResourceOverride's are in its own namespace. */
export interface OverrideSelector {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name: string
}

/** What an override does on the clusters that it selects. */
export interface OverrideRule {
  readonly clusterSelector?: { readonly clusterSelectorTerms?: readonly JsonObject[] }
  readonly overrideType?: 'JSONPatch' | 'Delete'
  readonly jsonPatchOverrides?: readonly PatchOperation[]
}

/** Selectors of a snapshot's `overrideSpec`, of either sort. */
export function selectorsOf(snapshot: KubernetesObject): readonly OverrideSelector[] {
  const spec = at(snapshot, 'spec', 'overrideSpec')
  return (at(spec, 'clusterResourceSelectors') ?? at(spec, 'resourceSelectors') ?? []) as unknown as readonly OverrideSelector[]
}

/** The rules of a snapshot that hold for a member. No selector selects none; no terms select all. */
export function rulesFor(snapshot: KubernetesObject, member: KubernetesObject): readonly OverrideRule[] {
  const rules = (at(snapshot, 'spec', 'overrideSpec', 'policy', 'overrideRules') ?? []) as unknown as readonly OverrideRule[]
  return rules.filter(({ clusterSelector }) => {
    if (!clusterSelector) return false
    const terms = clusterSelector.clusterSelectorTerms ?? []
    return terms.length === 0 || terms.some((term) => matchesLabels(term.labelSelector as JsonObject | undefined, member.metadata.labels))
  })
}

/** True if a ClusterResourceOverride's snapshot selects an object: itself, or the namespace that it is in. */
export function selectsCluster(snapshot: KubernetesObject, object: KubernetesObject): boolean {
  const { namespace, name } = object.metadata
  const wanted = namespace === undefined ? { ...identity(object), name } : { group: '', version: 'v1', kind: 'Namespace', name: namespace }
  return selectorsOf(snapshot).some((selector) => isSame(selector, wanted))
}

/** True if a ResourceOverride's snapshot selects an object of its namespace. */
export function selectsNamespaced(snapshot: KubernetesObject, object: KubernetesObject): boolean {
  const { namespace, name } = object.metadata
  return namespace === snapshot.metadata.namespace && selectorsOf(snapshot).some((selector) => isSame(selector, { ...identity(object), name }))
}

function identity(object: KubernetesObject): { readonly group: string; readonly version: string; readonly kind: string } {
  return { ...parseApiVersion(object.apiVersion), kind: object.kind }
}

function isSame(selector: OverrideSelector, wanted: { readonly [name in keyof OverrideSelector]: Json | undefined }): boolean {
  return (['group', 'version', 'kind', 'name'] as const).every((part) => (selector[part] ?? '') === (wanted[part] ?? ''))
}
