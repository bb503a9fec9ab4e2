// Discovery: which groups, versions and resources the server has, in one aggregated answer or in the older pieces.
import { sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { JsonObject } from '../../base/json.ts'
import { compareVersions } from '../custom-resources/kube-version.ts'
import type { ResourceInfo, SubresourceInfo } from '../kind.ts'
import { apiVersionOf } from '../object.ts'
import { StatusError } from '../status-error.ts'
import { pageNotFound } from './page-not-found.ts'
import type { Route, RouteRequest } from './route.ts'

/** What an answer to a discovery request depends on. */
export interface DiscoveryRequest {
  readonly path: string
  readonly accept: string
  readonly ifNoneMatch?: string | null
  /** Host and port of the server, as clients reach it. */
  readonly serverAddress: string
  /** Answers are kept for as long as this object is the same one. */
  readonly servedVersion: object
}

/** Discovery's rows of the table of routes. */
export const discoveryRoutes: readonly Route[] = ['/api', '/api/*', '/apis', '/apis/*'].map((path) => ({ method: 'GET', path, handle }))

function handle({ path, headers, host, server }: RouteRequest): Response {
  const request = { path, accept: headers.get('accept') ?? '', ifNoneMatch: headers.get('if-none-match'), serverAddress: host }
  return answerDiscovery(server.resources(), { ...request, servedVersion: server.servedVersion }) ?? pageNotFound()
}

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
const plainTypes = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', 'application/*', '*/*']

/**
 * Answers `/api`, `/apis`, `/apis/<group>`, `/api/v1` and `/apis/<group>/<version>`; undefined for a path that discovery does
 * not have. `resources` are built-in ones in the server's order of preference, then custom ones in any order.
 */
export function answerDiscovery(served: readonly ResourceInfo[], request: DiscoveryRequest): Response | undefined {
  const resources = inDiscoveryOrder(served)
  const path = request.path.replace(/\/$/, '')
  if (path === '/api' || path === '/apis') return answerRoot(resources, { ...request, path })
  const [, root, group = '', version = ''] = path.match(/^\/(api|apis)(?:\/([^/]+))?(?:\/([^/]+))?$/) ?? []
  if (root === 'api') return version === '' ? answerVersion(resources, '', group) : undefined
  const ofGroup = resources.filter((resource) => resource.group === group)
  if (root !== 'apis' || ofGroup.length === 0) return undefined
  // A version that no definition serves is nobody's path; built-in groups answer for all below them.
  if (version !== '' && ofGroup.every((resource) => resource.source === 'custom') && inVersion(ofGroup, group, version).length === 0) return undefined
  return version === '' ? plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(resources, group) }) : answerVersion(resources, group, version)
}

/** Groups other than core with their versions, both in order of preference. */
export function servedGroups(resources: readonly ResourceInfo[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const { group, version } of resources) {
    const versions = groups.get(group) ?? []
    if (!versions.includes(version)) versions.push(version)
    groups.set(group, versions)
  }
  return groups
}

/** Groups of definitions follow the built-in ones by name, and their versions by age: stable, then beta, then alpha, newest first. */
function inDiscoveryOrder(resources: readonly ResourceInfo[]): readonly ResourceInfo[] {
  if (resources.every(({ source }) => source === 'built-in')) return resources
  const custom = resources.filter(({ source }) => source === 'custom')
  custom.sort((a, b) => byText(a.group, b.group) || compareVersions(b.version, a.version) || byText(a.plural, b.plural))
  const from = (wanted: ResourceInfo['source']): readonly ResourceInfo[] => resources.filter(({ source }) => source === wanted)
  return [...from('built-in'), ...custom, ...from('aggregated')]
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function answerRoot(resources: readonly ResourceInfo[], request: DiscoveryRequest): Response {
  const accepted = request.accept.split(',').map((type) => type.trim().replaceAll(' ', ''))
  for (const type of accepted) {
    if (type.startsWith(aggregatedType)) return answerAggregated(resources, request)
    if (type === '' || plainTypes.includes(type.split(';q=')[0] ?? '')) return plain(request.path === '/api' ? versionsEntry(request) : groupList(resources))
  }
  throw new StatusError('NotAcceptable', `only the following media types are accepted: ${plainTypes.slice(0, 3).join(', ')}`)
}

function plain(body: JsonObject): Response {
  return new Response(JSON.stringify(body), { headers: { 'cache-control': 'no-cache, private', 'content-type': 'application/json' } })
}

const aggregatedAnswers = new WeakMap<object, Map<string, { readonly body: string; readonly etag: string }>>()

function answerAggregated(resources: readonly ResourceInfo[], request: DiscoveryRequest): Response {
  const known = aggregatedAnswers.get(request.servedVersion) ?? new Map<string, { body: string; etag: string }>()
  aggregatedAnswers.set(request.servedVersion, known)
  const answer = known.get(request.path) ?? aggregatedAnswer(resources, request.path === '/api')
  known.set(request.path, answer)
  const headers = { 'cache-control': 'public', etag: answer.etag, vary: 'Accept' }
  if (request.ifNoneMatch === answer.etag) return new Response(null, { status: 304, headers })
  return new Response(answer.body, { headers: { ...headers, 'content-type': aggregatedType } })
}

function aggregatedAnswer(resources: readonly ResourceInfo[], core: boolean): { body: string; etag: string } {
  const groups = [...servedGroups(resources)].filter(([group]) => (group === '') === core)
  const items = groups.map(([group, versions]) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((version) => ({
      version,
      resources: inVersion(resources, group, version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }))
  const body = JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items })
  return { body, etag: `"${bytesToHex(sha512(new TextEncoder().encode(body))).toUpperCase()}"` }
}

function aggregatedResource(resource: ResourceInfo): JsonObject {
  const { plural, kind, namespaced, singular, verbs, shortNames, categories, subresources } = resource
  return {
    resource: plural,
    responseKind: { ...ownKind(resource), kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources: subresources.map((subresource) => aggregatedSubresource(resource, subresource)) }),
  }
}

function aggregatedSubresource(resource: ResourceInfo, { name, responseKind, verbs }: SubresourceInfo): JsonObject {
  const foreign = responseKind.group !== '' && responseKind.group !== resource.group
  const { group, version } = foreign ? responseKind : ownKind(resource)
  return { subresource: name, responseKind: { group, version, kind: responseKind.kind }, verbs }
}

/** Built-in resources leave their own group and version out; those of definitions say them. */
function ownKind({ source, group, version }: ResourceInfo): { group: string; version: string } {
  return source === 'custom' ? { group, version } : { group: '', version: '' }
}

function versionsEntry(request: DiscoveryRequest): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: request.serverAddress }] }
}

function groupList(resources: readonly ResourceInfo[]): JsonObject {
  const isCustom = (group: string): boolean => resources.find((resource) => resource.group === group)?.source === 'custom'
  const groups = [...servedGroups(resources)].filter(([group]) => group !== '').map(([group, versions]) => ({ group, versions, custom: isCustom(group) }))
  groups.sort((a, b) => (a.custom && b.custom ? byText(firstService(a), firstService(b)) : 0))
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(({ group }) => groupEntry(resources, group)) }
}

/** Groups of one priority follow each other by the name of their first APIService (kube-aggregator `ByGroupPriorityMinimum`). */
function firstService({ group, versions }: { readonly group: string; readonly versions: readonly string[] }): string {
  return versions.map((version) => `${version}.${group}`).sort()[0] ?? ''
}

function groupEntry(resources: readonly ResourceInfo[], group: string): JsonObject {
  const versions = (servedGroups(resources).get(group) ?? []).map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions, preferredVersion: versions[0] }
}

function answerVersion(resources: readonly ResourceInfo[], group: string, version: string): Response {
  const served = inVersion(resources, group, version)
  if (served.length === 0) throw new StatusError('NotFound', 'the server could not find the requested resource', { details: {} })
  return plain({
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group, version }),
    resources: served.flatMap((resource) => [
      legacyResource(resource),
      ...resource.subresources.map((subresource) => legacySubresource(resource, subresource)),
    ]),
  })
}

function legacyResource(resource: ResourceInfo): JsonObject {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, storageVersionHash } = resource
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(storageVersionHash !== '' && { storageVersionHash }),
  }
}

function legacySubresource(resource: ResourceInfo, { name, responseKind, legacyKind, verbs }: SubresourceInfo): JsonObject {
  const foreign = legacyKind ?? (responseKind.group !== '' && responseKind.group !== resource.group ? responseKind : undefined)
  return {
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    ...(foreign && { group: foreign.group, version: foreign.version }),
    kind: responseKind.kind,
    verbs,
  }
}

function inVersion(resources: readonly ResourceInfo[], group: string, version: string): readonly ResourceInfo[] {
  return resources.filter((resource) => resource.group === group && resource.version === version)
}
