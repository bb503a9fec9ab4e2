// KubeFleet: what a hub and its members are born with, and the controllers of the hub agent and of the member agents.
//
// All of them are clients of the clusters' API servers. A member's controllers reach the hub as `others.hub`.
import type { JsonObject } from '../../base/json.ts'
import type { AdmissionPlugin } from '../../kubernetes/api-server.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import type { ControllerDefinition } from '../controller.ts'
import { evictionHook } from './admission/eviction-hooks.ts'
import { guardRailHook } from './admission/guard-rail.ts'
import { memberHook } from './admission/member-hooks.ts'
import { overrideHook } from './admission/override-hooks.ts'
import { placementHook } from './admission/placement-hooks.ts'
import { workloadHook } from './admission/workload-hooks.ts'
import { hubDefinitions, memberDefinitions } from './crds/definitions.ts'
import { type SilenceOf, withHeartbeat } from './heartbeat.ts'
import { clusterProfile } from './hub/cluster-profile.ts'
import { eviction } from './hub/eviction.ts'
import { memberCluster } from './hub/member-cluster.ts'
import { placement } from './hub/placement.ts'
import { rollout } from './hub/rollout.ts'
import { scheduler } from './hub/scheduler.ts'
import { webhookConfiguration } from './hub/webhook-configuration.ts'
import { workGenerator } from './hub/work-generator.ts'
import { internalMemberCluster } from './member/internal-member-cluster.ts'
import { workApplier } from './member/work-applier.ts'
import { hubAccessAccount, systemNamespace } from './names.ts'
import { endpointSliceExport } from './networking/endpoint-slice-export.ts'
import { endpointSliceImport, multiClusterService, serviceImportRelay } from './networking/multi-cluster-service.ts'
import { serviceExport } from './networking/service-export.ts'
import { serviceImport } from './networking/service-import.ts'
import { trafficManagerBackend } from './networking/traffic-manager-backend.ts'
import { trafficManagerProfile } from './networking/traffic-manager-profile.ts'
import { overrideSnapshots } from './overrides/override-snapshots.ts'
import type { ReservedNamespaces } from './selection/reserved-namespaces.ts'
import type { TrafficManagers } from './traffic-managers.ts'
import { updateRun } from './updates/update-run.ts'

export type { Silence, SilenceOf } from './heartbeat.ts'

/** What a hub agent is started with. */
export interface HubOptions {
  /** `--enable-webhook`; without it pods and replica sets are let in, and nothing is filled in. Default: on. */
  readonly webhooks?: boolean | undefined
  /** `--enable-guard-rail`. Default: on. */
  readonly guardRail?: boolean | undefined
  /** Which namespaces are Fleet's own. Default: as upstream. */
  readonly reservedNamespaces?: ReservedNamespaces | undefined
  /** The networking agents: Services across clusters. Default: off. */
  readonly networking?: boolean | undefined
  /** With the networking agents: Azure's Traffic Manager, where there is an Azure. */
  readonly trafficManagers?: TrafficManagers | undefined
  /** What is left out: the whole `hub-agent`, or controllers by name. */
  readonly without?: readonly string[] | undefined
}

/** The hub agent's controllers. */
export function hubControllers(options: HubOptions = {}): readonly ControllerDefinition[] {
  const { webhooks = true, guardRail = true, reservedNamespaces = 'upstream', networking = false, trafficManagers, without = [] } = options
  if (without.includes('hub-agent')) return []
  const all = [
    clusterProfile,
    eviction,
    memberCluster,
    overrideSnapshots,
    placement({ reservedNamespaces }),
    rollout,
    scheduler,
    updateRun({ reservedNamespaces }),
    webhookConfiguration({ webhooks, guardRail: webhooks && guardRail }),
    workGenerator,
    ...(networking ? [serviceImport] : []),
    ...(networking && trafficManagers ? [trafficManagerProfile(trafficManagers), trafficManagerBackend(trafficManagers)] : []),
  ]
  return all.filter(({ name }) => !without.includes(name))
}

/** What a member's agents are started with. */
export interface MemberAgentOptions {
  readonly memberName: string
  readonly networking?: boolean | undefined
  /** What is left out: the whole `member-agent`, or controllers by name. */
  readonly without?: readonly string[] | undefined
}

/** The controllers of one member's agents. */
export function memberControllers(options: MemberAgentOptions): readonly ControllerDefinition[] {
  const { networking = false, without = [] } = options
  if (without.includes('member-agent')) return []
  const net = [serviceExport(options), endpointSliceExport(options), multiClusterService, serviceImportRelay(options), endpointSliceImport(options)]
  return [internalMemberCluster(options), workApplier(options), ...(networking ? net : [])].filter(({ name }) => !without.includes(name))
}

/** Plain manifests that a hub begins with, in the order in which they can be created. */
export function hubObjects(options: { readonly networking?: boolean | undefined } = {}): readonly KubernetesObject[] {
  return [...hubDefinitions(options), systemNamespaceObject]
}

/** Plain manifests that a member begins with, in the order in which they can be created. */
export function memberObjects(options: { readonly networking?: boolean | undefined } = {}): readonly KubernetesObject[] {
  return [...memberDefinitions(options), ...(options.networking ? [systemNamespaceObject] : [])]
}

const systemNamespaceObject: KubernetesObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } }

/** The hub agent's webhooks as plugins of the hub's API server, to be put at the end of its chain. */
export function hubAdmission(options: HubOptions = {}): readonly AdmissionPlugin[] {
  const { webhooks = true, guardRail = true, reservedNamespaces = 'upstream', without = [] } = options
  if (without.includes('hub-agent')) return []
  return [
    ...(webhooks ? [placementHook, overrideHook, evictionHook, memberHook, workloadHook(reservedNamespaces)] : []),
    ...(webhooks && guardRail ? [guardRailHook(reservedNamespaces)] : []),
  ]
}

/** Makes objects as a hub stores them into what readers see at a time (world time, ms), by `plural.group`: heartbeats are not written. */
export function hubOnRead(silenceOf?: SilenceOf): Readonly<Record<string, (object: KubernetesObject, now: number) => KubernetesObject>> {
  const view = (object: KubernetesObject, now: number): KubernetesObject => withHeartbeat(object, now, silenceOf)
  return { 'internalmemberclusters.cluster.kubernetes-fleet.io': view, 'memberclusters.cluster.kubernetes-fleet.io': view }
}

/** What a member is joined with, beside its name. */
export interface MemberOptions {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly taints?: readonly unknown[]
  /** Default 15, as the join script sets it. */
  readonly heartbeatPeriodSeconds?: number
}

/** A MemberCluster as it is created to join a member. */
export function memberClusterObject({ name, labels, annotations, taints = [], heartbeatPeriodSeconds = 15 }: MemberOptions): KubernetesObject {
  return {
    apiVersion: 'cluster.kubernetes-fleet.io/v1',
    kind: 'MemberCluster',
    metadata: { name, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      heartbeatPeriodSeconds,
      identity: { apiGroup: '', kind: 'ServiceAccount', name: hubAccessAccount(name), namespace: systemNamespace },
      ...(taints.length === 0 ? {} : { taints: taints as readonly JsonObject[] }),
    },
  }
}

/** The service account in `fleet-system` on the hub by which a member's agent is known: `<member>-hub-cluster-access`. */
export function hubAccessObject(member: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: hubAccessAccount(member), namespace: systemNamespace } }
}
