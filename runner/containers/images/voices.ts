// What the programs of a cluster itself say when they begin. What they do is done elsewhere: nothing but their logs is theirs here.
import { formatDate } from '../commands/date.ts'
import type { Process } from '../process.ts'

/** A line in the form of klog: where in its source a program says something, and what. */
type Said = readonly [source: string, text: string]

function klog(process: Process, said: readonly Said[]): string {
  const at = formatDate(process.now(), '%m%d %H:%M:%S')
  return said.map(([source, text], index) => `I${at}.${String(104_512 + index * 7919).padStart(6, '0')}       1 ${source}] ${text}\n`).join('')
}

const versionOf = ({ machine }: Process): string => /:(v[\d.]+)/.exec(machine.image)?.[1] ?? 'v1.35.0'

/** Two controllers of a control plane: each serves, and leads once it has the lease. */
const leader =
  (name: string, greeting: (version: string) => readonly Said[], port: number) =>
  (process: Process): string =>
    klog(process, [
      ['serving.go:386', 'Generated self-signed cert in-memory'],
      ...greeting(versionOf(process)),
      ['secure_serving.go:211', `Serving securely on 127.0.0.1:${port}`],
      ['tlsconfig.go:243', '"Starting DynamicServingCertificateController"'],
      ['leaderelection.go:257', `attempting to acquire leader lease kube-system/${name}...`],
      ['leaderelection.go:271', `successfully acquired lease kube-system/${name}`],
    ])

const settings = '"Golang settings" GOGC="" GOMAXPROCS="" GOTRACEBACK=""'

const proxy = (process: Process): string =>
  klog(process, [
    ['server_linux.go:53', '"Using iptables proxy"'],
    ['shared_informer.go:349', '"Waiting for caches to sync" controller="node informer cache"'],
    ['shared_informer.go:356', '"Caches are synced" controller="node informer cache"'],
    ['server.go:219', `"Successfully retrieved NodeIPs" NodeIPs=["${process.machine.net.address}"]`],
    ['server.go:265', '"kube-proxy running in dual-stack mode" primary ipFamily="IPv4"'],
    ['server_linux.go:132', '"Using iptables Proxier"'],
    ['server.go:527', `"Version info" version="${versionOf(process)}"`],
    ['server.go:529', settings],
    ['config.go:200', '"Starting service config controller"'],
    ['config.go:106', '"Starting endpoint slice config controller"'],
    ['config.go:309', '"Starting node config controller"'],
    ['shared_informer.go:356', '"Caches are synced" controller="service config"'],
    ['shared_informer.go:356', '"Caches are synced" controller="endpoint slice config"'],
  ])

const apiServer = (process: Process): string =>
  klog(process, [
    ['options.go:263', `external host was not specified, using ${process.machine.net.address}`],
    ['server.go:150', `Version: ${versionOf(process)}`],
    ['server.go:152', settings],
    ['instance.go:239', 'Using reconciler: lease'],
    ['secure_serving.go:211', 'Serving securely on [::]:6443'],
    ['shared_informer.go:356', '"Caches are synced" controller="crd-autoregister"'],
    ['alloc.go:328', '"allocated clusterIPs" service="default/kubernetes" clusterIPs={"IPv4":"10.96.0.1"}'],
  ])

const etcd = (process: Process): string => {
  const ts = formatDate(process.now(), '%Y-%m-%dT%H:%M:%S.000000Z')
  const say = (caller: string, msg: string, more: object = {}): string => `${JSON.stringify({ level: 'info', ts, caller, msg, ...more })}\n`
  return [
    say('etcdmain/etcd.go:64', 'Running: ', { args: ['etcd', '--data-dir=/var/lib/etcd', '--listen-client-urls=https://127.0.0.1:2379'] }),
    say('embed/etcd.go:138', 'configuring peer listeners', { 'listen-peer-urls': [`https://${process.machine.net.address}:2380`] }),
    say('embed/etcd.go:146', 'configuring client listeners', {
      'listen-client-urls': ['https://127.0.0.1:2379', `https://${process.machine.net.address}:2379`],
    }),
    say('membership/cluster.go:297', 'set initial cluster version', { 'cluster-version': '3.6' }),
    say('embed/serve.go:138', 'ready to serve client requests'),
    say('embed/serve.go:283', 'serving client traffic securely', { traffic: 'grpc+http', address: '127.0.0.1:2379' }),
  ].join('')
}

/** A program of cert-manager: it begins, and leads once it has the lease. */
const certManager =
  (name: string) =>
  (process: Process): string =>
    klog(process, [
      [name === 'controller' ? 'controller.go:284' : 'setup.go:119', `"starting cert-manager" logger="cert-manager.${name}" version="${versionOf(process)}"`],
      ['leaderelection.go:257', `attempting to acquire leader lease kube-system/cert-manager-${name === 'controller' ? name : `${name}-leader-election`}...`],
      ['leaderelection.go:271', `successfully acquired lease kube-system/cert-manager-${name === 'controller' ? name : `${name}-leader-election`}`],
    ])

/** The file server of Kubernetes' own examples and tests. */
const nfs = (): string => 'Serving /exports\nStarting rpcbind\nNFS started\n'

const voices: readonly (readonly [image: RegExp, voice: (process: Process) => string])[] = [
  [/(^|\/)etcd:/, etcd],
  [/(^|\/)volume(\/|-)nfs:/, nfs],
  [/(^|\/)kube-apiserver:/, apiServer],
  [/(^|\/)kube-proxy:/, proxy],
  [/(^|\/)cert-manager-controller:/, certManager('controller')],
  [/(^|\/)cert-manager-cainjector:/, certManager('cainjector')],
  [
    /(^|\/)kube-scheduler:/,
    leader(
      'kube-scheduler',
      (version) => [
        ['server.go:175', `"Starting Kubernetes Scheduler" version="${version}"`],
        ['server.go:177', settings],
      ],
      10259,
    ),
  ],
  [
    /(^|\/)kube-controller-manager:/,
    leader(
      'kube-controller-manager',
      (version) => [
        ['controllermanager.go:189', `"Starting" version="${version}"`],
        ['controllermanager.go:191', settings],
      ],
      10257,
    ),
  ],
]

/** What a program of the cluster itself says when it begins; undefined for any other. */
export function voiceOf(process: Process): string | undefined {
  return voices.find(([image]) => image.test(process.machine.image))?.[1](process)
}
