// What a cluster is born with, by its flavor: objects, admission, who may come in.
import type { Azure } from '../../azure/arm-server.ts'
import { createRandom } from '../../base/random.ts'
import { hubAdmission, hubOnRead, type SilenceOf } from '../../controllers/fleet/index.ts'
import { admissionChain, callingPlugins } from '../../kubernetes/admission/chain.ts'
import { bootstrapObjects, clusterObjects } from '../../kubernetes/bootstrap.ts'
import { heartbeatViews } from '../../kubernetes/heartbeats.ts'
import { at, type KubernetesObject } from '../../kubernetes/object.ts'
import type { WorldFile } from '../../labs/world-file.ts'
import { azureAuthorizer, entraTokens } from '../bridges/access.ts'
import { fleetSettings } from '../bridges/ground.ts'
import { policyAdmission } from '../bridges/policy.ts'
import type { ClusterBirth, ClusterGround, ClusterSpec } from '../cluster.ts'
import { bornAddresses } from './addresses.ts'
import { aksBirth } from './aks.ts'
import { controlPlaneLeases } from './leases.ts'

/** The birth of a cluster. Objects that every cluster of a version, time and size has are one shared array. */
export function birthOf(
  spec: ClusterSpec,
  options: {
    ground: ClusterGround
    file: WorldFile
    azure: Azure | undefined
    ca: string
    own: readonly KubernetesObject[]
    silenceOf: SilenceOf
  },
): ClusterBirth {
  const { ground, file, azure, ca, silenceOf } = options
  const random = createRandom(`${ground.seed}/birth/${spec.id}`)
  const hub = spec.flavor === 'hub'
  const { reservedNamespaces } = file
  /** The hub's webhooks are ours: those that stand on it are not called. A hub agent from outside brings its own. */
  const ours = hub && !spec.without.includes('hub-agent')
  const common = bootstrapObjects({ now: spec.born, gitVersion: `v${spec.version}` })
  const { born: now, serviceCidr, host: apiServerAddress, featureGates = [] } = spec
  const advertised = controlPlaneOf(options.own)
  const own = clusterObjects({ now, random, serviceCidr, apiServerAddress, caPem: ca, featureGates, ...(advertised !== undefined && { advertised }) })
  const aks = spec.aks && aksBirth({ ...spec.aks, clusterName: spec.name, version: spec.version, now: spec.born, podCidr: spec.podCidr, random })
  const beside = [...(aks ? [...aks.nodes, ...aks.objects] : []), ...options.own]
  const leases = hub ? [] : controlPlaneLeases({ cluster: spec.id, hostname: hostnameOf(spec), now, without: spec.without })
  const all = [...own, ...beside, ...bornAddresses([...own, ...beside], spec.born), ...leases]
  const nodes = all.flatMap(({ kind, metadata }) => (kind === 'Node' && metadata.name !== undefined ? [metadata.name] : []))
  return {
    shared: aks ? joined(common, aks.shared) : common,
    own: all,
    nodes,
    admission: [
      ...admissionChain(ours ? [...spec.without, ...callingPlugins] : spec.without),
      ...(azure && aks ? [policyAdmission(azure, spec.id)] : []),
      ...(ours ? hubAdmission({ ...fleetSettings(file).hub, reservedNamespaces }) : []),
    ],
    tokens: azure && (hub || aks) ? [entraTokens(azure)] : [],
    authorizers: azure && hub ? [azureAuthorizer(azure, spec.id)] : [],
    onRead: { ...heartbeatViews(keptAlive(spec, nodes, leases)), ...(hub ? hubOnRead(silenceOf) : {}) },
  }
}

/** The machine of a control plane: kubeadm's node, or one that nobody sees. */
function hostnameOf({ flavor, host, name }: ClusterSpec): string {
  return flavor === 'kubeadm' ? host : `${name}-control-plane`
}

/** Programs from outside keep their own nodes and Leases alive. */
function keptAlive({ without }: ClusterSpec, nodes: readonly string[], leases: Objects): (object: KubernetesObject) => boolean {
  const elected = new Set(leases.map(({ metadata }) => metadata.name))
  const all = !without.includes('kubelet')
  const born = new Set(nodes)
  return ({ metadata: { name = '', namespace } }) => (namespace === 'kube-system' ? elected.has(name) : all || born.has(name))
}

/** The address of the node that the API server runs on, where one does. */
function controlPlaneOf(own: readonly KubernetesObject[]): string | undefined {
  const node = own.find(({ kind, metadata }) => kind === 'Node' && metadata.labels?.['node-role.kubernetes.io/control-plane'] !== undefined)
  const addresses = at(node, 'status', 'addresses')
  const address = Array.isArray(addresses) ? addresses.find((each) => at(each, 'type') === 'InternalIP') : undefined
  return address === undefined ? undefined : String(at(address, 'address'))
}

type Objects = readonly KubernetesObject[]

const joins = new WeakMap<Objects, WeakMap<Objects, Objects>>()

/** Both lists as one, the same one for the same two: servers share what is the same list. */
function joined(first: Objects, second: Objects): Objects {
  const known = joins.get(first) ?? new WeakMap<Objects, Objects>()
  joins.set(first, known)
  const made = known.get(second) ?? Object.freeze([...first, ...second])
  known.set(second, made)
  return made
}
