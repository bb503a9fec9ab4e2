// What the spec of a pod or of a template warns of (`pkg/api/pod/warnings.go`), in the server's order.
import type { JsonObject } from '../../../base/json.ts'
import { child, item } from '../validation/findings.ts'
import { fields, number, objects, present, text, texts } from '../validation/read.ts'
import { addressWarnings } from './addresses.ts'
import { fractionalBytes } from './bytes.ts'
import { podAnnotations } from './pod-annotations.ts'
import { containerWarnings } from './pod-containers.ts'
import { affinityWarnings, placementWarnings } from './pod-placement.ts'
import { portNameWarnings, portWarnings } from './pod-ports.ts'
import { volumeWarnings } from './pod-volumes.ts'
import type { PodParts, Warnings } from './shapes.ts'
import { overlappingPaths } from './volume-paths.ts'

/** All that is dubious in a pod, or in a template that lies at a path. */
export function* podSpecWarnings(path: string, pod: PodParts): Warnings {
  const { spec } = pod
  const here = child(path, 'spec')
  yield* placementWarnings(here, spec)
  yield* podAnnotations(path, pod)
  yield* volumeWarnings(child(here, 'volumes'), spec)
  yield* overlappingPaths(spec)
  yield* duplicates(child(here, 'hostAliases'), objects(spec.hostAliases), 'ip')
  yield* duplicates(child(here, 'imagePullSecrets'), objects(spec.imagePullSecrets), 'name')
  for (const [index, secret] of objects(spec.imagePullSecrets).entries())
    if (text(secret.name) === '') yield `${item(child(here, 'imagePullSecrets'), index)}.name: invalid empty name ""`
  yield* fractionalBytes(child(here, 'overhead'), spec.overhead)
  yield* containerWarnings(path, pod)
  yield* portWarnings(here, spec)
  yield* portNameWarnings(here, spec)
  if (present(spec.terminationGracePeriodSeconds) && number(spec.terminationGracePeriodSeconds) < 0)
    yield `${child(here, 'terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`
  yield* affinityWarnings(child(here, 'affinity'), spec)
  yield* addressesOf(here, spec)
}

/** A template that a workload makes pods from. */
export function templateWarnings(path: string, template: unknown): Warnings {
  const { metadata, spec } = fields(template)
  return podSpecWarnings(path, { metadata: fields(metadata), spec: fields(spec) })
}

function* duplicates(path: string, items: readonly JsonObject[], name: 'ip' | 'name'): Warnings {
  const seen = new Set<string>()
  for (const [index, each] of items.entries()) {
    const value = text(each[name])
    if (seen.has(value)) yield `${child(item(path, index), name)}: duplicate ${name} ${JSON.stringify(value)}`
    seen.add(value)
  }
}

function* addressesOf(path: string, spec: JsonObject): Warnings {
  for (const [index, server] of texts(fields(spec.dnsConfig).nameservers).entries())
    yield* addressWarnings(item(child(path, 'dnsConfig', 'nameservers'), index), server)
  for (const [index, alias] of objects(spec.hostAliases).entries()) yield* addressWarnings(child(item(child(path, 'hostAliases'), index), 'ip'), text(alias.ip))
}
