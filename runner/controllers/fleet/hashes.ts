// KubeFleet's hashes: lower-case hex SHA-256 of what Go's json.Marshal prints.
import { sha256 } from '@noble/hashes/sha2.js'
import { escapedForGo } from '../../base/go-json.ts'
import { canonical, isObject, type JsonObject } from '../../base/json.ts'
import { toBase64, toHex } from '../../base/p256.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'

/** JSON text as Go prints a map: keys sorted, `<`, `>`, `&` and the line separators escaped. */
export function goJson(value: unknown): string {
  return escapedForGo(canonical(value))
}

/** Hash of a JSON text. */
export function hashOfText(text: string): string {
  return toHex(sha256(new TextEncoder().encode(text)))
}

/** Hash of any value that Go holds as a map or a list. */
export function hashOf(value: unknown): string {
  return hashOfText(goJson(value))
}

/** Annotation `resource-hash` of a resource snapshot. */
export function resourceHash(selectedResources: readonly JsonObject[]): string {
  return hashOf({ selectedResources })
}

/** The fields of policies and overrides and of all that is in them, in the order in which Go's structs have them. */
const structFields = [
  ...['placement', 'clusterResourceSelectors', 'resourceSelectors', 'policy', 'overrideRules', 'clusterSelector', 'overrideType', 'jsonPatchOverrides'],
  ...['placementType', 'clusterNames', 'affinity', 'topologySpreadConstraints', 'tolerations', 'clusterAffinity'],
  ...['requiredDuringSchedulingIgnoredDuringExecution', 'preferredDuringSchedulingIgnoredDuringExecution', 'clusterSelectorTerms'],
  ...['group', 'version', 'kind'],
  ...['weight', 'preference', 'labelSelector', 'propertySelector', 'propertySorter', 'matchLabels', 'matchExpressions'],
  ...[
    'maxSkew',
    'topologyKey',
    'whenUnsatisfiable',
    'op',
    'path',
    'name',
    'scope',
    'key',
    'operator',
    'value',
    'values',
    'effect',
    'sortOrder',
    'selectionScope',
  ],
]

/** `spec.policyHash`: base64 of the hex hash of the policy without its number of clusters. */
export function policyHash(policy: JsonObject | undefined): string {
  const { numberOfClusters: _, ...rest } = policy ?? {}
  return toBase64(new TextEncoder().encode(hashOfText(policy === undefined ? 'null' : goStruct(rest))))
}

/** JSON text as Go prints a struct; labels and the values of patches are no structs. */
export function goStruct(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goStruct).join(',')}]`
  if (!isObject(value)) return goJson(value)
  const names = Object.keys(value).filter((name) => name === 'clusterSelectorTerms' || !isEmpty(value[name]))
  names.sort((a, b) => structFields.indexOf(a) - structFields.indexOf(b))
  return `{${names.map((name) => `${JSON.stringify(name)}:${isMap(name) ? goJson(value[name]) : goStruct(value[name])}`).join(',')}}`
}

/** Hash of a list of override snapshots, in a Work's annotations; Go's nil list is `null`. */
export function overridesHash(snapshots: readonly unknown[] | undefined): string {
  return hashOf(snapshots === undefined || snapshots.length === 0 ? null : snapshots)
}

/** Annotation `spec-hash` of an applied object: the manifest without what does not count in a comparison. */
export function manifestHash(manifest: KubernetesObject): string {
  return hashOf(comparable(manifest))
}

/** A manifest or a member's object without names, reserved labels and annotations, and what the server manages. */
export function comparable(object: KubernetesObject): JsonObject {
  const { metadata, status: _status, ...rest } = object as unknown as JsonObject & KubernetesObject
  const cleared = { finalizers: [], managedFields: [], ownerReferences: [] }
  return { ...rest, metadata: { ...cleared, annotations: unreserved(metadata.annotations), labels: unreserved(metadata.labels) } }
}

const reserved = ['kubernetes.io/', 'k8s.io/', 'kubernetes-fleet.io/']

function unreserved(values: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !reserved.some((part) => key.includes(part))))
}

function isMap(name: string): boolean {
  return name === 'matchLabels' || name === 'value'
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
