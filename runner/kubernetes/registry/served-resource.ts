// A resource with all that serving it needs, the same shape for built-in and custom ones.
import { equal } from '../../base/json.ts'
import type { CustomKind } from '../custom-resources/definition.ts'
import type { KindRules, ResourceInfo } from '../kind.ts'
import { rulesFor } from '../kinds/index.ts'
import { apiVersionOf, type KubernetesObject } from '../object.ts'
import { builtInSchema, type Schema } from '../openapi/schema.ts'
import { conversions } from './conversions.ts'
import { asJson, asObject } from './plain.ts'

/** A served resource in one version. */
export interface ServedResource {
  readonly info: ResourceInfo
  readonly apiVersion: string
  readonly schema: Schema
  readonly rules: KindRules | undefined
  readonly custom: CustomKind | undefined
  /** Where the objects are kept: shared by the versions of a resource. */
  readonly storage: string
  /** The schema of the stored shape. */
  readonly storageSchema: Schema
  readonly hasStatus: boolean
  /** Both throw Unconverted where a webhook has to be asked first. */
  toStorage(object: KubernetesObject): KubernetesObject
  fromStorage(object: KubernetesObject): KubernetesObject
}

/** A built-in resource; undefined for one that the table has no type for. */
export function builtInResource(info: ResourceInfo): ServedResource | undefined {
  const apiVersion = apiVersionOf(info)
  const schema = builtInSchema(apiVersion, info.kind)
  if (!schema) return undefined
  const conversion = conversions[`${apiVersion} ${info.plural}`]
  return {
    info,
    apiVersion,
    schema,
    rules: rulesFor(apiVersion, info.kind),
    custom: undefined,
    storage: conversion?.storage ?? storageName(info),
    storageSchema: (conversion && builtInSchema(conversion.storedApiVersion, info.kind)) ?? schema,
    hasStatus: info.subresources.some(({ name }) => name === 'status'),
    toStorage: conversion?.toStorage ?? same,
    fromStorage: conversion?.fromStorage ?? same,
  }
}

/** A version of a custom resource. */
export function customResource(kind: CustomKind): ServedResource {
  const { info } = kind
  const apiVersion = apiVersionOf(info)
  const stored = apiVersionOf({ group: info.group, version: info.storageVersion })
  return {
    info,
    apiVersion,
    schema: kind.schema,
    rules: undefined,
    custom: kind,
    storage: storageName(info),
    storageSchema: kind.schema,
    hasStatus: kind.hasStatus,
    toStorage: stored === apiVersion ? same : (object) => kind.conversions?.get(object, stored) ?? { ...object, apiVersion: stored },
    fromStorage: readAs(kind, apiVersion),
  }
}

/** What was stored under an older definition is read as the present one has it: defaults filled in, members that are gone left out. */
function readAs(kind: CustomKind, apiVersion: string): (object: KubernetesObject) => KubernetesObject {
  const known = new WeakMap<KubernetesObject, KubernetesObject>()
  return (stored) => {
    if (kind.conversions && stored.apiVersion !== apiVersion) return settledAs(kind, kind.conversions.get(stored, apiVersion))
    const before = known.get(stored)
    if (before) return before
    const settled = settledAs(kind, stored)
    const same = settled === stored || equal(asJson(settled), asJson(stored))
    const read = same && stored.apiVersion === apiVersion ? stored : { ...(same ? stored : settled), apiVersion }
    known.set(stored, read)
    return read
  }
}

function settledAs(kind: CustomKind, object: KubernetesObject): KubernetesObject {
  return asObject(kind.read(asJson(kind.defaults(object))).object)
}

/** `pods`, `apps/deployments`. */
export function storageName(resource: { readonly group: string; readonly plural: string }): string {
  return resource.group === '' ? resource.plural : `${resource.group}/${resource.plural}`
}

function same(object: KubernetesObject): KubernetesObject {
  return object
}
