// A whole fleet for tests: a hub without nodes and members of one node each, every cluster with its own API server, on one stopped clock.
import type { Activity } from '#runner/base/activity.ts'
import type { WorldClock } from '#runner/base/clock.ts'
import { createPrivateKey } from '#runner/base/p256.ts'
import { createRandom, type Random } from '#runner/base/random.ts'
import type { ControllerDefinition } from '#runner/controllers/controller.ts'
import {
  hubAccessObject,
  hubAdmission,
  hubControllers,
  hubObjects,
  hubOnRead,
  memberClusterObject,
  memberControllers,
  memberObjects,
} from '#runner/controllers/fleet/index.ts'
import { clusterControllers } from '#runner/controllers/index.ts'
import { type RunOptions, runControllers } from '#runner/controllers/run-controllers.ts'
import { admissionChain, callingPlugins } from '#runner/kubernetes/admission/chain.ts'
import { type ApiServer, createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects, clusterObjects } from '#runner/kubernetes/bootstrap.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { systemUser, type UserInfo } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import { stoppedClock, testStart } from './stopped-clock.ts'

/** How a fleet under test is made. */
export interface FleetOptions {
  /** Labels of the members by their names. */
  readonly members?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly reservedNamespaces?: 'own' | 'upstream'
  readonly webhooks?: boolean
  /** With the agents for Services across clusters. */
  readonly networking?: boolean
  /** Leaves controllers of the hub agent out, by name. */
  readonly without?: readonly string[]
  /** Members whose agent does not run. */
  readonly silent?: readonly string[]
  /** Nodes of each member. Default: one. */
  readonly nodes?: 0 | 1
  /** Default 15, as the join script sets it. */
  readonly heartbeatPeriodSeconds?: number
  /** What all chance of the fleet follows from. */
  readonly seed?: string
  /** Stands between Fleet's agents and the API servers. */
  readonly between?: (client: Client) => Client
}

/** One cluster of a fleet under test. */
export interface FleetCluster {
  readonly server: ApiServer
  /** The administrator's client. */
  readonly client: Client
}

/** A fleet under test. */
export interface TestFleet {
  readonly clock: WorldClock
  readonly hub: FleetCluster
  readonly members: Readonly<Record<string, FleetCluster>>
  /** Joins a further member, or one that has left. */
  join(name: string, labels?: Readonly<Record<string, string>>): Promise<void>
  /** Waits until nothing is under way, moving time on by `ms` first. */
  settle(ms?: number): Promise<void>
}

/** The labels of the members of the recorded world `two`. */
export const twoMembers = { 'member-east': azureLabels('eastus'), 'member-west': azureLabels('westus2') }

/** Starts a fleet and waits until its members have joined. */
export async function startFleet(options: FleetOptions = {}): Promise<TestFleet> {
  const { clock, activity } = stoppedClock()
  const ground = { clock, activity, random: createRandom(options.seed ?? 'fleet') }
  const { members = twoMembers } = options
  const problems: unknown[] = []
  const hub = startHub(ground, options)
  for (const object of hubObjects(options)) await create(hub, object)
  run(hub, ground, { definitions: clusterControllers(['scheduler', 'kubelet']), prefix: 'hub', problems })
  run(hub, ground, { definitions: hubControllers(options), prefix: 'hub-agent', problems, ...(options.between ? { between: options.between } : {}) })
  const clusters: Record<string, FleetCluster> = {}
  const join = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> => {
    if (!clusters[name]) clusters[name] = await startJoining(name, hub, { ground, options, problems })
    const { heartbeatPeriodSeconds } = options
    await create(hub, memberClusterObject({ name, labels, ...(heartbeatPeriodSeconds === undefined ? {} : { heartbeatPeriodSeconds }) }))
  }
  for (const [name, labels] of Object.entries(members)) await join(name, labels)
  const settle = async (ms = 0): Promise<void> => {
    await activity.settled()
    if (ms > 0) await clock.advance(ms)
    if (problems.length > 0) throw problems[0]
  }
  await settle(2000)
  return { clock, hub, members: clusters, join, settle }
}

interface Joining {
  readonly ground: Ground
  readonly options: FleetOptions
  readonly problems: unknown[]
}

/** A member's cluster with its agent, which waits for the hub's word. */
async function startJoining(name: string, hub: FleetCluster, { ground, options, problems }: Joining): Promise<FleetCluster> {
  const { between = (client) => client, silent } = options
  const member = startMember(name, ground, options)
  for (const object of memberObjects(options)) await create(member, object)
  run(member, ground, { definitions: clusterControllers([]), prefix: name, problems })
  await create(hub, hubAccessObject(name))
  const others = { hub: between(hub.server.client(agentOnHub(name), { fieldManager: 'memberagent' })) }
  const definitions = memberControllers({ memberName: name, networking: options.networking })
  if (!silent?.includes(name)) run(member, ground, { definitions, prefix: `${name}-agent`, problems, others, between })
  return member
}

interface Ground {
  readonly clock: WorldClock
  readonly activity: Activity
  readonly random: Random
}

function startHub(ground: Ground, options: FleetOptions): FleetCluster {
  const admission = [...admissionChain(callingPlugins), ...hubAdmission(options)]
  return clusterOf(createApiServer({ ...serverOptions('hub', ground), seed: seedOf('hub', []), admission, onRead: hubOnRead() }))
}

function startMember(name: string, ground: Ground, { nodes = 1 }: FleetOptions): FleetCluster {
  const birth = nodes === 0 ? [] : [node()]
  return clusterOf(createApiServer({ ...serverOptions(name, ground), seed: seedOf(name, birth), admission: admissionChain([]) }))
}

function serverOptions(name: string, ground: Ground) {
  return {
    ...ground,
    name,
    serviceCidr: '10.0.0.0/16',
    gitVersion: 'v1.35.4',
    birth: bootstrapObjects({ now: testStart, gitVersion: 'v1.35.4' }),
    rbac: true,
    serviceAccountKey: createPrivateKey(createRandom(`${name} key`)),
    anonymous: true,
  }
}

function seedOf(name: string, nodes: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const options = { now: testStart, random: createRandom(`${name} birth`), serviceCidr: '10.0.0.0/16', apiServerAddress: '192.0.2.10', caPem: 'CA' }
  return [...clusterObjects(options), ...nodes]
}

function clusterOf(server: ApiServer): FleetCluster {
  return { server, client: server.client(systemUser('admin'), { fieldManager: 'kubectl-client-side-apply' }) }
}

interface Crew {
  readonly definitions: readonly ControllerDefinition[]
  readonly prefix: string
  readonly problems: unknown[]
  readonly others?: RunOptions['others']
  readonly between?: (client: Client) => Client
}

/** Errors that the API server gives are a controller's to retry; any other is a fault and fails the test. */
function run({ server }: FleetCluster, ground: Ground, { definitions, prefix, problems, others, between = (client) => client }: Crew): void {
  runControllers(definitions, {
    ...ground,
    prefix,
    settings: { podCidr: '10.244.0.0/16', clusterName: prefix },
    clientFor: (name, { fieldManager = 'kube-controller-manager' }) => between(server.client(systemUser(`system:${name}`), { fieldManager })),
    ...(others ? { others } : {}),
    problem({ controller, key, error }) {
      const name = error instanceof Error ? error.name : ''
      if (name !== 'StatusError' && name !== 'ScaleFailure') problems.push(new Error(`${controller} ${key}`, { cause: error }))
    },
  })
}

async function create({ client }: FleetCluster, object: KubernetesObject): Promise<void> {
  const resource = await client.resourceFor(object.apiVersion, object.kind)
  if (!resource) throw new Error(`${object.kind} of ${object.apiVersion} is not served`)
  await client.create(resource, object, object.kind === 'MemberCluster' ? { fieldManager: 'kubectl-create' } : {})
}

function agentOnHub(name: string): UserInfo {
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:fleet-system', 'system:authenticated']
  return { name: `system:serviceaccount:fleet-system:${name}-hub-cluster-access`, groups }
}

/** Labels that Azure gives a member of that region. */
export function azureLabels(location: string): Readonly<Record<string, string>> {
  return {
    'fleet.azure.com/location': location,
    'fleet.azure.com/resource-group': 'rg-aks-fleet-lab',
    'fleet.azure.com/subscription-id': '00000000-0000-0000-0000-000000000000',
  }
}

/** The node that each member of the recorded world had. */
function node(): KubernetesObject {
  const name = 'aks-nodepool1-10000000-vmss000000'
  const time = new Date(testStart).toISOString().replace('.000', '')
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, uid: '11111111-1111-4111-8111-111111111111', creationTimestamp: time, labels: { 'kubernetes.io/hostname': name } },
    spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
    status: {
      addresses: [{ type: 'InternalIP', address: '10.224.0.4' }],
      allocatable: { cpu: '1900m', memory: '5474648Ki', pods: '110' },
      capacity: { cpu: '2', memory: '8129880Ki', pods: '110' },
      nodeInfo: { kubeletVersion: 'v1.35.4' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          message: 'kubelet is posting ready status',
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
    },
  }
}
