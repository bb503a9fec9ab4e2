// Where an object of a member and its manifest part, as drift and diff reports list it.
import { equal, isObject, type Json, type JsonObject } from '../../../base/json.ts'
import type { KubernetesObject } from '../../../kubernetes/object.ts'
import { comparable } from '../hashes.ts'

const most = 100
const redacted = '(redacted for security reasons)'

/** Which fields count: those that the manifest sets, or all. */
export type Comparison = 'PartialComparison' | 'FullComparison'

/** The differences between a manifest and the object in the member: `{path, valueInHub?, valueInMember?}`, by path. */
export function patchDetails(manifest: KubernetesObject, live: KubernetesObject, comparison: Comparison): readonly JsonObject[] {
  const details: JsonObject[] = []
  compareValues({ hub: comparable(manifest), member: comparable(live), path: '' }, { full: comparison === 'FullComparison', details })
  return details.slice(0, most).map((detail) => (manifest.kind === 'Secret' && manifest.apiVersion === 'v1' ? redact(detail) : detail))
}

interface Pair {
  readonly hub: Json | undefined
  readonly member: Json | undefined
  readonly path: string
}

interface Walk {
  readonly full: boolean
  readonly details: JsonObject[]
}

function compareValues({ hub, member, path }: Pair, walk: Walk): void {
  if (equal(hub, member)) return
  const parts = partsOf(hub, member, walk.full)
  if (parts) for (const part of parts) compareValues({ ...part, path: `${path}/${part.path}` }, walk)
  else if (hub !== undefined || walk.full) {
    walk.details.push({ path, ...(hub === undefined ? {} : { valueInHub: shown(hub) }), ...(member === undefined ? {} : { valueInMember: shown(member) }) })
  }
}

/** The members of two objects, or the items of two lists of one length; undefined where the values are compared as a whole. */
function partsOf(hub: Json | undefined, member: Json | undefined, full: boolean): readonly Pair[] | undefined {
  if (isObject(hub) && isObject(member)) {
    const names = full ? [...new Set([...Object.keys(hub), ...Object.keys(member)])] : Object.keys(hub)
    return names.sort().map((name) => ({ hub: hub[name], member: member[name], path: name.replaceAll('~', '~0').replaceAll('/', '~1') }))
  }
  if (!Array.isArray(hub) || !Array.isArray(member) || hub.length !== member.length) return undefined
  return hub.map((item: Json, index: number) => ({ hub: item, member: member[index] as Json, path: String(index) }))
}

/** A value as Go's %v prints it. */
function shown(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(shown).join(' ')}]`
  if (!isObject(value)) return value === null ? '<nil>' : String(value)
  const members = Object.keys(value)
    .sort()
    .map((name) => `${name}:${shown(value[name] ?? null)}`)
  return `map[${members.join(' ')}]`
}

function redact(detail: JsonObject): JsonObject {
  if (!/^\/(data|stringData)/.test(String(detail.path))) return detail
  return Object.fromEntries(Object.entries(detail).map(([name, value]) => [name, name === 'path' ? value : redacted]))
}
