// What a node has in its own file system, for pods that mount it: its system, and what kubeadm and the kubelet keep there.
import { stringify } from 'yaml'
import { type JsonObject, sortKeys } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { decodeText, encodeText } from './bytes.ts'
import { type Entry, parentOf } from './files.ts'
import { skeleton } from './images/skeleton.ts'
import { imageOf } from './images/table.ts'
import { type ClusterReader, objects } from './pod.ts'

/** Whose files they are, and since when they are there. */
interface NodeFilesOf {
  readonly node: string
  readonly reader: ClusterReader
  readonly nameserver: string
  readonly age: number
}

/** The hosts that every node knows. */
export const nodeHosts = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n'

const keys = [
  'ca',
  'apiserver',
  'apiserver-kubelet-client',
  'apiserver-etcd-client',
  'front-proxy-ca',
  'front-proxy-client',
  'etcd/ca',
  'etcd/server',
  'etcd/peer',
]
const configs = ['admin', 'super-admin', 'controller-manager', 'scheduler']

/** Folders of a node on which a kubelet and containerd work, which pods like to mount. */
const folders = [
  ...['etc/ca-certificates', 'etc/cni/net.d', 'etc/ssl/certs', 'etc/systemd/system', 'lib/modules', 'opt/cni/bin', 'run/containerd', 'run/systemd/system'],
  ...['sys/fs/bpf', 'sys/fs/cgroup', 'sys/kernel/debug', 'sys/kernel/security', 'usr/lib/modules', 'usr/share/ca-certificates', 'usr/src', 'var/lib/cni'],
  ...['var/lib/containerd', 'var/lib/kubelet/device-plugins', 'var/lib/kubelet/plugins', 'var/lib/kubelet/plugins_registry', 'var/lib/kubelet/pods'],
  'var/log/journal',
]
/** Locks and sockets. */
const emptyFiles = ['run/containerd/containerd.sock', 'run/xtables.lock']

/** Everything that a node has, by its path from the root. */
export function nodeFiles({ node, reader, nameserver, age }: NodeFilesOf): ReadonlyMap<string, Entry> {
  const entries = new Map(skeleton('ubuntu', imageOf('ubuntu'), age))
  const made: Entry = { kind: 'folder', mode: 0o755, at: age }
  const put = (path: string, content: string, mode = 0o644): void => {
    for (let folder = parentOf(`/${path}`); folder !== '/' && !entries.has(folder.slice(1)); folder = parentOf(folder)) entries.set(folder.slice(1), made)
    entries.set(path, { kind: 'file', content: encodeText(content), mode, at: age })
  }
  put('etc/hosts', nodeHosts)
  put('etc/hostname', `${node}\n`)
  const mirrors = reader.list('v1', 'Pod', 'kube-system').filter((pod) => isMirrorOn(pod, node))
  if (!/containerd/.test(String(at(reader.get('v1', 'Node', { name: node }), 'status', 'nodeInfo', 'containerRuntimeVersion') ?? ''))) return entries
  entries.set('etc/kubernetes', made).set('etc/kubernetes/manifests', made)
  for (const path of emptyFiles) put(path, '')
  for (const path of folders)
    for (let folder = `/${path}`; folder !== '/'; folder = parentOf(folder)) entries.set(folder.slice(1), entries.get(folder.slice(1)) ?? made)
  put('etc/kubernetes/kubelet.conf', secret('kubeconfig'), 0o600)
  put('etc/kubernetes/pki/ca.crt', secret('certificate'))
  put('var/lib/kubelet/config.yaml', kubeletConfig(nameserver))
  for (const pod of mirrors) put(`etc/kubernetes/manifests/${String(pod.metadata.labels?.component)}.yaml`, manifestOf(pod), 0o600)
  if (mirrors.length === 0) return entries
  entries.set('var/lib/etcd', { kind: 'folder', mode: 0o700, at: age })
  for (const name of configs) put(`etc/kubernetes/${name}.conf`, secret('kubeconfig'), 0o600)
  for (const name of keys) put(`etc/kubernetes/pki/${name}.crt`, secret('certificate'))
  for (const name of keys) put(`etc/kubernetes/pki/${name}.key`, secret('key'), 0o600)
  for (const [name, what] of [
    ['sa.pub', 'public key'],
    ['sa.key', 'key'],
  ] as const)
    put(`etc/kubernetes/pki/${name}`, secret(what), name === 'sa.key' ? 0o600 : 0o644)
  return entries
}

function isMirrorOn(pod: KubernetesObject, node: string): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file' && at(pod, 'spec', 'nodeName') === node
}

function secret(what: string): string {
  return `# The ${what} of a node is not simulated.\n`
}

function kubeletConfig(nameserver: string): string {
  return `apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    cacheTTL: 0s\n    enabled: true\n  x509:\n    clientCAFile: /etc/kubernetes/pki/ca.crt\nauthorization:\n  mode: Webhook\ncgroupDriver: systemd\nclusterDNS:\n- ${nameserver}\nclusterDomain: cluster.local\ncontainerRuntimeEndpoint: unix:///var/run/containerd/containerd.sock\nhealthzBindAddress: 127.0.0.1\nhealthzPort: 10248\nkind: KubeletConfiguration\nrotateCertificates: true\nstaticPodPath: /etc/kubernetes/manifests\n`
}

/** A manifest as kubeadm writes it: without what the API server fills in. */
function manifestOf({ metadata, spec }: KubernetesObject): string {
  const containers = objects(at(spec, 'containers')).map(({ terminationMessagePath: _path, terminationMessagePolicy: _policy, ...container }) => container)
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith('kubeadm.')))
  const manifest: JsonObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(Object.keys(annotations).length > 0 && { annotations }),
      labels: metadata.labels,
      name: metadata.labels?.component,
      namespace: 'kube-system',
    },
    spec: {
      containers,
      hostNetwork: true,
      priority: 2_000_001_000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: at(spec, 'volumes') ?? [],
    },
    status: {},
  }
  return stringify(sortKeys(manifest), { indentSeq: false, lineWidth: 0 })
}

/** The texts of a node's files below a folder, by their paths from there. */
export function textsBelow(folder: string, of: NodeFilesOf): Readonly<Record<string, string>> {
  const entries = [...nodeFiles(of)].filter(([path]) => path.startsWith(`${folder}/`))
  return Object.fromEntries(entries.flatMap(([path, entry]) => (entry.kind === 'file' ? [[path.slice(folder.length + 1), decodeText(entry.content)]] : [])))
}
