// `/metrics`: what the server counts of itself, in Prometheus' text form.
import { at } from '../object.ts'
import type { RequestInfo } from './request-info.ts'
import type { Route, RouteServer } from './route.ts'
import type { Server } from './server.ts'

/** The rows of `/metrics`. */
export const metricsRoutes: readonly Route[] = ['/metrics', '/metrics/slis'].map((path) => ({
  method: 'any',
  path,
  handle: ({ server }) =>
    new Response(path === '/metrics' ? metricsText(server) : slis, {
      headers: { 'cache-control': 'no-cache, private', 'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores' },
    }),
}))

/** Counts a request that was answered. */
export function tally({ tallies }: Server, info: RequestInfo, { method, status }: { readonly method: string; readonly status: number }): void {
  const verb = info.type === 'path' ? method : info.verb.toUpperCase()
  const [group, resource, subresource, version] = info.type === 'path' ? ['', '', '', ''] : [info.group, info.resource, info.subresource, info.version]
  const scope = info.type === 'path' ? '' : info.name !== '' ? 'resource' : info.namespace !== '' ? 'namespace' : 'cluster'
  const labels = `code="${status}",component="apiserver",dry_run="",group="${group}",resource="${resource}",scope="${scope}",subresource="${subresource}",verb="${verb}",version="${version}"`
  tallies.set(labels, (tallies.get(labels) ?? 0) + 1)
}

/** `--max-requests-inflight` and `--max-mutating-requests-inflight` together. */
const inFlight = 600

/** What each priority level has of the requests in flight by its shares, rounded up (apiserver `apf_controller.go`). */
function seats(server: RouteServer): readonly (readonly [level: string, count: number])[] {
  const levels = server.list('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration').map(({ metadata, spec }) => {
    const shares = at(spec, 'limited', 'nominalConcurrencyShares') ?? at(spec, 'exempt', 'nominalConcurrencyShares')
    return [metadata.name ?? '', Number(shares ?? 0)] as const
  })
  const all = Math.max(
    levels.reduce((sum, [, shares]) => sum + shares, 0),
    1,
  )
  return levels.map(([name, shares]) => [name, Math.ceil((inFlight * shares) / all)] as const).sort(([a], [b]) => (a < b ? -1 : 1))
}

function metricsText(server: RouteServer): string {
  const { tallies, gitVersion, stored } = server
  const [, major = '1', minor = '35'] = /^v(\d+)\.(\d+)/.exec(gitVersion) ?? []
  return [
    ...metric('apiserver_flowcontrol_nominal_limit_seats', 'gauge', '[BETA] Nominal number of execution seats configured for each priority level'),
    ...seats(server).map(([level, count]) => `apiserver_flowcontrol_nominal_limit_seats{priority_level="${level}"} ${count}`),
    ...metric(
      'apiserver_request_total',
      'counter',
      '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    ),
    ...[...tallies].sort(([a], [b]) => (a < b ? -1 : 1)).map(([labels, count]) => `apiserver_request_total{${labels}} ${count}`),
    ...metric(
      'apiserver_storage_objects',
      'gauge',
      '[STABLE] Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will be -1.',
    ),
    ...[...stored()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([resource, count]) => `apiserver_storage_objects{resource="${dotted(resource)}"} ${count}`),
    ...metric(
      'apiserver_validation_declarative_validation_mismatch_total',
      'counter',
      '[BETA] Number of times declarative validation results differed from handwritten validation results for core types.',
    ),
    'apiserver_validation_declarative_validation_mismatch_total 0',
    ...metric(
      'apiserver_validation_declarative_validation_panic_total',
      'counter',
      '[BETA] Number of times declarative validation has panicked during validation.',
    ),
    'apiserver_validation_declarative_validation_panic_total 0',
    ...metric(
      'kubernetes_build_info',
      'gauge',
      "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    ),
    `kubernetes_build_info{compiler="gc",git_tree_state="clean",git_version="${gitVersion}",major="${major}",minor="${minor}",platform="linux/amd64"} 1`,
    '',
  ].join('\n')
}

const slis = `${metric('kubernetes_healthcheck', 'gauge', '[STABLE] This metric records the result of a single healthcheck.').join('\n')}
${['healthz', 'livez', 'readyz'].map((type) => `kubernetes_healthcheck{name="ping",type="${type}"} 1\n`).join('')}`

function metric(name: string, type: string, help: string): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

/** `apps/deployments` is called `deployments.apps`. */
function dotted(storage: string): string {
  const [group = '', plural] = storage.split('/')
  return plural === undefined ? group : `${plural}.${group}`
}
