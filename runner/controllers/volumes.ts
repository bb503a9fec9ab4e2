// The parts of claims and volumes that controllers read.
import type { JsonObject } from '../base/json.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { parseQuantity } from '../kubernetes/quantity.ts'
import { labelSelectorMatcher } from '../kubernetes/selectors.ts'
import { matchesAffinity, type NodeSelector } from './scheduler/node-affinity.ts'

/** The parts of a claim that are read here. */
export interface Claim extends KubernetesObject {
  readonly spec: {
    readonly storageClassName?: string
    readonly volumeName?: string
    readonly volumeMode?: string
    readonly accessModes?: readonly string[]
    readonly selector?: JsonObject
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> }
  }
  readonly status?: JsonObject
}

/** The parts of a volume that are read here. */
export interface Volume extends KubernetesObject {
  readonly spec: {
    readonly storageClassName?: string
    readonly volumeAttributesClassName?: string
    readonly volumeMode?: string
    readonly accessModes?: readonly string[]
    readonly capacity?: Readonly<Record<string, string>>
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string }
    readonly persistentVolumeReclaimPolicy?: string
  }
  readonly status?: JsonObject
}

/** The smallest free volume that a claim may have; one that is reserved for it comes first. */
export function bestVolume(claim: Claim, volumes: readonly Volume[]): Volume | undefined {
  const { name, namespace, uid } = claim.metadata
  const reserved = volumes.find(({ spec }) => spec.claimRef?.name === name && spec.claimRef?.namespace === namespace && (spec.claimRef?.uid ?? uid) === uid)
  if (reserved) return reserved
  const fitting = volumes.filter((volume) => fits(claim, volume))
  return fitting.sort((a, b) => (capacityOf(a) < capacityOf(b) ? -1 : capacityOf(a) > capacityOf(b) ? 1 : 0))[0]
}

function fits({ spec }: Claim, volume: Volume): boolean {
  return (
    volume.spec.claimRef === undefined &&
    volume.metadata.deletionTimestamp === undefined &&
    (volume.spec.storageClassName ?? '') === (spec.storageClassName ?? '') &&
    (volume.spec.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem') &&
    (spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode)) &&
    capacityOf(volume) >= parseQuantity(spec.resources?.requests?.storage ?? '0').nanos &&
    (spec.selector === undefined || labelSelectorMatcher(spec.selector).matches(volume.metadata.labels ?? {}))
  )
}

function capacityOf({ spec }: Volume): bigint {
  return parseQuantity(spec.capacity?.storage ?? '0').nanos
}

/** True for a volume that a node reaches. */
export function isReached(volume: KubernetesObject, node: KubernetesObject): boolean {
  const required = at(volume, 'spec', 'nodeAffinity', 'required') as NodeSelector['requiredDuringSchedulingIgnoredDuringExecution']
  return required === undefined || matchesAffinity({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } }, node)
}
