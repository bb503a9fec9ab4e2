// Files of one volume that would lie at one path, or one inside the other.
import type { Json, JsonObject } from '../../../base/json.ts'
import { fields, objects, present, text } from '../validation/read.ts'
import type { Warnings } from './shapes.ts'

interface Place {
  readonly path: string
  /** Whose file it is, where a volume has several sources. */
  readonly source: string
}

/** Overlaps in volumes that are made of keys: ConfigMaps, Secrets, the downward API, and projections of these. */
export function* overlappingPaths(spec: JsonObject): Warnings {
  for (const volume of objects(spec.volumes)) {
    const { configMap, secret, downwardAPI } = volume
    yield* overlaps(volume, `ConfigMap ${JSON.stringify(text(fields(configMap).name))}`, placesOf(fields(configMap).items, ''))
    yield* overlaps(volume, `Secret ${JSON.stringify(text(fields(secret).secretName))}`, placesOf(fields(secret).items, ''))
    yield* overlaps(volume, 'DownwardAPI', placesOf(fields(downwardAPI).items, ''))
    yield* projectedOverlaps(volume)
  }
}

function* projectedOverlaps(volume: JsonObject): Warnings {
  const places: Place[] = []
  for (const source of objects(fields(volume.projected).sources)) {
    if (!served.some((name) => present(source[name]))) yield `volume ${JSON.stringify(text(volume.name))} (Projected) has no sources provided`
    yield* overlaps(volume, 'Projected', placesOfSource(source), places)
  }
}

/** Adds places to those that are known already, and tells of each that meets another. */
function* overlaps(volume: JsonObject, description: string, added: readonly Place[], known: Place[] = []): Warnings {
  for (const { path, source } of added) {
    const place = { path: path.replace(/\/+$/, ''), source }
    for (const other of known)
      if (meet(place.path, other.path))
        yield `volume ${JSON.stringify(text(volume.name))} (${description}): overlapping paths: ${print(place)} with ${print(other)}`
    known.push(place)
  }
}

function meet(one: string, other: string): boolean {
  if (one === '' || other === '') return false
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`)
}

function print({ path, source }: Place): string {
  return source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`
}

function placesOf(items: Json | undefined, source: string): readonly Place[] {
  return objects(items).map(({ path }) => ({ path: text(path), source }))
}

/** Sources behind a feature gate that is shut are dropped by the server, which then finds nothing. */
const served = ['configMap', 'secret', 'downwardAPI', 'serviceAccountToken']

function placesOfSource(source: JsonObject): readonly Place[] {
  const { configMap, secret, downwardAPI, serviceAccountToken: token } = source
  if (Array.isArray(fields(configMap).items)) return placesOf(fields(configMap).items, `ConfigMap ${JSON.stringify(text(fields(configMap).name))}`)
  if (Array.isArray(fields(secret).items)) return placesOf(fields(secret).items, `Secret ${JSON.stringify(text(fields(secret).name))}`)
  if (Array.isArray(fields(downwardAPI).items)) return placesOf(fields(downwardAPI).items, 'DownwardAPI')
  if (present(token)) return [{ path: text(fields(token).path), source: 'ServiceAccountToken' }]
  return []
}
