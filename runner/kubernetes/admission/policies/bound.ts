// Which policies a request meets: those that look at it, by each of their bindings that does too.
import { at, type KubernetesObject } from '../../object.ts'
import { concerns, constraintsOf } from '../match.ts'
import type { AdmissionRequest } from '../plugin.ts'

/** A policy, and a binding by which it holds. */
export interface BoundPolicy {
  readonly policy: KubernetesObject
  readonly binding: KubernetesObject
}

/** Whoever could judge policies by policies could lock the cluster for good. */
const exempt = /^(validating|mutating)admissionpolic(y|ies)(bindings)?$/

/** The policies of a kind that a request meets; its bindings are of the kind with `Binding` after it. */
export function boundPolicies(request: AdmissionRequest, apiVersion: string, kind: string): readonly BoundPolicy[] {
  const { resource, context } = request
  if (resource.group === 'admissionregistration.k8s.io' && exempt.test(resource.plural)) return []
  return context.list(apiVersion, `${kind}Binding`).flatMap((binding) => {
    const policy = context.get(apiVersion, kind, { name: String(at(binding, 'spec', 'policyName') ?? '') })
    return policy && isMeant(request, policy, binding) ? [{ policy, binding }] : []
  })
}

function isMeant(request: AdmissionRequest, policy: KubernetesObject, binding: KubernetesObject): boolean {
  const bound = at(binding, 'spec', 'matchResources')
  return concerns(request, constraintsOf(at(policy, 'spec', 'matchConstraints'))) && (bound === undefined || concerns(request, constraintsOf(bound)))
}
