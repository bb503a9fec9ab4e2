// The facts of the built-in API: types with their fields, enums, and served resources, read from three tables.
import type { Json } from '../../base/json.ts'
import type { Column, ResourceInfo, SubresourceInfo } from '../kind.ts'
import { parseApiVersion } from '../object.ts'
import enums from './facts/enums.json' with { type: 'json' }
import resources from './facts/resources.json' with { type: 'json' }
import types from './facts/types.json' with { type: 'json' }

/** A field of a built-in type. `type` is absolute: `[]core.v1.Container`, `{}string`, `Quantity`. */
export interface FieldFact {
  readonly name: string
  readonly proto: number
  readonly type: string
  readonly pointer: boolean
  readonly omitempty: boolean
  readonly omitzero: boolean
  readonly required: boolean
  /** The fields of `type` stand in the parent; `name` is empty. */
  readonly inline: boolean
  readonly patchStrategy?: string
  readonly patchMergeKey?: string
  readonly listType?: string
  readonly listMapKeys?: readonly string[]
  readonly mapType?: string
  readonly structType?: string
  readonly default?: Json
  readonly enumRef?: string
}

/** A built-in type; `typeMeta` says that kind and apiVersion stand first in its JSON. */
export interface TypeFacts {
  readonly name: string
  readonly typeMeta: boolean
  readonly structType?: string
  readonly fields: readonly FieldFact[]
}

/** A package of types: its prefix in OpenAPI and the group and version that it serves. */
export interface PackageFacts {
  readonly openApiPrefix: string
  readonly group: string
  readonly version: string
}

interface RawExtra {
  readonly ps?: string
  readonly mk?: string
  readonly lt?: string
  readonly lk?: readonly string[]
  readonly mt?: string
  readonly st?: string
  readonly d?: Json
  readonly e?: string
}
type RawField = readonly [name: string, proto: number, type: string, flags: string, extra?: RawExtra]
interface RawType {
  readonly k?: number
  readonly st?: string
  readonly f: readonly RawField[]
}
type RawKind = readonly [group: string, version: string, kind: string]
interface RawResource {
  readonly kind: string
  readonly singular: string
  readonly scope: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly hash?: string
  readonly type: string
  readonly list?: string
  readonly sub?: Readonly<Record<string, readonly [RawKind, readonly string[], RawKind?]>>
  readonly columns?: readonly (readonly [name: string, type: string, format: string, priority: number])[]
}

const rawTypes = types as unknown as Readonly<Record<string, RawType>>
const rawPackages = types.$packages as unknown as Readonly<Record<string, readonly [string, string, string]>>
const rawGated = resources.gated as unknown as Readonly<Record<string, Readonly<Record<string, RawResource>>>>
const rawResources = resources.resources as unknown as Readonly<Record<string, RawResource>>
/** The kinds of the served resources, and those of the metrics API, which another server answers. */
const kinds: Readonly<Record<string, string>> = {
  ...resources.kinds,
  ...Object.fromEntries(
    ['NodeMetrics', 'NodeMetricsList', 'PodMetrics', 'PodMetricsList'].map((kind) => [`metrics.k8s.io/v1beta1 ${kind}`, `metrics.v1beta1.${kind}`]),
  ),
}
const closedEnums = enums.closed as Readonly<Record<string, readonly string[]>>

const sharedKinds = new Set([
  'CreateOptions',
  'DeleteOptions',
  'GetOptions',
  'List',
  'ListOptions',
  'PatchOptions',
  'Status',
  'Table',
  'UpdateOptions',
  'WatchEvent',
])

const typeCache = new Map<string, TypeFacts>()
let kindCache: ReadonlyMap<string, readonly (readonly [string, string])[]> | undefined
let resourceCache: readonly ResourceInfo[] | undefined

/** Facts of a type by its name in the table, as `core.v1.Pod`. */
export function typeFacts(typeName: string): TypeFacts | undefined {
  const known = typeCache.get(typeName)
  if (known) return known
  const raw = typeName.startsWith('$') ? undefined : rawTypes[typeName]
  if (!raw) return undefined
  const facts = readType(typeName, raw)
  typeCache.set(typeName, facts)
  return facts
}

/** All type names of the table. */
export function typeNames(): readonly string[] {
  return Object.keys(rawTypes).filter((name) => !name.startsWith('$'))
}

/** Facts of the package that a type belongs to. */
export function packageFacts(typeName: string): PackageFacts | undefined {
  const raw = rawPackages[packageOf(typeName)]
  return raw && { openApiPrefix: raw[0], group: raw[1], version: raw[2] }
}

/** The type of a kind: built-in kinds, their lists, and the kinds of meta/v1 that every group has (`v1 Status`, `v1 DeleteOptions`). */
export function typeNameOf(apiVersion: string, kind: string): string | undefined {
  return kinds[`${apiVersion} ${kind}`] ?? (sharedKinds.has(kind) ? `meta.v1.${kind}` : undefined)
}

/** The kinds that a type is served as. */
export function kindsOf(typeName: string): readonly { readonly group: string; readonly version: string; readonly kind: string }[] {
  kindCache ??= Map.groupBy(Object.entries(kinds), ([, type]) => type)
  return (kindCache.get(typeName) ?? []).map(([name]) => {
    const space = name.indexOf(' ')
    return { ...parseApiVersion(name.slice(0, space)), kind: name.slice(space + 1) }
  })
}

/** The values of an enum that OpenAPI lists, or undefined for an open one. */
export function enumValues(enumRef: string): readonly string[] | undefined {
  return closedEnums[enumRef]
}

/** Every built-in resource, in the order of discovery. */
export function builtInResources(): readonly ResourceInfo[] {
  resourceCache ??= builtInGroups().flatMap(({ group, versions }) =>
    versions.flatMap((version) => {
      const apiVersion = group === '' ? version : `${group}/${version}`
      return Object.entries(rawResources)
        .filter(([path]) => path.slice(0, path.lastIndexOf('/')) === apiVersion)
        .map(([path, raw]) => readResource(path, raw))
    }),
  )
  return resourceCache
}

/** The resources that a feature gate opens, which is closed by default; none for a gate that opens nothing here. */
export function gatedResources(gate: string): readonly ResourceInfo[] {
  return Object.entries(rawGated[gate] ?? {}).map(([path, raw]) => readResource(path, raw))
}

/** The feature gates that can be opened, by their Kubernetes names. */
export const featureGates: readonly string[] = Object.keys(resources.gated)

/** The built-in groups in discovery order, each with its versions in order of preference. */
export function builtInGroups(): readonly { readonly group: string; readonly versions: readonly string[] }[] {
  const groups = resources.groups as unknown as readonly (readonly [string, readonly string[]])[]
  return groups.map(([group, versions]) => ({ group, versions }))
}

function readType(name: string, raw: RawType): TypeFacts {
  return {
    name,
    typeMeta: raw.k === 1,
    ...(raw.st === undefined ? {} : { structType: raw.st }),
    fields: raw.f.map((field) => readField(packageOf(name), field)),
  }
}

function readField(home: string, [name, proto, type, flags, extra]: RawField): FieldFact {
  return {
    name,
    proto,
    type: absolute(home, type),
    pointer: flags.includes('p'),
    omitempty: flags.includes('o'),
    omitzero: flags.includes('z'),
    required: flags.includes('r'),
    inline: flags.includes('i'),
    ...(extra === undefined ? {} : readExtra(home, extra)),
  }
}

function readExtra(home: string, extra: RawExtra): Partial<FieldFact> {
  return {
    ...(extra.ps === undefined ? {} : { patchStrategy: extra.ps }),
    ...(extra.mk === undefined ? {} : { patchMergeKey: extra.mk }),
    ...(extra.lt === undefined ? {} : { listType: extra.lt }),
    ...(extra.lk === undefined ? {} : { listMapKeys: extra.lk }),
    ...(extra.mt === undefined ? {} : { mapType: extra.mt }),
    ...(extra.st === undefined ? {} : { structType: extra.st }),
    ...(extra.d === undefined ? {} : { default: extra.d }),
    ...(extra.e === undefined ? {} : { enumRef: absolute(home, extra.e) }),
  }
}

/** `[].Container` seen from `core.v1` is `[]core.v1.Container`. */
function absolute(home: string, type: string): string {
  return type.replace(/^((?:\[\]|\{\}|items:)*)\./, `$1${home}.`)
}

function packageOf(typeName: string): string {
  return typeName.slice(0, typeName.lastIndexOf('.'))
}

function readResource(path: string, raw: RawResource): ResourceInfo {
  const slash = path.lastIndexOf('/')
  const { group, version } = parseApiVersion(path.slice(0, slash))
  return {
    group,
    version,
    plural: path.slice(slash + 1),
    kind: raw.kind,
    namespaced: raw.scope === 'Namespaced',
    singular: raw.singular,
    listKind: `${raw.kind}List`,
    shortNames: raw.shortNames ?? [],
    categories: raw.categories ?? [],
    verbs: raw.verbs,
    subresources: Object.entries(raw.sub ?? {}).map(readSubresource),
    columns: (raw.columns ?? []).map(readColumn),
    storageVersionHash: raw.hash ?? '',
    storageVersion: version,
    source: 'built-in',
  }
}

function readSubresource([name, [responseKind, verbs, legacyKind]]: readonly [string, readonly [RawKind, readonly string[], RawKind?]]): SubresourceInfo {
  return { name, responseKind: readKind(responseKind), verbs, ...(legacyKind === undefined ? {} : { legacyKind: readKind(legacyKind) }) }
}

function readKind([group, version, kind]: RawKind): { group: string; version: string; kind: string } {
  return { group, version, kind }
}

function readColumn([name, type, format, priority]: readonly [string, string, string, number]): Column {
  return { name, type, format, description: '', priority }
}
