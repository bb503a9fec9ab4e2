// The parameters that a binding hands to its policy.
import { isObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { labelSelectorMatcher } from '../../selectors.ts'
import type { AdmissionRequest } from '../plugin.ts'

/** The objects to judge with, one after another (undefined for a policy without any), or why there are none. */
export type Params = { readonly found: readonly (KubernetesObject | undefined)[] } | { readonly problem: string }

/** The parameters of a policy as a binding chooses them. */
export function paramsOf(request: AdmissionRequest, policy: KubernetesObject, binding: KubernetesObject): Params {
  const kind = at(policy, 'spec', 'paramKind')
  const reference = at(binding, 'spec', 'paramRef')
  if (!isObject(kind)) return { found: [undefined] }
  if (!isObject(reference)) return { found: [undefined] }
  const [apiVersion, name] = [String(kind.apiVersion), String(kind.kind)]
  const scope = request.context.scopeOf?.(apiVersion, name)
  if (scope === undefined) return { problem: `failed to configure policy: failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'` }
  const namespace = scope === 'Cluster' ? undefined : String(reference.namespace ?? request.key.namespace ?? '')
  if (namespace === '')
    return { problem: 'failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' }
  const found = chosen(request, { apiVersion, kind: name }, { reference, namespace })
  if (found.length > 0) return { found }
  if (reference.parameterNotFoundAction === 'Allow') return { found: [] }
  return { problem: 'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction' }
}

function chosen(
  { context }: AdmissionRequest,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { reference, namespace }: { readonly reference: Readonly<Record<string, unknown>>; readonly namespace: string | undefined },
): readonly KubernetesObject[] {
  if (typeof reference.name === 'string' && reference.name !== '') {
    const one = context.get(apiVersion, kind, namespace === undefined ? { name: reference.name } : { name: reference.name, namespace })
    return one ? [one] : []
  }
  const matcher = labelSelectorMatcher(isObject(reference.selector) ? reference.selector : {})
  return context.list(apiVersion, kind, namespace).filter(({ metadata }) => matcher.matches(metadata.labels ?? {}))
}
