// The controllers of a cluster, one line each, by their Kubernetes names.
import { apiServiceAvailability } from './api-service.ts'
import { certManager } from './cert-manager/cert-manager.ts'
import { certificateApprover } from './certificates/approver.ts'
import { certificateSigner } from './certificates/signer.ts'
import { clusterRoleAggregation } from './cluster-role-aggregation.ts'
import type { ControllerDefinition } from './controller.ts'
import { cronJobController } from './cron-job.ts'
import { daemonSetController } from './daemon-set.ts'
import { deploymentController } from './deployment/deployment.ts'
import { disruptionController } from './disruption.ts'
import { endpointsController } from './endpoints/endpoints.ts'
import { endpointMirroring } from './endpoints/mirroring.ts'
import { endpointSliceController } from './endpoints/slices.ts'
import { flowSchemaStatus } from './flow-schema-status.ts'
import { garbageCollector } from './garbage-collector.ts'
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler/controller.ts'
import { ingressStatus } from './ingress-status.ts'
import { istio } from './istio.ts'
import { jobController } from './job/job.ts'
import { kubelet } from './kubelet/kubelet.ts'
import { metalLb } from './metallb.ts'
import { namespaceController } from './namespace.ts'
import { nodeIpam } from './node/node-ipam.ts'
import { nodeKubelet, nodeLifecycle } from './node/node-lifecycle.ts'
import { podGarbageCollector } from './node/pod-garbage-collector.ts'
import { taintEviction } from './node/taint-eviction.ts'
import { ownService } from './own-service.ts'
import { persistentVolumeBinder } from './persistent-volume.ts'
import { ephemeralVolumes } from './pod-claims.ts'
import { policyStatus } from './policy-status.ts'
import { replicaSetController, replicationController } from './replica-set.ts'
import { resourceQuotaController } from './resource-quota.ts'
import { rootCaPublisher } from './root-ca-publisher.ts'
import { scheduler } from './scheduler/scheduler.ts'
import { serviceAccountController } from './service-account.ts'
import { serviceAccountTokens } from './service-account-tokens.ts'
import { serviceCidrController } from './service-cidr.ts'
import { serviceLoadBalancer } from './service-load-balancer.ts'
import { statefulSetController } from './stateful-set.ts'
import { classProtection, storageProtection } from './storage-protection.ts'

const all = (): readonly ControllerDefinition[] => [
  apiServiceAvailability,
  certificateApprover,
  certificateSigner,
  clusterRoleAggregation,
  cronJobController,
  daemonSetController,
  deploymentController,
  disruptionController,
  endpointMirroring,
  endpointSliceController,
  endpointsController,
  ephemeralVolumes,
  garbageCollector(),
  horizontalPodAutoscaler,
  jobController,
  kubelet,
  namespaceController,
  nodeKubelet,
  nodeIpam,
  nodeLifecycle,
  ownService,
  persistentVolumeBinder,
  policyStatus,
  replicaSetController,
  replicationController,
  resourceQuotaController,
  rootCaPublisher,
  scheduler(),
  serviceAccountController,
  serviceAccountTokens,
  serviceCidrController,
  serviceLoadBalancer,
  statefulSetController,
  storageProtection,
  classProtection,
  flowSchemaStatus,
  taintEviction,
  podGarbageCollector,
]

/** Those of what people install, at work where its programs run. */
const addOns: readonly ControllerDefinition[] = [certManager, ingressStatus, istio, metalLb]

/** Names by which whole programs are left out. */
const programs: Readonly<Record<string, (name: string) => boolean>> = {
  'kube-controller-manager': (name) =>
    name !== 'scheduler' && !/^(kubelet|kube-apiserver|apiservice)/.test(name) && !addOns.some((addOn) => addOn.name === name),
  'kube-scheduler': (name) => name === 'scheduler',
  kubelet: (name) => name.startsWith('kubelet'),
}

/** All controllers but those that are named: `deployment-controller`, `deployment`, `scheduler`, `kubelet`, or a whole program. */
export function clusterControllers(without: readonly string[]): readonly ControllerDefinition[] {
  const left = new Set(without)
  return [...all(), ...addOns].filter(({ name }) => {
    const short = name.replace(/-controller$/, '')
    return !left.has(name) && !left.has(short) && !without.some((each) => programs[each]?.(name))
  })
}
