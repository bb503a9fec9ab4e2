// What an API server makes by itself when it first starts: the same in all clusters of a version, and what differs.
import { createRandom, type Random } from '../base/random.ts'
import { apiServices, gatedApiServices } from './bootstrap/api-services.ts'
import { complete } from './bootstrap/complete.ts'
import { flowControlObjects } from './bootstrap/flow-control.ts'
import { bootstrapRoles } from './bootstrap/roles.ts'
import { formatTime, type KubernetesObject } from './object.ts'

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system']
const caDescription =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. ' +
  'No other usage is guaranteed across distributions of Kubernetes clusters.'

/** What the API server asks of its place. */
export interface ClusterPlace {
  readonly now: number
  readonly random: Random
  readonly serviceCidr: string
  /** Address or host name at which the API server is reached. */
  readonly apiServerAddress: string
  readonly apiServerPort?: number
  /** The address that it tells the inside of the cluster; default: its own, or one drawn by chance. */
  readonly advertised?: string
  readonly caPem: string
  /** Feature gates that are open beyond the default. */
  readonly featureGates?: readonly string[]
}

/** Answers of `bootstrapObjects`, so that clusters of one birth share them; the latest few are kept. */
const made = new Map<string, readonly KubernetesObject[]>()
const kept = 16

/** What all clusters share: one frozen array for the same time and version, uids included. */
export function bootstrapObjects({ now, gitVersion }: { readonly now: number; readonly gitVersion: string }): readonly KubernetesObject[] {
  const id = `${gitVersion} ${now}`
  const objects = made.get(id) ?? makeShared(now, gitVersion)
  made.delete(id)
  made.set(id, objects)
  for (const oldest of made.keys()) {
    if (made.size <= kept) break
    made.delete(oldest)
  }
  return objects
}

/** What differs by cluster; resource versions go on where those of the shared objects end. */
export function clusterObjects(place: ClusterPlace): readonly KubernetesObject[] {
  const { now, random } = place
  const drawn = addressOf(place)
  const address = place.advertised ?? drawn
  const port = place.apiServerPort ?? 6443
  const byServer = [
    namespace('kube-system'),
    service(place),
    endpoints(address, port),
    endpointSlice(address, port),
    serviceCidr(place, formatTime(now)),
    ...authentication(place),
    ...gatedApiServices(place.featureGates ?? [], formatTime(now)),
  ]
  const byManager = systemNamespaces.flatMap((name) => [serviceAccount(name), rootCa(name, place.caPem)])
  const of = (objects: readonly KubernetesObject[], first: number, manager: string): readonly KubernetesObject[] =>
    objects.map((object, index) => complete(object, { random, now, revision: first + index, manager }))
  return [...of(byServer, firstOwnRevision, 'kube-apiserver'), ...of(byManager, firstOwnRevision + byServer.length, 'kube-controller-manager')]
}

const firstOwnRevision = 250

function makeShared(now: number, gitVersion: string): readonly KubernetesObject[] {
  const random = createRandom(`bootstrap ${gitVersion}`)
  const time = formatTime(now)
  const objects = [...systemNamespaces.map(namespace), ...priorityClasses(), ...bootstrapRoles(), ...flowControlObjects(time), ...apiServices(time)]
  return objects.map((object, index) => complete(object, { random, now, revision: index + 2, manager: 'kube-apiserver' }))
}

function namespace(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }
}

function priorityClasses(): readonly KubernetesObject[] {
  const rows = [
    ['system-cluster-critical', 2_000_000_000, 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.'],
    ['system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'],
  ] as const
  return rows.map(([name, value, description]) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  }))
}

/** The API server's address as the cluster's inside knows it: its own, or for a host name one drawn by chance. */
function addressOf({ apiServerAddress, random }: ClusterPlace): string {
  if (/^[\d.]+$/.test(apiServerAddress)) return apiServerAddress
  return ['20', 50 + random.below(150), random.below(256), 1 + random.below(254)].join('.')
}

/** The first address of the service range. */
function firstAddress(cidr: string): string {
  const parts = (cidr.split('/')[0] ?? '').split('.')
  return [...parts.slice(0, 3), Number(parts[3]) + 1].join('.')
}

function service({ serviceCidr: cidr }: ClusterPlace): KubernetesObject {
  const clusterIP = firstAddress(cidr)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      clusterIP,
      clusterIPs: [clusterIP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  }
}

function endpoints(ip: string, port: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port, protocol: 'TCP' }] }],
  }
}

function endpointSlice(ip: string, port: number): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [ip], conditions: { ready: true } }],
    ports: [{ name: 'https', protocol: 'TCP', port }],
  }
}

function serviceCidr({ serviceCidr: cidr }: ClusterPlace, time: string): KubernetesObject {
  const condition = { type: 'Ready', status: 'True', lastTransitionTime: time, reason: '', message: 'Kubernetes Service CIDR is ready' }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
    spec: { cidrs: [cidr] },
    status: { conditions: [condition] },
  }
}

function authentication({ caPem, now }: ClusterPlace): readonly KubernetesObject[] {
  const metadata = (name: string): KubernetesObject['metadata'] => ({ name, namespace: 'kube-system' })
  const data = {
    'client-ca-file': caPem,
    'requestheader-allowed-names': '["front-proxy-client"]',
    'requestheader-client-ca-file': caPem,
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
    'requestheader-group-headers': '["X-Remote-Group"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  }
  const since = formatTime(now).slice(0, 10)
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('extension-apiserver-authentication'), data },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('kube-apiserver-legacy-service-account-token-tracking'), data: { since } },
  ]
}

function serviceAccount(namespace: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }
}

function rootCa(namespace: string, caPem: string): KubernetesObject {
  const annotations = { 'kubernetes.io/description': caDescription }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace, annotations }, data: { 'ca.crt': caPem } }
}
