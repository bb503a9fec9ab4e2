// Sends recorded requests into an Azure of our own and compares its answers. What chance or time decided is masked, as the recordings' README lists.
import { createActivity } from '#runner/base/activity.ts'
import { createClock, type WorldClock } from '#runner/base/clock.ts'
import { localPeer } from '#runner/base/host.ts'
import { isObject, type Json, type JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { type Azure, createAzure } from '#runner/azure/arm-server.ts'

/** One recorded command. */
export interface Case {
  readonly case: string
  readonly exchanges: readonly Exchange[]
}

interface Exchange {
  readonly request: { readonly method: string; readonly host: string; readonly path: string; readonly headers?: Record<string, string>; readonly authorization?: string; readonly body?: Json }
  readonly response: { readonly status: number; readonly headers?: Record<string, string>; readonly body?: Json }
}

/** A replay under way: an Azure, and what was found. */
export interface Replay {
  run(recorded: Case): Promise<void>
  result(): { readonly compared: number; readonly left: number; readonly problems: readonly string[] }
}

const subscription = '0b1f6471-1bf0-4dda-aec3-cb9272f09590'
const tenantId = '54826b22-38d6-4fb2-bad9-b7b93a3e9c5a'
const groupId = `/subscriptions/${subscription}/resourceGroups/rg-aks-fleet-lab`
const fleetId = `${groupId}/providers/Microsoft.ContainerService/fleets/aks-fleet-lab`

/** The recording world's Azure: its subscriptions, people and ids. */
export async function createRecordedAzure(): Promise<{ azure: Azure; clock: WorldClock }> {
  const activity = createActivity()
  const clock = createClock({ now: Date.parse('2026-11-23T09:00:00Z'), pace: 1, timers: [] }, { activity, pulse: { monotonic: () => 0, after: () => () => undefined } })
  const azure = createAzure({
    clock,
    activity,
    random: createRandom('replay'),
    secret: createRandom('replay secret'),
    durations: 'short',
    subscription: { id: subscription, name: 'Contoso Fleet Lab' },
    otherSubscriptions: [{ id: '7c2e5a34-94aa-4b5e-8a55-1f6f0f2b6d11', name: 'Contoso Spare' }],
    tenantId,
    users: [
      { objectId: '3a1c9f52-6a0e-4d0f-9d5f-7f5f3c2e8b10', userPrincipalName: 'ada@contoso.test', displayName: 'Ada Lovelace', password: 'x', roles: ['Owner'] },
      { objectId: 'f0d7b6a1-5c1d-4b0e-8d70-4a57c7d0b6a2', userPrincipalName: 'charles@contoso.test', displayName: 'Charles Babbage', password: 'y', roles: [] },
    ],
    servicePrincipals: [
      {
        objectId: 'b5a7e0c4-2f7e-4f0e-8a44-0c6d6a8b7e21',
        appId: '5d0b3c1e-8f6f-4c7e-9b8a-2f4c1e6d7a90',
        displayName: 'fleet-bot',
        secret: 'secret',
        createdDateTime: '2026-11-01T08:00:00Z',
        roles: ['Reader'],
      },
    ],
  })
  return { azure, clock }
}

/** A replay. `settled` starts with the exercise's resources and those that the recorded case reads. */
export async function createReplay(options: { settled: boolean; recorded?: Case }): Promise<Replay> {
  const { azure, clock } = await createRecordedAzure()
  if (options.settled) await settle(azure, options.recorded)
  const problems: string[] = []
  let compared = 0
  let left = 0
  const links = new Map([['stub-refresh-token', String(azure.signIn('ada@contoso.test').refresh_token)]])

  async function run(recorded: Case): Promise<void> {
    const { exchanges } = inOurVersions(recorded)
    let previous = ''
    for (const exchange of exchanges) {
      if (isPoll(exchange) && exchange.request.path !== previous) await clock.advance(isLast(exchange) ? 1000 : 0)
      const same = isPoll(exchange) && exchange.request.path === previous
      if (same && isLast(exchange)) await clock.advance(1000)
      previous = exchange.request.path
      if (isPoll(exchange) && !isLast(exchange)) {
        left += 1
        continue
      }
      const answer = await send(exchange)
      compared += 1
      const found = compare(exchange, answer)
      if (found !== undefined) problems.push(`${exchange.request.method} ${exchange.request.path.slice(0, 160)}: ${found}`)
    }
  }

  async function send({ request, response }: Exchange): Promise<Answer> {
    const host = azure.hosts[request.host]
    if (!host) return { status: 0, headers: {}, body: `no host ${request.host}` }
    const path = links.get(request.path) ?? request.path
    const headers = new Headers(Object.entries(request.headers ?? {}).map(([name, value]): [string, string] => [name, links.get(value) ?? value]))
    if (request.authorization === 'Bearer') headers.set('authorization', `Bearer ${azure.tokenFor('ada@contoso.test', audienceOf(request.host))}`)
    const body = bodyOf(request.body, links)
    const answer = await host.fetch(new Request(`https://${request.host}${path}`, { method: request.method, headers, ...(body === undefined ? {} : { body }) }), localPeer)
    const text = await answer.text()
    const shown: Answer = { status: answer.status, headers: Object.fromEntries(answer.headers), body: parse(text) }
    remember(response, shown)
    return shown
  }

  /** What the recorded server named by chance is asked for by our names. */
  function remember(recorded: Exchange['response'], ours: Answer): void {
    for (const name of ['Azure-AsyncOperation', 'Location']) {
      const theirs = recorded.headers?.[name]
      const own = ours.headers[name.toLowerCase()]
      if (theirs !== undefined && own !== undefined) links.set(pathOf(theirs), pathOf(own))
    }
    const [theirs, own] = [recorded.body, ours.body]
    if (!isObject(theirs) || !isObject(own)) return
    for (const name of ['refresh_token', 'device_code', 'eTag']) if (typeof theirs[name] === 'string' && typeof own[name] === 'string') links.set(theirs[name], own[name])
  }

  return { run, result: () => ({ compared, left, problems }) }
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
}

async function settle(azure: Azure, recorded: Case | undefined): Promise<void> {
  const clusters = ['aks-fleet-east', 'aks-fleet-west'].map((name, index) => clusterSeed(name, ['eastus', 'westus2'][index] ?? 'eastus'))
  const hub = recorded?.exchanges.some(({ response }) => JSON.stringify(response.body ?? '').includes('"contoso"'))
    ? { dnsPrefix: 'contoso', agentProfile: { vmSize: 'Standard_D4s_v5' } }
    : {}
  const wanted = seedsOf(recorded)
  const groups = new Set([groupId, ...wanted.flatMap(({ id }) => /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+(?=\/)/i.exec(id)?.[0].replace('resourcegroups', 'resourceGroups') ?? [])])
  await azure.seed([
    ...[...groups].map((id) => ({ id, location: 'eastus' })),
    ...clusters.filter(({ id }) => !wanted.some((seed) => seed.id.toLowerCase() === id.toLowerCase())),
    { id: fleetId, location: 'eastus', identity: { type: 'None' }, properties: { hubProfile: hub } },
    ...wanted,
  ])
}

function clusterSeed(name: string, location: string): Parameters<Azure['seed']>[0][number] {
  const dnsPrefix = `${name.slice(0, 10)}-rg-aks-fleet-lab-0b1f64`
  return {
    id: `${groupId}/providers/Microsoft.ContainerService/managedClusters/${name}`,
    location,
    identity: { type: 'SystemAssigned' },
    properties: {
      dnsPrefix,
      agentPoolProfiles: [{ name: 'nodepool1', count: 1, mode: 'System' }],
      linuxProfile: { adminUsername: 'azureuser', ssh: { publicKeys: [{ keyData: 'ssh-rsa <public key>' }] } },
    },
  }
}

/** Kubernetes' versions of the recording world are one minor behind those on offer here. */
function inOurVersions(recorded: Case): Case {
  const text = JSON.stringify(recorded)
    .replaceAll('1.34.1', '1.35.2')
    .replaceAll('"1.34"', '"1.35"')
    .replaceAll('1.33.5', '1.34.4')
    .replaceAll('"1.33"', '"1.34"')
    .replaceAll('node pool version 34', 'node pool version 35')
    .replaceAll('control plane version 33.', 'control plane version 34.')
  return JSON.parse(text)
}

/** Resources that the case finds in the recording world: what its GETs, lists and writes to old ones show, made ours by a PUT. */
function seedsOf(recorded: Case | undefined): Parameters<Azure['seed']>[0] {
  const seeds = new Map<string, Parameters<Azure['seed']>[0][number]>()
  const made = new Set<string>()
  const gone = new Set<string>()
  const neededClusters = new Set<string>()
  for (const { request, response } of recorded ? inOurVersions(recorded).exchanges : []) {
    if (request.host !== 'management.azure.com') continue
    const key = request.path.split('?')[0]?.toLowerCase() ?? ''
    if (request.method === 'PUT' && response.status === 201) made.add(key)
    if (response.status === 404) gone.add(key)
    const cluster = /^(.*\/managedClusters\/([^/?]+))\//i.exec(request.path)
    if (cluster?.[1] !== undefined && response.status !== 404 && !made.has(cluster[1].toLowerCase())) neededClusters.add(cluster[2] ?? '')
    if (!made.has(key) && ((request.method === 'DELETE' && [200, 202].includes(response.status)) || (request.method === 'PUT' && (response.status === 200 || JSON.stringify(response.body ?? '').includes('InvalidResourceGroupLocation')))))
      addMissing(seeds, decodeURIComponent(request.path.split('?')[0] ?? ''), isObject(response.body) ? response.body : {})
    const bodies = isObject(response.body) ? (Array.isArray(response.body.value) ? response.body.value.filter(isObject) : [response.body]) : []
    for (const body of bodies) {
      const id = typeof body.id === 'string' ? body.id : ''
      if (!made.has(id.toLowerCase()) && !gone.has(id.toLowerCase()) && !seeds.has(id.toLowerCase())) addSeed(seeds, id, body)
    }
  }
  for (const name of neededClusters) {
    const seed = clusterSeed(name, recorded?.case.includes('format') || name.endsWith('west') ? 'westus2' : 'eastus')
    if (![...seeds.keys()].some((id) => id === seed.id.toLowerCase())) seeds.set(seed.id.toLowerCase(), seed)
  }
  for (const seed of [...seeds.values()]) {
    const cluster = seed.properties?.clusterResourceId
    if (typeof cluster === 'string' && !neededClusters.has(cluster.split('/').at(-1) ?? '') && !seeds.has(cluster.toLowerCase())) seeds.set(cluster.toLowerCase(), clusterSeed(cluster.split('/').at(-1) ?? '', cluster.endsWith('west') ? 'westus2' : 'eastus'))
  }
  const order = ['/agentpools/', '/fleets/', '/members/', '/updatestrategies/', '/updateruns/', '/roleassignments/']
  return [...seeds.values()].sort((a, b) => rank(a.id, order) - rank(b.id, order))
}

function rank(id: string, order: readonly string[]): number {
  return order.findIndex((part) => id.toLowerCase().includes(part)) + 1 || (id.split('/').length > 5 ? 0.5 : 0)
}

const seedable = /\/resourceGroups\/[^/]+$|\/managedClusters\/[^/]+$|\/agentPools\/[^/]+$|\/fleets\/[^/]+$|\/members\/[^/]+$|\/updateStrategies\/[^/]+$|\/roleAssignments\/[^/]+$|\/roleDefinitions\/[^/]+$/i

function addSeed(seeds: Map<string, Parameters<Azure['seed']>[0][number]>, id: string, body: JsonObject): void {
  if (!seedable.test(id) || /\/roleDefinitions\//.test(id)) return
  const { location, tags, identity, sku, properties } = body
  if (!isObject(properties) && !/\/resourceGroups\/[^/]+$/i.test(id)) return
  seeds.set(id.toLowerCase(), {
    id,
    ...(typeof location === 'string' ? { location } : {}),
    ...(isObject(tags) ? { tags: tags as Record<string, string> } : {}),
    ...(isObject(identity) ? { identity } : {}),
    ...(isObject(sku) ? { sku } : {}),
    ...(isObject(properties) ? { properties: withoutFacts(properties) } : {}),
  })
}

/** What a write to something old or a delete takes for granted. */
function addMissing(seeds: Map<string, Parameters<Azure['seed']>[0][number]>, id: string, body: JsonObject): void {
  if (seeds.has(id.toLowerCase())) return
  if (/\/resourcegroups\/[^/]+$/i.test(id)) seeds.set(id.toLowerCase(), { id, location: 'eastus' })
  else if (/\/fleets\/[^/]+$/i.test(id)) addSeed(seeds, id, { location: 'eastus', identity: { type: 'None' }, ...body })
  else if (/\/managedClusters\/[^/]+$/i.test(id)) seeds.set(id.toLowerCase(), clusterSeed(id.split('/').at(-1) ?? '', 'eastus'))
  else if (/\/updateStrategies\/[^/]+$/i.test(id)) addSeed(seeds, id, { properties: { strategy: { stages: [{ name: 'a', groups: [{ name: 'b' }] }] } }, ...body })
  else if (/\/updateRuns\/[^/]+$/i.test(id)) seeds.set(id.toLowerCase(), { id, properties: { managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' } } } })
  else addSeed(seeds, id, body)
}

/** What a client would have sent for what the service shows. */
function withoutFacts(properties: JsonObject): JsonObject {
  const { provisioningState: _p, fqdn: _f, currentKubernetesVersion: _c, nodeResourceGroup: _n, identityProfile: _i, resourceUID: _u, azurePortalFQDN: _a, ...rest } = properties
  return rest
}

function compare(exchange: Exchange, ours: Answer): string | undefined {
  const { status, headers = {}, body = null } = exchange.response
  if (ours.status !== status) return `status ${ours.status} in place of ${status}: ${JSON.stringify(ours.body).slice(0, 300)}`
  for (const name of ['Azure-AsyncOperation', 'Location', 'Retry-After']) {
    const own = ours.headers[name.toLowerCase()]
    if ((headers[name] === undefined) !== (own === undefined)) return `header ${name} is ${own ?? 'absent'} in place of ${headers[name] ?? 'none'}`
    if (name === 'Azure-AsyncOperation' && own !== undefined && masked(pathOf(own).split('?')[0] ?? '') !== masked(pathOf(headers[name] ?? '').split('?')[0] ?? '')) return `header ${name} is ${own}`
  }
  if (exchange.request.method === 'HEAD' || typeof body === 'string') return undefined
  return difference(body, ours.body, '')
}

const chancy = new Set(['access_token', 'id_token', 'refresh_token', 'client_info', 'device_code', 'user_code', 'resourceUID', 'eTag', 'trace_id', 'correlation_id', 'timestamp', 'sha256Digest', 'request-id', 'client-request-id', 'date', 'longitude', 'latitude', 'physicalLocation', 'pairedRegion', 'regionCategory', 'geography', 'geographyGroup', 'apiVersions', 'defaultApiVersion', 'capabilities', 'locations'])

/** The recording world's neighbours were still being made; ours begins settled. */
const transitional = new Set(['Creating', 'Joining', 'Updating', 'UpgradingNodeImageVersion'])

/** First place where two bodies differ; undefined if none. Versions of Kubernetes and the contents of kubeconfigs are the world's own. */
function difference(recorded: Json, ours: Json, path: string): string | undefined {
  const name = path.split('.').at(-1) ?? ''
  if (chancy.has(name) || (path === '.fleet' && isObject(recorded) && recorded.create === 'fleet')) return undefined
  if (path.endsWith('kubeconfigs.0.value')) return kubeconfigDifference(recorded, ours)
  if (Array.isArray(recorded) && Array.isArray(ours)) return listDifference(recorded, ours, path)
  if (isObject(recorded) && isObject(ours)) return objectDifference(recorded, ours, path)
  if (name === 'provisioningState' && ours === 'Succeeded' && transitional.has(String(recorded))) return undefined
  const [a, b] = [recorded, ours].map((value) => (typeof value === 'string' ? masked(value) : JSON.stringify(value)))
  return a === b ? undefined : `${path || 'body'}: ${b?.slice(0, 300)} in place of ${a?.slice(0, 300)}`
}

function listDifference(recorded: readonly Json[], ours: readonly Json[], path: string): string | undefined {
  const named = (list: readonly Json[]): boolean => list.every((one) => isObject(one) && typeof one.name === 'string')
  if (/\.(upgrades|values|resourceTypes)$|^\.extensions/.test(path)) return undefined
  if (path === '.value' && named(recorded) && named(ours)) return subsetDifference(recorded, ours, path)
  if (recorded.length !== ours.length) return `${path}: ${ours.length} items in place of ${recorded.length}`
  for (const [index, item] of recorded.entries()) {
    const found = difference(item, ours[index] ?? null, `${path}.${index}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** Lists may hold more than the recording world had: other built-in roles, regions, resources of the settled start. */
function subsetDifference(recorded: readonly Json[], ours: readonly Json[], path: string): string | undefined {
  for (const item of recorded) {
    if (!isObject(item)) continue
    const own = ours.find((one) => isObject(one) && one.name === item.name)
    const found = own === undefined ? `${path}: ${String(item.name)} is missing` : difference(item, own, `${path}.${String(item.name).replaceAll('.', '_')}`)
    if (found !== undefined) return found
  }
  return undefined
}

function objectDifference(recorded: JsonObject, ours: JsonObject, path: string): string | undefined {
  if (path.endsWith('.patchVersions')) return undefined
  const keys = (value: JsonObject): string => Object.keys(value).filter((key) => value[key] !== undefined && !chancy.has(key)).sort().join(' ')
  if (path !== '.extensions' && keys(recorded) !== keys(ours)) return `${path || 'body'}: members ${keys(ours)} in place of ${keys(recorded)}`
  const roleFacts = new Set(['description', 'permissions'])
  for (const [key, value] of Object.entries(recorded)) {
    if (roleFacts.has(key) && recorded.type === 'BuiltInRole') continue
    const found = difference(value ?? null, ours[key] ?? null, `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function kubeconfigDifference(recorded: Json, ours: Json): string | undefined {
  const [a, b] = [recorded, ours].map((value) =>
    masked(atob(String(value)))
      .replace(/(-data|token):.*/g, '$1: <data>')
      .replace(/https:\/\/[\w.<>-]+:443/, '<server>'),
  )
  return a === b ? undefined : `kubeconfig:\n${b}\nin place of\n${a}`
}

function masked(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/gi, '<id>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>')
    .replace(/-[a-z0-9]{8}\.(hcp|portal)/g, '-<8>.$1')
    .replace(/hub-[a-z0-9]{6}-/g, 'hub-<6>-')
    .replace(/\b1\.3[2-5](\.\d+)?\b/g, '<version>')
    .replace(/(Trace ID|Correlation ID): \S+/g, '$1: <id>')
    .replace(/the code \w+/g, 'the code <code>')
    .replace(/(The available VM sizes are) .*/, '$1 <sizes>')
    .replace(/AKSUbuntu-[\w.-]+/g, '<image>')
}

function isPoll({ request }: Exchange): boolean {
  return /\/operation(s|results)\//.test(request.path)
}

function isLast({ response }: Exchange): boolean {
  if (response.status === 202) return false
  return !isObject(response.body) || !('status' in response.body) || ['Succeeded', 'Failed'].includes(String(response.body.status))
}

function bodyOf(body: Json | undefined, links: ReadonlyMap<string, string>): string | undefined {
  if (body === undefined || body === null) return undefined
  if (isObject(body) && isObject(body.form)) return formText(body.form, links)
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function formText(form: JsonObject, links: ReadonlyMap<string, string>): string {
  return new URLSearchParams(Object.entries(form).map(([name, value]): [string, string] => [name, links.get(String(value)) ?? String(value)])).toString()
}

function audienceOf(host: string): string {
  return host === 'graph.microsoft.com' ? 'https://graph.microsoft.com/' : 'https://management.core.windows.net/'
}

function pathOf(link: string): string {
  const url = new URL(link)
  return `${url.pathname}${url.search}`
}

function parse(text: string): Json {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return text
  }
}
