// ingress-nginx: nginx before the Services of a cluster, as its Ingresses say; its webhook, its health, its log.
import { formatDate } from '../../commands/date.ts'
import { type Options, readOptions } from '../../commands/options.ts'
import { answerText, transfer } from '../../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../../process.ts'
import { ownIngresses, type Told, type Upstream, upstreamOf } from './cluster-view.ts'
import { nginxPage } from './pages.ts'
import { review } from './review.ts'
import { annotation, canaryOf, type Met, meet, objectsIn, partOf, type Route, routesOf } from './routes.ts'

const valued = ['configmap', 'controller-class', 'election-id', 'ingress-class', 'publish-service', 'tcp-services-configmap', 'udp-services-configmap'].concat([
  'validating-webhook',
  'validating-webhook-certificate',
  'validating-webhook-key',
  'default-ssl-certificate',
  'v',
  'http-port',
  'https-port',
])

/** `nginx-ingress-controller`: serves until it is ended. */
export const ingressNginx: Program = (words, process) => {
  const options = readOptions(words, valued)
  process.out(banner(process))
  if (options.has('version')) return 0
  process.err(
    started(process, options)
      .map((line) => klog(process, line))
      .join(''),
  )
  const told: Told = {
    controllerClass: options.value('controller-class') ?? 'k8s.io/ingress-nginx',
    ingressClass: options.value('ingress-class') ?? 'nginx',
    withoutClass: options.has('watch-ingress-without-class') && options.value('watch-ingress-without-class') !== 'false',
  }
  const { net } = process.machine
  for (const [scheme, port] of Object.entries({ http: options.value('http-port') ?? 80, https: options.value('https-port') ?? 443 }))
    net.listen(Number(port), { secure: scheme === 'https', http: (call) => answer(process, told, { call, scheme }) })
  net.listen(10254, { http: ({ path }) => (path.startsWith('/healthz') ? answerText('') : answerText('404 page not found\n', undefined, 404)) })
  const webhook = options.value('validating-webhook')
  if (webhook !== undefined) net.listen(Number(webhook.split(':').at(-1)), { secure: true, http: (call) => review(process, told, call) })
  return forever(process)
}

const line = `${'-'.repeat(79)}\n`

function banner({ machine }: Process): string {
  const release = /:(v[\w.-]+)/.exec(machine.image)?.[1] ?? 'v1.13.2'
  const lines = [
    `  Release:       ${release}`,
    '  Build:         drydock',
    '  Repository:    https://github.com/kubernetes/ingress-nginx',
    '  nginx version: nginx/1.27.1',
  ]
  return `${line}NGINX Ingress controller\n${lines.join('\n')}\n\n${line}\n`
}

type Said = readonly [level: 'I' | 'W', source: string, text: string]

function klog(process: Process, [level, source, text]: Said): string {
  return `${level}${formatDate(process.now(), '%m%d %H:%M:%S')}.000000       7 ${source}] ${text}\n`
}

function started(process: Process, options: Options): readonly Said[] {
  const host = `https://${process.env.get('KUBERNETES_SERVICE_HOST') ?? ''}:${process.env.get('KUBERNETES_SERVICE_PORT') ?? '443'}`
  const lease = `${process.env.get('POD_NAMESPACE') ?? 'default'}/${options.value('election-id') ?? 'ingress-controller-leader'}`
  const webhook = options.value('validating-webhook')
  return [
    ['W', 'client_config.go:667', 'Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.'],
    ['I', 'main.go:205', `"Creating API client" host="${host}"`],
    ['I', 'main.go:101', '"SSL fake certificate created" file="/etc/ingress-controller/ssl/default-fake-certificate.pem"'],
    ...(webhook === undefined
      ? []
      : ([['I', 'ssl.go:535', `"loading tls certificate" path="${options.value('validating-webhook-certificate') ?? ''}"`]] as const)),
    ['I', 'nginx.go:273', '"Starting NGINX Ingress controller"'],
    ...(webhook === undefined ? [] : ([['I', 'nginx.go:329', `"Starting validation webhook" address="${webhook}"`]] as const)),
    ['I', 'nginx.go:319', '"Starting NGINX process"'],
    ['I', 'leaderelection.go:257', `attempting to acquire leader lease ${lease}...`],
    ['I', 'leaderelection.go:271', `successfully acquired lease ${lease}`],
    ['I', 'controller.go:214', '"Configuration changes detected, backend reload required"'],
    ['I', 'controller.go:228', '"Backend successfully reloaded"'],
  ]
}

interface Asked {
  readonly call: HttpCall
  readonly scheme: string
}

async function answer(process: Process, told: Told, asked: Asked): Promise<HttpAnswer> {
  const { call, scheme } = asked
  const path = call.path.split('?')[0] ?? '/'
  const host = (call.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
  const routes = routesOf(await ownIngresses(process, told))
  const met = meet(routes, host, path)
  const given = met ? await throughRoute(process, { ...asked, host, path, routes, met }) : { answer: nginxPage(404), upstream: undefined, address: undefined }
  process.out(accessLine(process, call, given))
  const strict = scheme === 'https' ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}
  return { ...given.answer, headers: { ...given.answer.headers, ...strict } }
}

interface Given {
  readonly answer: HttpAnswer
  readonly upstream: string | undefined
  readonly address: string | undefined
}

interface Taking extends Asked {
  readonly host: string
  readonly path: string
  readonly routes: readonly Route[]
  readonly met: Met
}

async function throughRoute(process: Process, taking: Taking): Promise<Given> {
  const { call, met, routes } = taking
  const elsewhere = redirected(taking)
  const route = canaryOf(routes, met, call.headers, (limit) => process.seed.below(limit)) ?? met.route
  const upstream = await upstreamOf(process, route.ingress, route.backend)
  if (elsewhere) return { answer: elsewhere, upstream: upstream.name, address: undefined }
  return proxied(process, taking, upstream)
}

/** Where the annotations of an Ingress, or its TLS, send somebody before anything is asked. */
function redirected({ call, scheme, host, path, met: { route } }: Taking): HttpAnswer | undefined {
  const to = (status: number, location: string): HttpAnswer => ({ ...nginxPage(status), headers: { ...nginxPage(status).headers, location } })
  const of = (name: string): string | undefined => annotation(route.ingress, name)
  const [permanent, temporal, root] = [of('permanent-redirect'), of('temporal-redirect'), of('app-root')]
  if (permanent !== undefined) return to(Number(of('permanent-redirect-code') ?? 301), permanent)
  if (temporal !== undefined) return to(302, temporal)
  const secured = objectsIn(partOf(route.ingress, 'spec').tls).some(({ hosts }) => Array.isArray(hosts) && hosts.includes(route.host))
  const toTls = (secured && of('ssl-redirect') !== 'false') || of('force-ssl-redirect') === 'true'
  if (scheme === 'http' && toTls) return to(308, `https://${host}${call.path}`)
  return root !== undefined && path === '/' ? to(302, `${scheme}://${host}${root}`) : undefined
}

async function proxied(process: Process, taking: Taking, { name, addresses, port }: Upstream): Promise<Given> {
  const { call, scheme, host, met } = taking
  const address = addresses[process.seed.below(Math.max(1, addresses.length))]
  if (address === undefined) return { answer: nginxPage(503), upstream: name, address: undefined }
  const forwarded = {
    'x-request-id': requestId(process),
    'x-real-ip': call.from,
    'x-forwarded-for': call.from,
    'x-forwarded-host': host,
    'x-forwarded-port': scheme === 'https' ? '443' : '80',
    'x-forwarded-proto': scheme,
    'x-forwarded-scheme': scheme,
    'x-scheme': scheme,
  }
  const target = { scheme: 'http', host: address, port, path: rewritten(call.path, met) }
  const upstreamHost = annotation(met.route.ingress, 'upstream-vhost') ?? call.headers.host ?? host
  const sent = { method: call.method, headers: { ...call.headers, host: upstreamHost, ...forwarded }, body: call.body, patience: 5000 }
  const reached = await transfer(process, target, sent)
  const at = { upstream: name, address: `${address}:${port}` }
  if (reached.kind !== 'answer') return { answer: nginxPage(reached.kind === 'timeout' ? 504 : 502), ...at }
  const { server: _, ...headers } = reached.answer.headers
  return { answer: { ...reached.answer, headers }, ...at }
}

/** The path that the Service is asked for. */
function rewritten(asked: string, { route, caught }: Met): string {
  const target = annotation(route.ingress, 'rewrite-target')
  if (target === undefined) return asked
  const query = asked.includes('?') ? asked.slice(asked.indexOf('?')) : ''
  return `${target.replace(/\$(\d)/g, (_, index: string) => caught[Number(index)] ?? '')}${query}`
}

function requestId(process: Process): string {
  return Array.from({ length: 32 }, () => process.seed.below(16).toString(16)).join('')
}

function accessLine(process: Process, call: HttpCall, { answer, upstream, address }: Given): string {
  const when = formatDate(process.now(), '%d/%b/%Y:%H:%M:%S %z')
  const asked = `"${call.method} ${call.path} HTTP/1.1" ${answer.status} ${answer.body.length} "${call.headers.referer ?? '-'}" "${call.headers['user-agent'] ?? '-'}"`
  const behind = address === undefined ? '- - - -' : `${address} ${answer.body.length} 0.001 ${answer.status}`
  return `${call.from} - - [${when}] ${asked} ${100 + call.path.length} 0.001 [${upstream ?? 'upstream-default-backend'}] [] ${behind} ${requestId(process)}\n`
}
