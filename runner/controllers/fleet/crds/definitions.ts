// KubeFleet's CustomResourceDefinitions: a table of kinds and their schemas, made whole. v1beta1 is stored, v1 only served.
import type { JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import kinds from './kinds.json' with { type: 'json' }
import schemas from './schemas.json' with { type: 'json' }

/** What stands on a hub: all kinds but, unless wanted, those of the networking agents. */
export function hubDefinitions(options: { readonly networking?: boolean | undefined } = {}): readonly KubernetesObject[] {
  return rows()
    .filter(({ networking }) => !networking || options.networking === true)
    .map(definition)
}

const networkingOnMembers = ['ServiceExport', 'ServiceImport', 'MultiClusterService']

/** What stands on a member: AppliedWork, and what the networking agents are told by. */
export function memberDefinitions(options: { readonly networking?: boolean | undefined } = {}): readonly KubernetesObject[] {
  return rows()
    .filter(({ kind }) => kind === 'AppliedWork' || (options.networking === true && networkingOnMembers.includes(kind)))
    .map(definition)
}

/** One line of the table of kinds. */
interface KindRow {
  readonly kind: string
  readonly group: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly scope: string
  readonly versions: readonly VersionRow[]
  readonly columns?: readonly JsonObject[]
  /** The kind whose schema it has, if not its own. */
  readonly schema?: string
  readonly networking?: boolean
}

interface VersionRow {
  readonly name: string
  readonly status: boolean
  readonly storage?: boolean
  readonly columns?: readonly JsonObject[]
}

const parts: Readonly<Record<string, unknown>> = schemas.parts
const kindSchemas: Readonly<Record<string, unknown>> = schemas.kinds

function rows(): readonly KindRow[] {
  return Object.values(kinds)
}

function definition(row: KindRow): KubernetesObject {
  const { kind, group, plural, singular, shortNames, categories, scope } = row
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, annotations: { 'controller-gen.kubebuilder.io/version': 'v0.20.0' } },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      scope,
      versions: row.versions.map((version) => versionOf(row, version)),
      conversion: { strategy: 'None' },
    },
  }
}

function versionOf(row: KindRow, version: VersionRow): JsonObject {
  const columns = version.columns ?? row.columns
  return {
    name: version.name,
    served: true,
    storage: version.storage === true,
    schema: { openAPIV3Schema: schemaOf(row, version.name) },
    ...(version.status ? { subresources: { status: {} } } : {}),
    ...(columns === undefined ? {} : { additionalPrinterColumns: columns }),
  }
}

/** Kinds whose schema is not known take any spec and status. */
const open = { type: 'object', properties: { spec: anything(), status: anything() } }

function schemaOf(row: KindRow, version: string): JsonObject {
  const root = expand(kindSchemas[row.schema ?? row.kind] ?? open, version) as JsonObject
  const meta = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } }
  return { ...root, properties: { ...meta, ...(root.properties as JsonObject) } }
}

function anything(): JsonObject {
  return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
}

/** Puts named parts in (`use`) and leaves out what another version has alone (`only`). */
function expand(node: unknown, version: string): unknown {
  if (Array.isArray(node)) return node.map((item) => expand(item, version))
  if (typeof node !== 'object' || node === null) return node
  const { use, only: _only, ...rest } = node as { readonly use?: string; readonly only?: string }
  const members = Object.entries(rest).filter(([, value]) => belongs(value, version))
  const own = Object.fromEntries(members.map(([name, value]) => [name, expand(value, version)]))
  if (use === undefined) return own
  return { ...(expand(parts[`${use}@${version}`] ?? parts[use], version) as object), ...own }
}

function belongs(value: unknown, version: string): boolean {
  if (typeof value !== 'object' || value === null || !('only' in value)) return true
  return value.only === version
}
