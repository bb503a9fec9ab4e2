// A member agent as a process of its member: the Deployment that the chart installs, and the agent that works while a pod of it does.
//
// A member without nodes has no such Deployment: its agent works as if it ran somewhere else.
import { type ControllerDefinition, defineController } from '../../controllers/controller.ts'
import { systemNamespace } from '../../controllers/fleet/names.ts'
import type { Client } from '../../kubernetes/client.ts'
import { at, type KubernetesObject, type Resource } from '../../kubernetes/object.ts'

const name = 'member-agent'
const account = `${name}-sa`
const deployments: Resource = { group: 'apps', version: 'v1', plural: 'deployments', kind: 'Deployment', namespaced: true }

const nodes: Resource = { group: '', version: 'v1', plural: 'nodes', kind: 'Node', namespaced: false }

/** True if the agent's pod can run in the member. */
export async function hasNodes(client: Client): Promise<boolean> {
  return (await client.list(nodes)).items.length > 0
}

/** What the chart installs beside KubeFleet's definitions, in the order in which it can be created. */
export function memberAgentObjects(member: string): readonly KubernetesObject[] {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name }
  const rbac = 'rbac.authorization.k8s.io'
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: systemNamespace } },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: `${name}-role-binding` },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: systemNamespace }],
    } as KubernetesObject,
    {
      apiVersion: 'apps/v1',
      kind: deployments.kind,
      metadata: { name, namespace: systemNamespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: account, containers: [container(member)] } },
      },
    },
  ]
}

function container(member: string) {
  return {
    name,
    image: 'ghcr.io/kubefleet-dev/kubefleet/member-agent:v0.3.1',
    args: ['--leader-elect=true', '--v=5', '-add_dir_header'],
    env: [{ name: 'MEMBER_CLUSTER_NAME', value: member }],
    ports: [
      { containerPort: 8080, name: 'hubmetrics', protocol: 'TCP' },
      { containerPort: 8081, name: 'hubhealthz', protocol: 'TCP' },
      { containerPort: 8090, name: 'membermetrics', protocol: 'TCP' },
      { containerPort: 8091, name: 'memberhealthz', protocol: 'TCP' },
    ],
    resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
  }
}

/** Tells whether the agent runs, whenever that may have changed: once its first pod was there, it needs one. */
export function agentProcess(tell: (runs: boolean) => void): ControllerDefinition {
  return defineController({
    name: 'member-agent-process',
    watches: [{ resource: deployments, namespace: systemNamespace, keys: ({ metadata }) => (metadata.name === name ? [name] : []) }],
    async reconcile(_key, { client, memory }) {
      const deployment = await client.get(deployments, { name, namespace: systemNamespace })
      const available = Number(at(deployment, 'status', 'availableReplicas') ?? 0) > 0
      const began = memory.get('began') === true || available
      memory.set('began', began)
      tell(available || (!began && deployment !== undefined && at(deployment, 'spec', 'replicas') !== 0))
      return undefined
    },
  })
}
