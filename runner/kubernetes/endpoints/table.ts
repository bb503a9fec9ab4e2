// Tables: rows of cells for people, as `kubectl get` prints them; and objects cut down to their metadata.
import type { Json, JsonObject } from '../../base/json.ts'
import { humanDuration } from '../duration.ts'
import type { Column } from '../kind.ts'
import type { KubernetesObject } from '../object.ts'
import { badRequest } from '../registry/errors.ts'
import type { ServedResource } from '../registry/served-resource.ts'

/** How rows are made. */
export interface TableOptions {
  readonly now: number
  readonly metaVersion: string
  /** How much of each object stands in its row: `None`, `Metadata` (default) or `Object`. */
  readonly includeObject: string
}

/** Reads `includeObject` of a query. */
export function readIncludeObject(query: URLSearchParams): string {
  const value = query.get('includeObject') || 'Metadata'
  if (['None', 'Metadata', 'Object'].includes(value)) return value
  const why = `includeObject: Invalid value: ${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`
  throw badRequest(`Unable to convert to Table as requested: ${why}`)
}

/** A Table of objects; `metadata` is that of the list. */
export function tableOf(resource: ServedResource, objects: readonly KubernetesObject[], options: TableOptions & { readonly metadata: JsonObject }): JsonObject {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.metaVersion}`,
    metadata: options.metadata,
    columnDefinitions: columnsOf(resource).map(definitionOf),
    rows: objects.length === 0 && isUnprinted(resource) ? null : objects.map((object) => rowOf(resource, object, options)),
  }
}

/** An object cut down to its metadata. */
export function partialMetadata(object: KubernetesObject, metaVersion: string): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${metaVersion}`, metadata: object.metadata as unknown as JsonObject }
}

function definitionOf({ name, type, format, description, priority }: Column): JsonObject {
  return { name, type, format, description, priority }
}

const fallbackColumns: readonly Column[] = [
  { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
  { name: 'Created At', type: 'date', format: '', description: '', priority: 0 },
]

/** Kinds that have no printer of their own answer an empty list of rows as null. */
function isUnprinted(resource: ServedResource): boolean {
  return columnsOf(resource).some(({ name }) => name === 'Created At')
}

function columnsOf({ info }: ServedResource): readonly Column[] {
  return info.columns.length > 0 ? info.columns : fallbackColumns
}

function rowOf(resource: ServedResource, object: KubernetesObject, { now, metaVersion, includeObject }: TableOptions): JsonObject {
  const conditions = resource.rules?.rowConditions?.(object)
  const shown = { None: null, Object: object as unknown as Json, Metadata: partialMetadata(object, metaVersion) }[includeObject] ?? null
  return { cells: cellsOf(resource, object, now), ...(conditions === undefined ? {} : { conditions }), object: shown }
}

function cellsOf(resource: ServedResource, object: KubernetesObject, now: number): readonly Json[] {
  const own = resource.custom?.cells(object, now) ?? resource.rules?.cells?.(object, now)
  return own ?? columnsOf(resource).map((column) => plainCell(column, object, now))
}

/** The cells that any object has; a column that no rule fills stays empty. */
function plainCell({ name, format }: Column, { metadata }: KubernetesObject, now: number): Json {
  if (format === 'name' || name === 'Name') return metadata.name ?? ''
  if (name === 'Created At') return metadata.creationTimestamp ?? null
  if (name === 'Age') return metadata.creationTimestamp === undefined ? '<unknown>' : humanDuration(now - Date.parse(metadata.creationTimestamp))
  return null
}
