// The kinds that have rules of their own, one line each. Every other kind is served from the facts table alone.
import type { KindRules } from '../kind.ts'
import { customResourceDefinition } from './apiextensions/custom-resource-definition.ts'
import { deployment } from './apps/deployment.ts'
import { replicaSet } from './apps/replica-set.ts'
import { lease } from './coordination/lease.ts'
import { configMap } from './core/config-map.ts'
import { endpoints } from './core/endpoints.ts'
import { namespace } from './core/namespace.ts'
import { node } from './core/node.ts'
import { pod } from './core/pod.ts'
import { secret } from './core/secret.ts'
import { service } from './core/service.ts'
import { serviceAccount } from './core/service-account.ts'
import { endpointSlice } from './discovery/endpoint-slice.ts'
import { coreEvent, newEvent } from './events/event.ts'
import { clusterRoleBinding, roleBinding } from './rbac/bindings.ts'
import { clusterRole, role } from './rbac/roles.ts'

const kinds: readonly KindRules[] = [
  clusterRole,
  clusterRoleBinding,
  configMap,
  coreEvent,
  customResourceDefinition,
  deployment,
  endpointSlice,
  endpoints,
  lease,
  namespace,
  newEvent,
  node,
  pod,
  replicaSet,
  role,
  roleBinding,
  secret,
  service,
  serviceAccount,
]

const byName = new Map(kinds.map((rules) => [`${rules.apiVersion} ${rules.kind}`, rules]))

/** Rules of a built-in kind, or undefined where the facts table says all. */
export function rulesFor(apiVersion: string, kind: string): KindRules | undefined {
  return byName.get(`${apiVersion} ${kind}`)
}
