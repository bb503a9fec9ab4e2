// The guard rail: a hub's users may not touch what Fleet and Kubernetes live on (pkg/webhook/fleetresourcehandler).
import { equal } from '../../../base/json.ts'
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { isReserved, type ReservedNamespaces } from '../selection/reserved-namespaces.ts'
import { denied, type HookRequest } from './denied.ts'

/** Refuses users' writes to Fleet's definitions, to reserved namespaces and what is in them, and to members' fleet annotations. */
export function guardRailHook(reservedNamespaces: ReservedNamespaces): AdmissionPlugin {
  return {
    name: 'fleet-hub-guard-rail',
    validate(request) {
      if (request.operation === 'CONNECT' || isEvent(request)) return
      if (isOf(request, 'cluster.kubernetes-fleet.io', 'memberclusters')) guardMember(request)
      if (isManagedChange(request) && !isTrusted(request)) throw denied(memberGuard, refusal(request))
      const guard = webhookFor(request, reservedNamespaces)
      if (guard !== undefined && !isTrusted(request)) throw denied(guard, refusal(request))
    },
  }
}

const fleetGroups = ['networking.fleet.azure.com', 'cluster.kubernetes-fleet.io', 'placement.kubernetes-fleet.io', 'multicluster.x-k8s.io']
const trustedGroups = ['system:masters', 'kubeadm:cluster-admins', 'system:serviceaccounts', 'system:nodes']
const trustedUsers = ['system:kube-scheduler', 'system:kube-controller-manager', 'system:apiserver', 'aks-support']

function isEvent({ resource }: HookRequest): boolean {
  return resource.plural === 'events'
}

function isOf({ resource }: HookRequest, group: string, plural: string): boolean {
  return resource.group === group && resource.plural === plural
}

function isTrusted({ user }: HookRequest): boolean {
  return trustedUsers.includes(user.name) || user.groups.some((group) => trustedGroups.includes(group))
}

/** The webhook that guards what is written; undefined if none does. */
function webhookFor(request: HookRequest, rule: ReservedNamespaces): string | undefined {
  const { namespace, name } = request.key
  if (isOf(request, 'apiextensions.k8s.io', 'customresourcedefinitions')) {
    const definition = request.object ?? request.old
    return fleetGroups.includes(String(at(definition, 'spec', 'group'))) ? 'fleet.customresourcedefinition.guardrail.validating' : undefined
  }
  if (isOf(request, '', 'namespaces')) return isReserved(name, rule) ? 'fleet.namespace.guardrail.validating' : undefined
  if (namespace === undefined || !isReserved(namespace, rule)) return undefined
  if (namespace.startsWith('fleet-member-')) return 'fleet.fleetmembernamespacedresources.guardrail.validating'
  return namespace.startsWith('kube-') ? 'fleet.kubenamespacedresources.guardrail.validating' : 'fleet.fleetsystemnamespacedresources.guardrail.validating'
}

/** What is refused, with groups and kind as Go prints them. */
function refusal({ operation, resource, subresource, key, user }: HookRequest): string {
  const { groups } = user
  const shown = groups.length > 10 ? `[${groups.slice(0, 3).join(', ')},......]` : `[${groups.join(' ')}]`
  const kind = `${resource.group}/${resource.version}, Kind=${resource.kind}`
  return `user: '${user.name}' in 'groups: ${shown}' is not allowed to ${operation} resource ${kind}/${subresource}: ${key.namespace ?? ''}/${key.name}`
}

const memberGuard = 'fleet.membercluster.guardrail.validating'

/** Fleet's annotations say who a member belongs to: nobody adds them to a member of his own, or takes them all away. */
function guardMember({ operation, object, old }: HookRequest): void {
  if (operation !== 'UPDATE' || !object || !old) return
  const [before, after] = [hasFleetAnnotation(old), hasFleetAnnotation(object)]
  if (!before && after) throw denied(memberGuard, 'no user is allowed to add a fleet pre-fixed annotation to an upstream member cluster')
  if (before && !after) throw denied(memberGuard, 'no user is allowed to remove all fleet pre-fixed annotations from a fleet member cluster')
}

/** A member that Azure has joined is Azure's: of its spec, others change the taints alone. */
function isManagedChange(request: HookRequest): boolean {
  if (!isOf(request, 'cluster.kubernetes-fleet.io', 'memberclusters') || request.subresource !== '') return false
  const { operation, object, old } = request
  const member = object ?? old
  if (!member || !hasFleetAnnotation(member)) return false
  return operation !== 'UPDATE' || !equal(withoutTaints(object), withoutTaints(old))
}

function withoutTaints(member: KubernetesObject | undefined): unknown {
  const { taints: _, ...spec } = (member?.spec ?? {}) as { readonly taints?: unknown }
  return spec
}

function hasFleetAnnotation({ metadata }: KubernetesObject): boolean {
  return Object.keys(metadata.annotations ?? {}).some((key) => key.startsWith('fleet.azure.com'))
}
