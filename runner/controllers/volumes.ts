// The parts of claims and volumes that controllers read.
import type { JsonObject } from '../base/json.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'

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
