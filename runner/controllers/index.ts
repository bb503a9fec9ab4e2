// The controllers of a cluster, one line each, by their Kubernetes names.
import type { ControllerDefinition } from './controller.ts'
import { deploymentController } from './deployment/deployment.ts'
import { endpointSliceController, endpointsController } from './endpoint-slice.ts'
import { garbageCollector } from './garbage-collector.ts'
import { kubelet } from './kubelet/kubelet.ts'
import { namespaceController } from './namespace.ts'
import { replicaSetController } from './replica-set.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { scheduler } from './scheduler/scheduler.ts'
import { serviceAccountController } from './service-account.ts'

const all: readonly ControllerDefinition[] = [
  deploymentController,
  endpointSliceController,
  endpointsController,
  garbageCollector,
  kubelet,
  namespaceController,
  replicaSetController,
  rootCaPublisher,
  scheduler,
  serviceAccountController,
]

/** Names by which whole programs are left out. */
const programs: Readonly<Record<string, (name: string) => boolean>> = {
  'kube-controller-manager': (name) => name !== 'scheduler' && name !== 'kubelet',
  'kube-scheduler': (name) => name === 'scheduler',
}

/** All controllers but those that are named: `deployment-controller`, `deployment`, `scheduler`, `kubelet`, or a whole program. */
export function clusterControllers(without: readonly string[]): readonly ControllerDefinition[] {
  const left = new Set(without)
  return all.filter(({ name }) => {
    const short = name.replace(/-controller$/, '')
    return !left.has(name) && !left.has(short) && !without.some((each) => programs[each]?.(name))
  })
}
