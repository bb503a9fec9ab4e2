// What policies ask of pods in clusters that have the azure-policy add-on: each is a constraint of Gatekeeper's there.
import { sha256 } from '@noble/hashes/sha2.js'
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { toHex } from '../../../base/p256.ts'
import { nameOf } from '../../resource-id.ts'
import { type AzureContext, propertiesOf } from '../../resource-type.ts'
import { type AssignedPolicy, assignedPolicies } from './assigned-policies.ts'

/** What a policy looks at in a pod. */
export type ConstraintKind = 'noPrivilege' | 'allowedImages' | 'noPrivilegeEscalation'

/** A constraint in force on a cluster. */
export interface PodConstraint {
  readonly kind: ConstraintKind
  /** `azurepolicy-k8sazurev2noprivilege-…`, as Gatekeeper names it in a refusal. */
  readonly name: string
  readonly excludedNamespaces: readonly string[]
  readonly namespaces: readonly string[]
  readonly excludedContainers: readonly string[]
  /** Of `allowedImages`: what an image must match. */
  readonly imageForm?: string
}

/** Built-in definitions that become constraints, by name, with the template that each is in Gatekeeper. */
const kinds: Readonly<Record<string, { readonly kind: ConstraintKind; readonly template: string }>> = {
  '95edb821-ddaf-4404-9732-666045e056b4': { kind: 'noPrivilege', template: 'k8sazurev2noprivilege' },
  'febd0533-8e55-448f-b837-bd0e06f16469': { kind: 'allowedImages', template: 'k8sazurev2containerallowedimages' },
  '1c6e92c9-99f0-4e55-9cf2-0c234dc48f99': { kind: 'noPrivilegeEscalation', template: 'k8sazurev3noprivilegeescalation' },
}

/** The kind of constraint that a policy becomes; undefined for one about resources of Azure. */
export function constraintOf({ definition }: AssignedPolicy): ConstraintKind | undefined {
  return kinds[nameOf(definition.id)]?.kind
}

/** The constraints that deny on a cluster; none where the add-on is off. */
export function podConstraints(clusterId: string, context: AzureContext): readonly PodConstraint[] {
  const cluster = context.store.get(clusterId)
  if (!cluster || !hasAddOn(propertiesOf(cluster))) return []
  return assignedPolicies(cluster.id, context)
    .filter((policy) => policy.enforced && String(policy.parameter('effect') ?? 'deny').toLowerCase() === 'deny')
    .flatMap((policy) => {
      const known = kinds[nameOf(policy.definition.id)]
      return known ? [constraint(policy, known)] : []
    })
}

function constraint(policy: AssignedPolicy, { kind, template }: { kind: ConstraintKind; template: string }): PodConstraint {
  const form = policy.parameter('allowedContainerImagesRegex')
  return {
    kind,
    name: `azurepolicy-${template}-${hashed(`${policy.assignment.id}/${policy.definition.id}`).slice(0, 20)}`,
    excludedNamespaces: texts(policy.parameter('excludedNamespaces')),
    namespaces: texts(policy.parameter('namespaces')),
    excludedContainers: texts(policy.parameter('excludedContainers')),
    ...(typeof form === 'string' ? { imageForm: form } : {}),
  }
}

function hashed(text: string): string {
  return toHex(sha256(new TextEncoder().encode(text.toLowerCase())))
}

function hasAddOn({ addonProfiles }: JsonObject): boolean {
  const profiles = isObject(addonProfiles) ? addonProfiles : {}
  return Object.entries(profiles).some(([name, one]) => name.toLowerCase() === 'azurepolicy' && isObject(one) && one.enabled === true)
}

function texts(value: Json): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
