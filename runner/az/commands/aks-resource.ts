// What the AKS commands share: paths and models.
import type { Json, JsonObject } from '../../base/json.ts'
import { type Call, required, text } from '../command.ts'
import models from '../facts/models-containerservice.json' with { type: 'json' }
import { looseInput, type Models, modelOutput } from '../models.ts'

/** The version of AKS' API that az speaks. */
export const aksVersion = 'api-version=2026-06-01'
const aksModels = models as unknown as Models

/** Path of a cluster, or of something below it. */
export function clusterPath(call: Call, below: readonly string[] = []): string {
  const group = encodeURIComponent(required(call.values, 'resource_group_name'))
  const name = ['cluster_name', 'name', 'resource_name'].map((dest) => text(call.values, dest)).find((value) => value !== undefined) ?? ''
  const parts = [name, ...below].map((part) => `/${encodeURIComponent(part)}`).join('')
  return `${call.arm.scope()}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters${parts}?${aksVersion}`
}

/** What is printed of an AKS resource. */
export function aksOutput(model: string, value: Json | undefined): JsonObject {
  return modelOutput(aksModels, model, value)
}

/** What is sent back of an AKS resource that was read. */
export function aksInput(model: string, value: Json | undefined): JsonObject {
  return looseInput(aksModels, model, value)
}

/** What is printed of a cluster: without the fields that az leaves out when they are empty. */
export function clusterOutput(value: Json | undefined): JsonObject {
  return aksOutput('ManagedCluster', value)
}

/** What is sent back of a cluster that was read. */
export function clusterInput(value: Json | undefined): JsonObject {
  return aksInput('ManagedCluster', value)
}
