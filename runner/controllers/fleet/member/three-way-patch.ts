// The patch that makes a live object what its manifest says, as kubectl's client-side apply computes one: what the manifest
// sets and the object has otherwise, and what was applied before and is no longer wanted. All else is left alone.
import { equal, isObject, type Json, type JsonObject } from '../../../base/json.ts'

/** The three sides. `lastApplied` is what was applied before, if that is known. */
export interface ThreeSides {
  readonly lastApplied: JsonObject | undefined
  readonly manifest: JsonObject
  readonly live: JsonObject
}

/** A strategic merge patch for built-in kinds, a JSON merge patch for others; `{}` where nothing differs. */
export function threeWayPatch({ lastApplied, manifest, live }: ThreeSides, options: { readonly strategic: boolean }): JsonObject {
  return patchObject({ original: lastApplied, wanted: manifest, live }, options) ?? {}
}

interface Sides<value> {
  readonly original: value | undefined
  readonly wanted: value
  readonly live: value
}

interface Options {
  readonly strategic: boolean
}

/** Keys by which lists of the built-in kinds are merged, by the name of the field (`patchMergeKey`); '' merges plain values. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  ephemeralContainers: ['name'],
  finalizers: [''],
  hostAliases: ['ip'],
  imagePullSecrets: ['name'],
  initContainers: ['name'],
  ownerReferences: ['uid'],
  ports: ['containerPort', 'port'],
  resourceClaims: ['name'],
  secrets: ['name'],
  topologySpreadConstraints: ['topologyKey'],
  volumeDevices: ['devicePath'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
}

function patchObject({ original, wanted, live }: Sides<JsonObject>, options: Options): JsonObject | undefined {
  const patch: Record<string, Json | undefined> = {}
  for (const [name, value] of Object.entries(wanted)) {
    const change = patchValue({ original: original?.[name], wanted: value, live: live[name] }, { ...options, name })
    if (change !== undefined) patch[name] = change
  }
  for (const [name, value] of Object.entries(original ?? {})) {
    if (value !== undefined && wanted[name] === undefined && live[name] !== undefined) patch[name] = null
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}

function patchValue({ original, wanted, live }: Sides<Json | undefined>, options: Options & { readonly name: string }): Json | undefined {
  if (isObject(wanted) && isObject(live)) return patchObject({ original: isObject(original) ? original : undefined, wanted, live }, options)
  if (Array.isArray(wanted) && Array.isArray(live)) {
    const key = options.strategic ? mergeKeyOf(options.name, wanted) : undefined
    if (key !== undefined) return patchList({ original: Array.isArray(original) ? original : undefined, wanted, live }, { ...options, key })
  }
  return equal(wanted, live) ? undefined : wanted
}

function mergeKeyOf(name: string, list: readonly Json[]): string | undefined {
  const keys = mergeKeys[name] ?? []
  if (keys[0] === '') return list.every((item) => !isObject(item)) ? '' : undefined
  return keys.find((key) => list.every((item) => isObject(item) && item[key] !== undefined))
}

function patchList({ original = [], wanted, live }: Sides<readonly Json[]>, options: Options & { readonly key: string }): Json | undefined {
  const { key } = options
  const find = (list: readonly Json[], item: Json): Json | undefined => list.find((each) => equal(idOf(each, key), idOf(item, key)))
  const changes = wanted.flatMap((item) => {
    const present = find(live, item)
    if (present === undefined || !isObject(item) || !isObject(present)) return present === undefined ? [item] : []
    const before = find(original, item)
    const change = patchObject({ original: isObject(before) ? before : undefined, wanted: item, live: present }, options)
    return change ? [{ ...change, [key]: item[key] }] : []
  })
  const gone = original.filter((item) => isObject(item) && find(wanted, item) === undefined && find(live, item) !== undefined)
  const removals = gone.map((item) => ({ $patch: 'delete', [key]: idOf(item, key) }))
  return changes.length + removals.length === 0 ? undefined : [...changes, ...removals]
}

function idOf(item: Json, key: string): Json | undefined {
  return isObject(item) ? item[key] : item
}
