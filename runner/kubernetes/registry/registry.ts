// Which resources are served: the built-in ones from the facts table, custom ones from the definitions that are stored.

import { isObject } from '../../base/json.ts'
import { customKind, resourcesOfDefinition } from '../custom-resources/definition.ts'
import type { CustomSchema } from '../endpoints/route.ts'
import type { ResourceInfo } from '../kind.ts'
import { metricsResources } from '../metrics/resources.ts'
import { apiVersionOf, at, type KubernetesObject } from '../object.ts'
import { builtInResources, featureGates, gatedResources } from '../openapi/facts.ts'
import type { Store } from '../storage/store.ts'
import { builtInResource, customResource, type ServedResource } from './served-resource.ts'

/** Where definitions of custom resources are kept. */
export const definitionsStorage = 'apiextensions.k8s.io/customresourcedefinitions'

/** Where APIServices are kept. */
export const apiServicesStorage = 'apiregistration.k8s.io/apiservices'

const builtIns = new Map<string, ServedResource | undefined>()
const customs = new WeakMap<KubernetesObject, readonly ServedResource[]>()

/** The resources of one API server; it follows the definitions in the store. */
export class Registry {
  readonly #store: Store
  #custom: ReadonlyMap<string, ServedResource> | undefined
  #aggregated: readonly ServedResource[] | undefined
  #all: readonly ResourceInfo[] | undefined
  #kinds = new Map<string, Map<string, ServedResource | undefined>>()
  #version: object = {}

  constructor(store: Store) {
    this.#store = store
    store.subscribe(definitionsStorage, () => this.#forget())
    store.subscribe(apiServicesStorage, () => this.#forget())
  }

  /** Another object whenever what is served may have changed. */
  get version(): object {
    return this.#version
  }

  /** The resource of a path. */
  find(group: string, version: string, plural: string): ServedResource | undefined {
    const path = `${group}/${version}/${plural}`
    return builtInByPath(path) ?? this.#customs().get(path) ?? this.#aggregates().find(({ info }) => `${info.group}/${info.version}/${info.plural}` === path)
  }

  /** The resource of a kind. */
  forKind(apiVersion: string, kind: string): ServedResource | undefined {
    const kinds = this.#kinds.get(apiVersion) ?? new Map<string, ServedResource | undefined>()
    if (kinds.has(kind)) return kinds.get(kind)
    const info = this.resources().find((candidate) => candidate.kind === kind && apiVersionOf(candidate) === apiVersion)
    const found = info && this.find(info.group, info.version, info.plural)
    this.#kinds.set(apiVersion, kinds.set(kind, found))
    return found
  }

  /** Every served resource: built-in ones in discovery order, then custom ones by group, then those of servers behind APIServices. */
  resources(): readonly ResourceInfo[] {
    this.#all ??= [...builtInResources(), ...[...this.#customs().values(), ...this.#aggregates()].map(({ info }) => info)]
    return this.#all
  }

  /** True for a group that some definition has. */
  isCustomGroup(group: string): boolean {
    return [...this.#customs().values()].some(({ info }) => info.group === group)
  }

  customSchemas(): readonly CustomSchema[] {
    return [...this.#customs().values()].flatMap(({ info, custom }) =>
      custom ? [{ group: info.group, version: info.version, kind: info.kind, openApi: custom.openApi }] : [],
    )
  }

  #customs(): ReadonlyMap<string, ServedResource> {
    this.#custom ??= new Map(
      this.#store
        .list(definitionsStorage)
        .flatMap(resourcesOf)
        .map((resource) => [`${resource.info.group}/${resource.info.version}/${resource.info.plural}`, resource]),
    )
    return this.#custom
  }

  /** The metrics API, where its APIService says that somebody answers, and what an open feature gate has an APIService for. */
  #aggregates(): readonly ServedResource[] {
    this.#aggregated ??= [...this.#service(metricsResources, isAvailable), ...featureGates.flatMap((gate) => this.#service(gatedResources(gate)))]
    return this.#aggregated
  }

  #service(resources: readonly ResourceInfo[], answers: (service: KubernetesObject) => boolean = () => true): readonly ServedResource[] {
    const [first] = resources
    const service = first && this.#store.get(apiServicesStorage, `${first.version}.${first.group}`)
    return service && answers(service) ? resources.flatMap((info) => builtInResource(info) ?? []) : []
  }

  #forget(): void {
    this.#custom = undefined
    this.#aggregated = undefined
    this.#all = undefined
    this.#kinds = new Map()
    this.#version = {}
  }
}

/** True for an APIService whose server, another than this one, answers. */
export function isAvailable(service: KubernetesObject): boolean {
  const conditions = at(service, 'status', 'conditions')
  const available = (Array.isArray(conditions) ? conditions.filter(isObject) : []).find(({ type }) => type === 'Available')
  return at(service, 'spec', 'service') !== undefined && available?.status === 'True'
}

function builtInByPath(path: string): ServedResource | undefined {
  if (builtIns.size === 0) {
    for (const info of builtInResources()) builtIns.set(`${info.group}/${info.version}/${info.plural}`, builtInResource(info))
  }
  return builtIns.get(path)
}

/** Derived once from a definition, which is frozen; every server with the same one shares it. */
function resourcesOf(definition: KubernetesObject): readonly ServedResource[] {
  const known = customs.get(definition)
  if (known) return known
  const resources = resourcesOfDefinition(definition).map((info) => customResource(customKind(definition, info.version)))
  customs.set(definition, resources)
  return resources
}
