// istiod: its webhooks put a proxy beside the containers of pods, and let the mesh's own objects through.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { decodeText } from '../bytes.ts'
import { formatDate } from '../commands/date.ts'
import { answerText } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'

/** `pilot-discovery discovery`: serves until it is ended. */
export const pilot: Program = (_, process) => {
  const say = (text: string): void => process.err(`${formatDate(process.now(), '%Y-%m-%dT%H:%M:%S')}.000000Z\tinfo\t${text}\n`)
  for (const line of [
    'initializing Istiod admin server',
    'starting HTTP service at [::]:8080',
    'starting webhook service at [::]:15017',
    'All controller caches have been synced up',
  ])
    say(line)
  const { net } = process.machine
  net.listen(8080, { http: ({ path }) => (path.startsWith('/ready') ? answerText('') : answerText('404 page not found\n', undefined, 404)) })
  net.listen(15014, { http: () => answerText('') })
  net.listen(15017, { secure: true, http: (call) => answer(process, call) })
  return forever(process)
}

function answer(process: Process, { path, body }: HttpCall): HttpAnswer {
  const sent = JSON.parse(decodeText(body)) as Json
  const request = isObject(sent) && isObject(sent.request) ? sent.request : {}
  const pod = isObject(request.object) ? request.object : {}
  const patch = path.startsWith('/inject') ? injection(pod, proxyOf(process)) : undefined
  const response = { uid: request.uid ?? '', allowed: true, ...(patch && { patch: btoa(JSON.stringify(patch)), patchType: 'JSONPatch' }) }
  return answerText(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }), 'application/json')
}

/** The proxy of istiod's own release. */
function proxyOf({ machine }: Process): { readonly image: string; readonly native: boolean } {
  const [, minor = '27'] = /:1\.(\d+)/.exec(machine.image) ?? []
  return { image: machine.image.replace(/pilot(?=[:@])/, 'proxyv2'), native: Number(minor) >= 27 }
}

/** What is put into a pod (istio `injection-template.yaml`, without what a program alone would need). */
function injection({ metadata, spec }: JsonObject, { image, native }: ReturnType<typeof proxyOf>): readonly JsonObject[] | undefined {
  const [meta, pod] = [isObject(metadata) ? metadata : {}, isObject(spec) ? spec : {}]
  const annotations = isObject(meta.annotations) ? meta.annotations : {}
  const labels = isObject(meta.labels) ? meta.labels : {}
  if (pod.hostNetwork === true || 'sidecar.istio.io/status' in annotations || annotations['sidecar.istio.io/inject'] === 'false') return undefined
  if (annotations['inject.istio.io/templates'] === 'gateway')
    return [{ op: 'add', path: '/spec/containers', value: listOf(pod.containers).map((each) => gateway(each, image)) }]
  const [begin, proxy] = [initial(image), sidecar(image)]
  const inits = native ? [begin, { ...proxy, restartPolicy: 'Always' }] : [begin]
  const status = JSON.stringify({ initContainers: inits.map(({ name }) => name), containers: native ? null : ['istio-proxy'], revision: 'default' })
  const name = String(labels['app.kubernetes.io/name'] ?? labels.app ?? meta.name ?? meta.generateName ?? '').replace(/-$/, '')
  const told = {
    ...labels,
    'security.istio.io/tlsMode': 'istio',
    'service.istio.io/canonical-name': name,
    'service.istio.io/canonical-revision': labels.version ?? 'latest',
  }
  return [
    { op: 'add', path: '/spec/initContainers', value: [...inits, ...listOf(pod.initContainers)] },
    { op: 'add', path: '/spec/containers', value: [...listOf(pod.containers), ...(native ? [] : [proxy])] },
    { op: 'add', path: '/metadata/labels', value: told },
    { op: 'add', path: '/metadata/annotations', value: { ...annotations, 'sidecar.istio.io/status': status, ...shown(pod) } },
  ]
}

/** A gateway is a proxy alone: what its container leaves to be filled in. */
function gateway(container: JsonObject, image: string): JsonObject {
  if (container.name !== 'istio-proxy') return container
  const { args: _, startupProbe: _startup, ...proxy } = sidecar(image)
  const args = ['proxy', 'router', '--domain', '$(POD_NAMESPACE).svc.cluster.local', '--proxyLogLevel', 'warning', '--log_output_level=default:info']
  return { ...proxy, args, ...container, ...(container.image === 'auto' && { image }) }
}

/** The container of a pod that is meant where none is named: its own first. */
function shown({ containers }: JsonObject): JsonObject {
  const name = String(listOf(containers)[0]?.name ?? '')
  return { 'kubectl.kubernetes.io/default-container': name, 'kubectl.kubernetes.io/default-logs-container': name }
}

const resources = { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } }

function initial(image: string): JsonObject {
  const args = [
    'istio-iptables',
    '-p',
    '15001',
    '-z',
    '15006',
    '-u',
    '1337',
    '-m',
    'REDIRECT',
    '-i',
    '*',
    '-x',
    '',
    '-b',
    '*',
    '-d',
    '15090,15021,15020',
    '--log_output_level=default:info',
  ]
  const capabilities = { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] }
  const securityContext = {
    allowPrivilegeEscalation: false,
    privileged: false,
    capabilities,
    readOnlyRootFilesystem: false,
    runAsGroup: 0,
    runAsNonRoot: false,
    runAsUser: 0,
  }
  return { name: 'istio-init', image, args, resources, securityContext }
}

function sidecar(image: string): JsonObject {
  const field = (name: string, fieldPath: string): JsonObject => ({ name, valueFrom: { fieldRef: { fieldPath } } })
  const args = [
    'proxy',
    'sidecar',
    '--domain',
    '$(POD_NAMESPACE).svc.cluster.local',
    '--proxyLogLevel=warning',
    '--proxyComponentLogLevel=misc:error',
    '--log_output_level=default:info',
  ]
  const probe = (more: JsonObject): JsonObject => ({ httpGet: { path: '/healthz/ready', port: 15021 }, ...more })
  return {
    name: 'istio-proxy',
    image,
    args,
    env: [
      field('POD_NAME', 'metadata.name'),
      field('POD_NAMESPACE', 'metadata.namespace'),
      field('INSTANCE_IP', 'status.podIP'),
      field('HOST_IP', 'status.hostIP'),
    ],
    ports: [{ containerPort: 15090, name: 'http-envoy-prom', protocol: 'TCP' }],
    readinessProbe: probe({ failureThreshold: 4, periodSeconds: 15, timeoutSeconds: 3 }),
    startupProbe: probe({ failureThreshold: 600, periodSeconds: 1, timeoutSeconds: 3 }),
    resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: 1337,
      runAsNonRoot: true,
      runAsUser: 1337,
    },
  }
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
