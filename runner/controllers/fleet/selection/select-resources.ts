// Resolves a ClusterResourcePlacement's selectors to the objects that it places.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { type KubernetesObject, parseApiVersion, type Resource } from '../../../kubernetes/object.ts'
import { labelSelectorText } from '../label-selector.ts'
import { namespaces } from '../resources.ts'
import { isPlaceable, isPlaceableKind, placeableNamespacedResources } from './placeable.ts'
import { isUnplaceable, type ReservedNamespaces } from './reserved-namespaces.ts'
import { byResourceOrder } from './resource-order.ts'

/** One entry of `spec.resourceSelectors`. */
export interface ResourceSelector {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly name?: string
  readonly labelSelector?: JsonObject
  readonly selectionScope?: string
}

/** The selectors cannot be served as they are: an error of the user, not retried before they change. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

/** Where and by which rule to select. */
export interface SelectionOptions {
  readonly client: Client
  /** Name of the placement, for its errors. */
  readonly placement: string
  readonly reservedNamespaces: ReservedNamespaces
}

/** The selected objects in the order in which they are placed. */
export async function selectResources(selectors: readonly ResourceSelector[], options: SelectionOptions): Promise<readonly KubernetesObject[]> {
  const selected = new Map<string, KubernetesObject>()
  for (const selector of selectors.filter(isPlaceableKind)) {
    for (const object of await objectsOf(selector, options)) {
      const id = identifierText(object)
      if (selected.has(id)) throw new SelectorError(`found duplicate resource ${id}`)
      selected.set(id, object)
    }
  }
  return [...selected.values()].sort(byResourceOrder)
}

/** An object as `status.selectedResources` names it. */
export function resourceIdentifier(object: KubernetesObject): JsonObject {
  const { group, version } = parseApiVersion(object.apiVersion)
  const { name = '', namespace } = object.metadata
  return { ...(group === '' ? {} : { group }), kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }), version }
}

async function objectsOf(selector: ResourceSelector, options: SelectionOptions): Promise<readonly KubernetesObject[]> {
  if (selector.kind === 'Namespace' && selector.group === '' && selector.version === 'v1') return namespaceObjects(selector, options)
  const resource = await options.client.resourceFor(apiVersionOf(selector), selector.kind)
  if (resource?.namespaced) {
    const shown = `${selector.group}/${selector.version}, Kind=${selector.kind}`
    throw new SelectorError(`invalid placement ${options.placement}: cannot select namespace-scoped resource ${shown} in a clusterResourcePlacement`)
  }
  return resource ? (await matching(resource, selector, options.client)).filter(isPlaceable) : []
}

/** Namespaces and, unless the scope says otherwise, all that they hold. */
async function namespaceObjects(selector: ResourceSelector, options: SelectionOptions): Promise<readonly KubernetesObject[]> {
  const { client, placement, reservedNamespaces } = options
  const names = selector.name ? [selector.name] : (await matching(namespaces, selector, client)).map(({ metadata }) => metadata.name ?? '')
  const refused = names.find((name) => isUnplaceable(name, reservedNamespaces))
  if (refused !== undefined) throw new SelectorError(`invalid clusterRresourcePlacement ${placement}: namespace ${refused} is not allowed to propagate`)
  const found = (await matching(namespaces, selector, client)).filter(isPlaceable)
  if (selector.selectionScope === 'NamespaceOnly') return found
  const kinds = await placeableNamespacedResources(client)
  const all: KubernetesObject[] = []
  for (const namespace of found) all.push(namespace, ...(await contents(namespace.metadata.name ?? '', kinds, client)))
  return all
}

async function contents(namespace: string, kinds: readonly Resource[], client: Client): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const kind of kinds) found.push(...(await client.list(kind, { namespace })).items.filter(isPlaceable))
  const services = new Set(found.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name))
  return found.filter(({ kind, metadata }) => kind !== 'Endpoints' || !services.has(metadata.name))
}

async function matching(resource: Resource, selector: ResourceSelector, client: Client): Promise<readonly KubernetesObject[]> {
  if (selector.name) {
    const object = await client.get(resource, { name: selector.name })
    return object ? [object] : []
  }
  const labelSelector = labelSelectorText(selector.labelSelector)
  return (await client.list(resource, labelSelector === '' ? {} : { labelSelector })).items
}

function apiVersionOf({ group, version }: ResourceSelector): string {
  return group === '' ? version : `${group}/${version}`
}

/** A ResourceIdentifier as Go's %+v prints it. */
function identifierText(object: KubernetesObject): string {
  const { group, version } = parseApiVersion(object.apiVersion)
  const { name = '', namespace = '' } = object.metadata
  return `{Group:${group} Version:${version} Kind:${object.kind} Name:${name} Namespace:${namespace} Envelope:<nil>}`
}
