// The manifests of a Work, decoded: what each is called, which resource of the member it is, and what becomes of it.
import type { JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, type ObjectKey, parseApiVersion, type Resource } from '../../../kubernetes/object.ts'
import type { Availability } from './availability.ts'

/** Reasons of a manifest's Applied condition. */
export type ApplyResult =
  | 'Applied'
  | 'DecodingErred'
  | 'FoundGenerateName'
  | 'Duplicated'
  | 'FailedToFindObjInMemberCluster'
  | 'FailedToTakeOver'
  | 'NotTakenOver'
  | 'FoundDrifts'
  | 'FoundDriftsInDegradedMode'
  | 'ManifestApplyFailed'

/** Reasons of a manifest's DiffReported condition. */
export type DiffResult = 'NoDiffFound' | 'FoundDiff' | 'FoundDiffInDegradedMode' | 'FailedToReportDiff'

/** What one pass made of a manifest. */
export interface Outcome {
  readonly result: ApplyResult | DiffResult
  readonly error?: string
  readonly availability?: Availability
  /** The object in the member after the pass. */
  readonly object?: KubernetesObject
  readonly drifts?: readonly JsonObject[]
  readonly diffs?: readonly JsonObject[]
}

/** A manifest with its place in the Work. */
export interface Manifest {
  readonly ordinal: number
  readonly object: KubernetesObject
  /** Undefined if the member does not serve the kind. */
  readonly resource: Resource | undefined
  /** `identifier` in the Work's status. */
  readonly identifier: JsonObject
  /** What is wrong with it before anything is tried. */
  readonly problem?: Outcome
}

/** Decodes the manifests of a Work for a member. */
export async function manifestsOf(work: KubernetesObject, client: Client): Promise<readonly Manifest[]> {
  const objects = (at(work, 'spec', 'workload', 'manifests') ?? []) as unknown as readonly KubernetesObject[]
  const seen = new Set<string>()
  const manifests: Manifest[] = []
  for (const [ordinal, object] of objects.entries()) {
    const resource = await client.resourceFor(object.apiVersion, object.kind)
    const identifier = identifierOf(object, { ordinal, resource })
    const { ordinal: _, ...rest } = identifier
    const id = JSON.stringify(rest)
    const problem = problemOf(object, { resource, duplicated: seen.has(id) })
    seen.add(id)
    manifests.push({ ordinal, object, resource, identifier, ...(problem ? { problem } : {}) })
  }
  return manifests
}

/** The key of a manifest's object in the member. */
export function keyOfManifest({ object }: Manifest): ObjectKey {
  const { name = '', namespace } = object.metadata
  return namespace === undefined ? { name } : { name, namespace }
}

/** True if what is in the member is as the Work wants it, or, in a report of differences, is known. */
export function succeeded({ result }: Outcome): boolean {
  return result === 'Applied' || result === 'NoDiffFound' || result === 'FoundDiff' || result === 'FoundDiffInDegradedMode'
}

function identifierOf(object: KubernetesObject, options: { readonly ordinal: number; readonly resource: Resource | undefined }): JsonObject {
  const { group, version } = parseApiVersion(object.apiVersion)
  const { name, namespace } = object.metadata
  return {
    ...(group === '' ? {} : { group }),
    kind: object.kind,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ordinal: options.ordinal,
    ...(options.resource ? { resource: options.resource.plural } : {}),
    version,
  }
}

function problemOf(
  object: KubernetesObject,
  { resource, duplicated }: { readonly resource: Resource | undefined; readonly duplicated: boolean },
): Outcome | undefined {
  if (!resource) {
    const lookup = `no matches for kind "${object.kind}" in version "${object.apiVersion}"`
    return { result: 'DecodingErred', error: `failed to decode manifest: failed to find GVR from member cluster client REST mapping: ${lookup}` }
  }
  if (object.metadata.name === undefined) return { result: 'FoundGenerateName', error: 'objects with only generate name are not supported' }
  return duplicated ? { result: 'Duplicated', error: 'a duplicate manifest has been found' } : undefined
}
