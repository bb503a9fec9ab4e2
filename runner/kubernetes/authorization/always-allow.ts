// kube-apiserver's authorization mode AlwaysAllow, as test clusters run with.
import type { Authorizer } from '../identity.ts'

/** Allows everything, and says nothing of why (apiserver `authorizerfactory/builtin.go`). */
export const alwaysAllow: Authorizer = { authorize: async () => ({ verdict: 'allow', reason: '' }) }
