// Resources that servers behind APIServices say they have: discovery tells of them beside this server's own (kube-aggregator `handler_discovery.go`).
import { isObject, type JsonObject } from '../../base/json.ts'
import type { ResourceInfo, SubresourceInfo } from '../kind.ts'
import { at, type KubernetesObject } from '../object.ts'
import { readObjects } from '../registry/engine.ts'
import { isAvailable } from '../registry/registry.ts'
import { askBackend } from './aggregate.ts'
import type { Server } from './server.ts'

/** What the servers behind available APIServices have; nothing of one that gives no list. */
export async function remoteResources(server: Server): Promise<readonly ResourceInfo[]> {
  return (await Promise.all(remoteServices(server).map((service) => resourcesOf(server, service)))).flat()
}

/** The available APIServices of other servers. */
export function remoteServices(server: Server): readonly KubernetesObject[] {
  return readObjects(server, 'apiregistration.k8s.io/v1', 'APIService').filter((service) => isAvailable(service) && !isOurs(server, service))
}

/** A group and version that this server answers for itself, whoever its APIService names. */
function isOurs({ registry }: Server, service: KubernetesObject): boolean {
  const [group, version] = [at(service, 'spec', 'group'), at(service, 'spec', 'version')]
  return registry.resources().some((resource) => resource.group === group && resource.version === version)
}

async function resourcesOf(server: Server, service: KubernetesObject): Promise<readonly ResourceInfo[]> {
  const [group, version] = [String(at(service, 'spec', 'group')), String(at(service, 'spec', 'version'))]
  const response = await askBackend(server, service, new Request(`https://${group}/apis/${group}/${version}`, { headers: { accept: 'application/json' } }))
  const list: unknown = response?.ok ? await response.json().catch(() => undefined) : undefined
  const rows = isObject(list) && Array.isArray(list.resources) ? list.resources.filter(isObject) : []
  return rows.filter(({ name }) => !String(name).includes('/')).map((row) => infoOf(row, { group, version, rows }))
}

interface Place {
  readonly group: string
  readonly version: string
  readonly rows: readonly JsonObject[]
}

/** An APIResource as the table of resources has it. */
function infoOf(row: JsonObject, { group, version, rows }: Place): ResourceInfo {
  const [plural, kind] = [String(row.name), String(row.kind)]
  return {
    group,
    version,
    plural,
    kind,
    namespaced: row.namespaced === true,
    singular: String(row.singularName ?? ''),
    listKind: `${kind}List`,
    shortNames: texts(row.shortNames),
    categories: texts(row.categories),
    verbs: texts(row.verbs),
    subresources: rows.flatMap((each) => subresourceOf(each, plural, { group, version })),
    columns: [],
    storageVersionHash: String(row.storageVersionHash ?? ''),
    storageVersion: version,
    source: 'aggregated',
  }
}

function subresourceOf(row: JsonObject, plural: string, place: { readonly group: string; readonly version: string }): readonly SubresourceInfo[] {
  const [owner, name] = String(row.name).split('/')
  if (owner !== plural || name === undefined) return []
  const responseKind = { group: String(row.group ?? place.group), version: String(row.version ?? place.version), kind: String(row.kind) }
  return [{ name, responseKind, verbs: texts(row.verbs) }]
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
