// What a kind is, as data: the facts table serves every kind; rules of its own are added here (decision 10).
import type { Json, JsonObject } from '../base/json.ts'
import type { AccessAttributes, AccessDecision } from './identity.ts'
import type { KubernetesObject, Resource } from './object.ts'
import type { FieldError } from './status-error.ts'

/** A webhook to be called: where, with what review, and how long it may take. */
export interface WebhookCall {
  readonly name: string
  readonly clientConfig: JsonObject
  readonly seconds: number
  readonly review: JsonObject
}

/** What came of a call: a body, or why there is none. */
export type WebhookAnswer = { readonly body: Json } | { readonly problem: string } | { readonly notSimulated: true }

/** What a kind's rules may ask of the cluster while a write is prepared. Reads are of the present state. */
export interface WriteContext {
  /** World time, ms. */
  readonly now: number
  /** Seeded letters for generated parts (`bcdfghjklmnpqrstvwxz2456789`). */
  suffix(length: number): string
  /** A seeded UUID. */
  uuid(): string
  /** A stored object or undefined. */
  get(apiVersion: string, kind: string, key: { readonly name: string; readonly namespace?: string }): KubernetesObject | undefined
  /** All stored objects of a kind, in one namespace or in all. */
  list(apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[]
  /** Service range of the cluster in CIDR form, for addresses of Services. */
  readonly serviceCidr: string
  /** Who writes: user name, groups. */
  readonly user: {
    readonly name: string
    readonly groups: readonly string[]
    readonly uid?: string
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
  /** Whether objects of a kind lie in namespaces; undefined for a kind that is not served. */
  scopeOf?(apiVersion: string, kind: string): 'Namespaced' | 'Cluster' | undefined
  /** What an authorizer says, for expressions that ask; absent where nobody can be asked. */
  decide?(attributes: AccessAttributes): AccessDecision
  /** Reads and defaults an object of the resource that is written, as a patch made it; a strict reading throws where a field is not known. */
  decode?(object: JsonObject, how?: { readonly strict: boolean }): KubernetesObject
  /** Merges what an object of the resource is to have into it, or says why it cannot. */
  configure?(object: JsonObject, configuration: JsonObject): { readonly object: JsonObject } | { readonly problem: string } | { readonly unconverted: string }
  /** Asks a webhook; absent where none can be called. */
  call?(asking: WebhookCall): WebhookAnswer
  /** Collects a `Warning:` header for the answer. */
  warn(text: string): void
  readonly dryRun: boolean
}

/**
 * Rules of one kind beyond the facts table. All are pure functions on plain objects; they return new objects.
 * Order in a create: `defaults`, admission, `prepareForCreate`, `validate`. In an update: `defaults`, admission,
 * `prepareForUpdate`, `validateUpdate` (`validate` where there is none); a status write uses `prepareForStatusUpdate` and
 * `validateStatusUpdate` instead.
 */
export interface KindRules {
  readonly apiVersion: string
  readonly kind: string
  /** Static defaulting, as `SetObjectDefaults_*`; also applied to the result of every patch and apply. */
  defaults?(object: KubernetesObject): KubernetesObject
  /** Strategy `PrepareForCreate` and allocation: drops status, sets cluster addresses, ports, QoS class ... */
  prepareForCreate?(object: KubernetesObject, context: WriteContext): KubernetesObject
  /** Strategy `PrepareForUpdate`: what a client cannot change is taken from `old`. Status is kept by the registry. */
  prepareForUpdate?(object: KubernetesObject, old: KubernetesObject, context: WriteContext): KubernetesObject
  /** The same for a write of the status: what only the server decides is taken from `old`. Spec is kept by the registry. */
  prepareForStatusUpdate?(object: KubernetesObject, old: KubernetesObject, context: WriteContext): KubernetesObject
  /** Objects that the server itself keeps beside this one, as long as it asks for them; not validated, and gone with it. */
  companions?(object: KubernetesObject): readonly KubernetesObject[]
  validate?(object: KubernetesObject, context: WriteContext): readonly FieldError[]
  validateUpdate?(object: KubernetesObject, old: KubernetesObject, context: WriteContext): readonly FieldError[]
  validateStatusUpdate?(object: KubernetesObject, old: KubernetesObject, context: WriteContext): readonly FieldError[]
  /** Findings on a write through a subresource other than status (`resize`, `ephemeralcontainers` ...). */
  validateSubresource?(subresource: string, object: KubernetesObject, old: KubernetesObject): readonly FieldError[]
  /** What is dubious in an object that is in order: strategy `WarningsOnCreate`, or `WarningsOnUpdate` where there is an old one. */
  warnings?(object: KubernetesObject, old?: KubernetesObject): Iterable<string>
  /** The same for a write of the status. */
  statusWarnings?(object: KubernetesObject): Iterable<string>
  /** True if a change from `old` raises `metadata.generation`; without it: any change outside metadata and status does, for kinds that have a generation. */
  raisesGeneration?(object: KubernetesObject, old: KubernetesObject): boolean
  /** False for kinds that carry no `metadata.generation` (ConfigMap, Secret, Namespace ...). */
  readonly hasGeneration?: boolean
  /** `metadata.name` rule: messages of the violations. Default: RFC 1123 subdomain. `prefix` marks a generateName. */
  validateName?(name: string, prefix: boolean): readonly string[]
  /** Cells of a Table row, in the order of the facts table's columns. `now` in ms. */
  cells?(object: KubernetesObject, now: number): readonly Json[]
  /** Table row conditions (pods that are done). */
  rowConditions?(object: KubernetesObject): readonly JsonObject[] | undefined
  /** Values of the field selectors that this kind supports beside metadata.name and metadata.namespace. */
  selectableFields?(object: KubernetesObject): Readonly<Record<string, string>>
  /** Grace period of a delete when the client names none; undefined deletes at once. */
  gracePeriodSeconds?(object: KubernetesObject, asked: number | undefined): number | undefined
}

/** A printer column (facts `resources.json`, or a CRD's additionalPrinterColumns). */
export interface Column {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

/** A subresource as discovery shows it. */
export interface SubresourceInfo {
  readonly name: string
  readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly verbs: readonly string[]
  /** Group and version shown in legacy discovery where they differ from the parent's. */
  readonly legacyKind?: { readonly group: string; readonly version: string; readonly kind: string }
}

/** A served resource with all that discovery, printing and writing need: from the facts table or from a CRD. */
export interface ResourceInfo extends Resource {
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly verbs: readonly string[]
  readonly subresources: readonly SubresourceInfo[]
  readonly columns: readonly Column[]
  readonly storageVersionHash: string
  /** The version objects are stored in; several versions of a CRD share one store. */
  readonly storageVersion: string
  /** Where the resource comes from; custom ones have no strategic merge patch and no protobuf, aggregated ones stand behind an APIService. */
  readonly source: 'built-in' | 'custom' | 'aggregated'
}

/** Makes rules for a kind; the types do the checking. */
export function defineKind(rules: KindRules): KindRules {
  return rules
}
