// Which objects a list, a watch or a deletecollection means: namespace, labels, fields.
import type { KubernetesObject } from '../object.ts'
import { parseFieldSelector, parseLabelSelector } from '../selectors.ts'
import { isIndexed } from '../storage/field-index.ts'
import { badRequest } from './errors.ts'
import type { ServedResource } from './served-resource.ts'

/** What a client selects by; selectors in query syntax. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** A compiled selection. */
export interface Matcher {
  readonly namespace: string | undefined
  /** True if every object of the namespace is meant. */
  readonly everything: boolean
  /** The one name that is meant, where a field selector says so. */
  readonly name: string | undefined
  /** The value that a field must have, where the store has an index of that field. */
  readonly indexed: string | undefined
  matches(object: KubernetesObject): boolean
}

/** Compiles a selection for a resource; throws StatusError BadRequest in the server's words. */
export function compileSelection(resource: ServedResource, { namespace, labelSelector = '', fieldSelector = '' }: Selection): Matcher {
  const labels = labelSelector === '' ? undefined : parseLabelSelector(labelSelector)
  const fields = fieldSelector === '' ? undefined : parseFieldSelector(fieldSelector)
  for (const { field } of fields?.terms ?? []) checkField(resource, field)
  const wanted = (is: (field: string) => boolean): string | undefined => fields?.terms.find(({ field, operator }) => is(field) && operator === '=')?.value
  return {
    namespace,
    everything: (labels === undefined || labels.empty) && fields === undefined,
    name: wanted((field) => field === 'metadata.name'),
    indexed: wanted((field) => isIndexed(resource.storage, field)),
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (labels?.matches(object.metadata.labels) ?? true) &&
      (fields?.matches(fieldsOf(resource, object)) ?? true),
  }
}

function fieldsOf(resource: ServedResource, object: KubernetesObject): Readonly<Record<string, string>> {
  const { name = '', namespace = '' } = object.metadata
  const own = resource.custom?.selectableFields(object) ?? resource.rules?.selectableFields?.(object)
  return { ...own, 'metadata.name': name, 'metadata.namespace': namespace }
}

function checkField(resource: ServedResource, field: string): void {
  const known = fieldsOf(resource, { apiVersion: resource.apiVersion, kind: resource.info.kind, metadata: {} })
  if (field in known) return
  const own = Object.keys(known).length > 2 || resource.custom !== undefined
  const shown = resource.info.plural === 'resourceslices' ? ` for ${resource.apiVersion}, Kind=${resource.info.kind}` : ''
  if (own) throw badRequest(`field label not supported${shown}: ${field}`)
  throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
}
