// A whole small cluster for tests: API server, controllers, two nodes, on a stopped clock.

import type { ClockState, WorldClock } from '#runner/base/clock.ts'
import type { JsonObject } from '#runner/base/json.ts'
import { createPrivateKey } from '#runner/base/p256.ts'
import { createRandom } from '#runner/base/random.ts'
import { createConnections } from '#runner/containers/connections.ts'
import { createRuntime } from '#runner/containers/runtime.ts'
import { clusterControllers } from '#runner/controllers/index.ts'
import { type RunningControllers, runControllers } from '#runner/controllers/run-controllers.ts'
import { admissionChain } from '#runner/kubernetes/admission/chain.ts'
import { type ApiServer, type ApiServerState, createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects, clusterObjects } from '#runner/kubernetes/bootstrap.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { systemUser } from '#runner/kubernetes/identity.ts'
import type { KubernetesObject } from '#runner/kubernetes/object.ts'
import type { PodConnections } from '#runner/kubernetes/pod-connections.ts'
import { plainNode } from '#runner/world/births/plain-node.ts'
import { stoppedClock, testStart } from './stopped-clock.ts'

/** A cluster under test. */
export interface TestCluster {
  readonly server: ApiServer
  /** The administrator's client. */
  readonly client: Client
  readonly clock: WorldClock
  readonly controllers: RunningControllers
  /** The nodes' side: logs, exec. */
  readonly connections: PodConnections
  /** Waits until nothing is under way, moving time on by `ms` first. */
  settle(ms?: number): Promise<void>
  state(): ClusterSnapshot
}

/** What a test takes from one cluster to begin another with. */
export interface ClusterSnapshot {
  readonly clock: ClockState
  readonly api: ApiServerState
  readonly controllers: JsonObject
  readonly random: readonly [number, number, number, number]
  readonly containers: JsonObject
}

/** How a cluster under test is made. */
interface ClusterOptions {
  readonly without?: readonly string[]
  readonly nodes?: number
  readonly from?: ClusterSnapshot
  readonly objects?: readonly KubernetesObject[]
  readonly featureGates?: readonly string[]
  readonly durations?: 'short' | 'real'
}

/** Starts a cluster; `from` goes on with one. */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { from, without = [] } = options
  const { clock, activity } = stoppedClock(from?.clock)
  const random = createRandom(from?.random ?? 'test')
  const secret = createRandom('secret')
  const problems: unknown[] = []
  const runtime = createRuntime({
    clock,
    name: 'test',
    reader: () => server.reader,
    api: async () => ({ status: 200, headers: {}, body: '' }),
    token: (pod, audience, seconds) => server.tokenFor(pod, audience, seconds) ?? '',
    ...(from?.containers && { state: from.containers }),
  })
  const connections = createConnections(runtime)
  const server: ApiServer = createApiServer({
    clock,
    activity,
    random,
    serviceCidr: '10.0.0.0/16',
    gitVersion: 'v1.35.4',
    birth: bootstrapObjects({ now: testStart, gitVersion: 'v1.35.4' }),
    seed: from ? [] : birth(options),
    ...(from ? { state: from.api } : {}),
    rbac: true,
    serviceAccountKey: createPrivateKey(secret),
    anonymous: true,
    admission: admissionChain(without),
    pods: connections,
  })
  const controllers = runControllers(clusterControllers(without), {
    clock,
    activity,
    random,
    clientFor: (name, { fieldManager = 'kube-controller-manager' }) => server.client(systemUser(`system:${name}`), { fieldManager }),
    prefix: 'test',
    settings: { podCidr: '10.244.0.0/16', clusterName: 'test', durations: options.durations ?? 'short' },
    runtime,
    authority: {
      sign: ({ commonName, organizations }, { from: start, to, usages }) =>
        `signed for ${commonName} of ${organizations}, ${Math.round((to - start - 300_000) / 1000)} seconds, ${usages}`,
    },
    ...(from ? { state: from.controllers } : {}),
    problem: ({ controller, key, error }) => problems.push(new Error(`${controller} ${key}`, { cause: error })),
  })
  const settle = async (ms = 0): Promise<void> => {
    await activity.settled()
    if (ms > 0) await clock.advance(ms)
    const unexpected = problems.filter(
      (problem) =>
        (problem as { cause?: { name?: string } }).cause?.name !== 'StatusError' && (problem as { cause?: { name?: string } }).cause?.name !== 'ScaleFailure',
    )
    if (unexpected.length > 0) throw unexpected[0]
  }
  await settle()
  return {
    server,
    client: server.client(systemUser('admin'), { fieldManager: 'test' }),
    clock,
    controllers,
    connections,
    settle,
    state: () => ({ clock: clock.state(), api: server.state(), controllers: controllers.state(), random: random.state, containers: runtime.state() }),
  }
}

function birth({ nodes: count = 2, objects = [], featureGates = [] }: ClusterOptions): readonly KubernetesObject[] {
  const random = createRandom('birth')
  const cluster = clusterObjects({ now: testStart, random, serviceCidr: '10.0.0.0/16', apiServerAddress: '192.0.2.10', caPem: 'CA', featureGates })
  const nodes = Array.from({ length: count }, (_, index) =>
    plainNode(
      { name: `node-${index + 1}`, labels: {}, taints: [], capacity: {} },
      { index, podCidr: '10.244.0.0/16', version: '1.35.4', now: testStart, random },
    ),
  )
  return [...cluster, ...nodes, ...objects]
}
