// The health paths, and the list of all paths that `/` shows.
import { jsonResponse } from '../../base/host.ts'
import { servedGroups } from './discovery.ts'
import { pageNotFound } from './page-not-found.ts'
import type { Route, RouteRequest } from './route.ts'

/** The checks of `/readyz` in the order in which `?verbose` prints them; the other two paths have all but `onlyReady`. */
const readyChecks = [
  'ping',
  'log',
  'etcd',
  'etcd-readiness',
  'informer-sync',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer',
  'poststarthook/priority-and-fairness-filter',
  'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller',
  'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller',
  'poststarthook/start-kube-apiserver-identity-lease-garbage-collector',
  'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer',
  'poststarthook/bootstrap-controller',
  'poststarthook/start-kubernetes-service-cidr-controller',
  'poststarthook/aggregator-reload-proxy-client-cert',
  'poststarthook/start-kube-aggregator-informers',
  'poststarthook/apiservice-status-local-available-controller',
  'poststarthook/apiservice-status-remote-available-controller',
  'poststarthook/apiservice-registration-controller',
  'poststarthook/apiservice-discovery-controller',
  'poststarthook/kube-apiserver-autoregistration',
  'autoregister-completion',
  'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller',
  'shutdown',
]
const onlyReady = ['etcd-readiness', 'informer-sync', 'shutdown']
const liveChecks = readyChecks.filter((check) => !onlyReady.includes(check))
const checks: Readonly<Record<string, readonly string[]>> = { healthz: liveChecks, livez: liveChecks, readyz: readyChecks }

function answer({ path, query }: RouteRequest): Response {
  return answerHealth(path, query) ?? pageNotFound()
}

/** Rows of the health paths and of `/`. */
export const healthRoutes: readonly Route[] = [
  ...Object.keys(checks)
    .flatMap((name) => [`/${name}`, `/${name}/*`])
    .map((path): Route => ({ method: 'any', path, handle: answer })),
  { method: 'any', path: '/', handle: ({ server }) => answerRootPaths(servedGroups(server.resources())) },
]

/** Answers `/healthz`, `/livez`, `/readyz` and the single checks below them; undefined for another path. */
export function answerHealth(path: string, query: URLSearchParams): Response | undefined {
  const [, name = '', check] = path.match(/^\/([^/]+)(?:\/(.+))?$/) ?? []
  const known = checks[name]
  if (!known) return undefined
  if (check !== undefined) return known.includes(check) ? text('ok') : undefined
  if (!query.has('verbose')) return text('ok', { 'x-content-type-options': 'nosniff' })
  const excluded = query.getAll('exclude')
  const lines = known.map((each) => (excluded.includes(each) ? `[+]${each} excluded: ok\n` : `[+]${each} ok\n`))
  return text(`${lines.join('')}${name} check passed\n`, { 'x-content-type-options': 'nosniff' })
}

/** Answers `/` with every path that the server has. `groups`: each group's versions, core as `''`. */
export function answerRootPaths(groups: ReadonlyMap<string, readonly string[]>): Response {
  const groupPaths = [...groups]
    .filter(([group]) => group !== '')
    .flatMap(([group, versions]) => [`/apis/${group}`, ...versions.map((version) => `/apis/${group}/${version}`)])
  const healthPaths = Object.entries(checks).flatMap(([name, known]) => [`/${name}`, ...known.map((check) => `/${name}/${check}`)])
  const paths = [...fixedPaths, ...groupPaths, ...healthPaths].sort()
  return jsonResponse({ paths }, 200, { 'cache-control': 'no-cache, private' })
}

const fixedPaths = [
  '/.well-known/openid-configuration',
  '/api',
  '/api/v1',
  '/apis',
  '/apis/',
  '/metrics',
  '/metrics/slis',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/openid/v1/jwks',
  '/version',
]

function text(body: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(body, { headers: { 'cache-control': 'no-cache, private', 'content-type': 'text/plain; charset=utf-8', ...headers } })
}
