// Resolves a placement's selectors to the objects that it places (pkg/utils/controller/resource_selector_resolver.go).
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { formatKey, type KubernetesObject, type ObjectKey, parseApiVersion, type Resource } from '../../../kubernetes/object.ts'
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
  /** The placement: of the cluster, or of a namespace and then of nothing outside it. */
  readonly placement: ObjectKey
  readonly reservedNamespaces: ReservedNamespaces
}

/** The selected objects in the order in which they are placed. */
export async function selectResources(selectors: readonly ResourceSelector[], options: SelectionOptions): Promise<readonly KubernetesObject[]> {
  const namespace = options.placement.namespace ?? (await namespaceOfSelectors(selectors, options))
  const selected = new Map<string, KubernetesObject>()
  for (const selector of selectors.filter(isPlaceableKind)) {
    for (const object of await objectsOf(selector, { ...options, namespace })) {
      const id = identifierText(object)
      if (selected.has(id)) throw new SelectorError(`found duplicate resource ${id}`)
      selected.set(id, object)
    }
  }
  return [...selected.values()].sort(byResourceOrder)
}

/** The one namespace in which selectors choose single objects; undefined without the scope NamespaceWithResourceSelectors. */
async function namespaceOfSelectors(selectors: readonly ResourceSelector[], { client, placement, reservedNamespaces }: SelectionOptions) {
  const selector = selectors.find((each) => isNamespaceSelector(each) && each.selectionScope === 'NamespaceWithResourceSelectors')
  if (!selector) return undefined
  const found = (await namesOf(selector, { client, placement, reservedNamespaces })).found.map(({ metadata }) => metadata.name ?? '')
  if (found.length === 1) return found[0]
  const count = found.length === 0 ? 'no' : String(found.length)
  const demand = 'NamespaceWithResourceSelectors mode requires exactly one namespace'
  throw new SelectorError(`invalid clusterResourcePlacement ${placement.name}: ${demand}, but ${count} namespaces were selected`)
}

/** An object as `status.selectedResources` names it. */
export function resourceIdentifier(object: KubernetesObject): JsonObject {
  const { group, version } = parseApiVersion(object.apiVersion)
  const { name = '', namespace } = object.metadata
  return { ...(group === '' ? {} : { group }), kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }), version }
}

interface ScopedOptions extends SelectionOptions {
  /** Where objects of namespaces may be selected one by one. */
  readonly namespace: string | undefined
}

function isNamespaceSelector({ group, version, kind }: ResourceSelector): boolean {
  return kind === 'Namespace' && group === '' && version === 'v1'
}

async function objectsOf(selector: ResourceSelector, options: ScopedOptions): Promise<readonly KubernetesObject[]> {
  const { client, placement, namespace } = options
  if (isNamespaceSelector(selector)) {
    if (placement.namespace === undefined) return namespaceObjects(selector, options)
    throw new SelectorError(`invalid placement ${formatKey(placement)}: cannot select cluster-scoped resource Namespace in a resourcePlacement`)
  }
  const resource = await client.resourceFor(apiVersionOf(selector), selector.kind)
  if (!resource) {
    const lookup = `no matches for kind "${selector.kind}" in version "${apiVersionOf(selector)}"`
    throw new SelectorError(`invalid placement ${placement.namespace ?? ''}/${placement.name}, failed to get GVR of the selector: ${lookup}`)
  }
  if (resource.namespaced && namespace === undefined) {
    const why = 'without a selected namespace (either missing NamespaceWithResourceSelectors mode or namespace selector matched no namespaces)'
    const what = `${selector.group}/${selector.kind}`
    throw new SelectorError(`invalid clusterResourcePlacement ${placement.name}: cannot select namespace-scoped resource ${what} ${why}`)
  }
  if (!resource.namespaced && placement.namespace !== undefined) {
    const what = `${resource.group}/${resource.version}, Resource=${resource.plural}`
    throw new SelectorError(`invalid placement ${formatKey(placement)}: cannot select cluster-scoped resource ${what} in a resourcePlacement`)
  }
  return (await matching(resource, selector, { client, namespace: resource.namespaced ? namespace : undefined })).filter(isPlaceable)
}

/** The namespaces of a selector; one that is reserved is an error. */
async function namesOf(selector: ResourceSelector, { client, placement, reservedNamespaces }: SelectionOptions) {
  const found = await matching(namespaces, selector, { client, namespace: undefined })
  const names = selector.name ? [selector.name] : found.map(({ metadata }) => metadata.name ?? '')
  const refused = names.find((name) => isUnplaceable(name, reservedNamespaces))
  if (refused !== undefined) throw new SelectorError(`invalid clusterRresourcePlacement ${placement.name}: namespace ${refused} is not allowed to propagate`)
  return { found: found.filter(isPlaceable) }
}

/** Namespaces and, unless the scope says otherwise, all that they hold. */
async function namespaceObjects(selector: ResourceSelector, options: SelectionOptions): Promise<readonly KubernetesObject[]> {
  const { found } = await namesOf(selector, options)
  if (selector.selectionScope === 'NamespaceOnly' || selector.selectionScope === 'NamespaceWithResourceSelectors') return found
  const kinds = await placeableNamespacedResources(options.client)
  const all: KubernetesObject[] = []
  for (const namespace of found) all.push(namespace, ...(await contents(namespace.metadata.name ?? '', kinds, options.client)))
  return all
}

async function contents(namespace: string, kinds: readonly Resource[], client: Client): Promise<readonly KubernetesObject[]> {
  const found: KubernetesObject[] = []
  for (const kind of kinds) found.push(...(await client.list(kind, { namespace })).items.filter(isPlaceable))
  const services = new Set(found.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name))
  return found.filter(({ kind, metadata }) => kind !== 'Endpoints' || !services.has(metadata.name))
}

interface Where {
  readonly client: Client
  readonly namespace: string | undefined
}

async function matching(resource: Resource, selector: ResourceSelector, { client, namespace }: Where): Promise<readonly KubernetesObject[]> {
  const place = namespace === undefined ? {} : { namespace }
  if (selector.name) {
    const object = await client.get(resource, { name: selector.name, ...place })
    return object ? [object] : []
  }
  const labelSelector = labelSelectorText(selector.labelSelector)
  return (await client.list(resource, { ...place, ...(labelSelector === '' ? {} : { labelSelector }) })).items
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
