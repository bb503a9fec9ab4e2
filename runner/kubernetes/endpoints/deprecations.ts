// Built-in kinds that will go, and what is said of them with every answer of one of their verbs.
import { apiVersionOf } from '../object.ts'
import type { Call } from './call.ts'

/** Warns of a kind that is deprecated (apiserver `endpoints/installer.go`: a method that the kind does not have says nothing of it). */
export function warnOfDeprecation({ resource: { info }, warnings }: Call): void {
  const deprecation = deprecated[`${apiVersionOf(info)} ${info.kind}`]
  if (deprecation !== undefined) warnings.push(deprecation)
}

const deprecated: Readonly<Record<string, string>> = {
  'v1 ComponentStatus': 'v1 ComponentStatus is deprecated in v1.19+',
  ...Object.fromEntries(
    ['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'].map((kind) => {
      const name = `admissionregistration.k8s.io/v1beta1 ${kind}`
      return [name, `${name} is deprecated in v1.37+, unavailable in v1.40+`]
    }),
  ),
  'v1 Endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
}
