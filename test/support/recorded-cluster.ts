// The cluster on which the recordings of Kubernetes were made: two nodes, RBAC, the default admission plugins and controllers.
import { createActivity } from '#runner/base/activity.ts'
import { createClock, machinePulse, type WorldClock } from '#runner/base/clock.ts'
import type { Host } from '#runner/base/host.ts'
import { createPrivateKey } from '#runner/base/p256.ts'
import { createRandom } from '#runner/base/random.ts'
import { clusterControllers } from '#runner/controllers/index.ts'
import { runControllers } from '#runner/controllers/run-controllers.ts'
import { admissionChain } from '#runner/kubernetes/admission/chain.ts'
import { type ApiServer, createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects, clusterObjects } from '#runner/kubernetes/bootstrap.ts'
import type { Client } from '#runner/kubernetes/client.ts'
import { systemUser, type UserInfo } from '#runner/kubernetes/identity.ts'

/** A running cluster on a stopped clock. */
export interface RecordedCluster {
  readonly server: ApiServer
  readonly host: Host
  readonly clock: WorldClock
  readonly admin: Client
  /** Waits until the controllers are idle. */
  settle(): Promise<void>
  stop(): void
}

/** Bearer tokens of the recorded users. */
export const recordedTokens: Readonly<Record<string, UserInfo>> = {
  'admin-token': { name: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] },
  'dev-token': { name: 'dev', uid: 'dev', groups: ['devs', 'system:authenticated'] },
}

/** Starts a cluster as the recordings' was. */
export function startRecordedCluster(): RecordedCluster {
  const activity = createActivity()
  const now = Date.parse('2026-11-23T16:00:00Z')
  const clock = createClock({ now, pace: 1, timers: [] }, { pulse: machinePulse, activity })
  const random = createRandom('recorded')
  const gitVersion = 'v1.35.4'
  const serviceCidr = '10.0.0.0/16'
  const server = createApiServer({
    clock,
    activity,
    random,
    serviceCidr,
    gitVersion,
    birth: bootstrapObjects({ now, gitVersion }),
    seed: clusterObjects({ now, random, serviceCidr, apiServerAddress: '192.0.2.10', caPem: '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n' }),
    rbac: true,
    anonymous: true,
    admission: admissionChain([]),
    serviceAccountKey: createPrivateKey(createRandom('secret')),
    tokens: [{ authenticate: (token) => recordedTokens[token] }],
  })
  const controllers = runControllers(clusterControllers([]), {
    clock,
    activity,
    random,
    clientFor: (name, definition) => server.client(systemUser(`system:${name}`), { fieldManager: definition.fieldManager ?? 'kube-controller-manager' }),
    prefix: 'recorded',
    settings: { podCidr: '10.244.0.0/16', clusterName: 'kube' },
  })
  const admin = server.client(systemUser('kubernetes-admin'), { fieldManager: 'curl' })
  return { server, host: server.host, clock, admin, settle: () => activity.settled(), stop: () => controllers.stop() }
}
