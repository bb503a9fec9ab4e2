// One manifest and its object in the member: what has to be done, and doing it (pkg/controllers/workapplier/process.go, apply.go).
import { equal, isObject, type Json, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { apiVersionOf, at, type KubernetesObject, type OwnerReference, parseApiVersion, type Resource } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import { goJson, hashOf, manifestHash } from '../hashes.ts'
import { annotations, managers } from '../names.ts'
import { appliedWorks, works } from '../resources.ts'
import { keyOfManifest, type Manifest, type Outcome } from './manifests.ts'
import { type Comparison, patchDetails } from './patch-details.ts'
import { threeWayPatch } from './three-way-patch.ts'

/** A Work's `spec.applyStrategy`. */
export interface ApplyStrategy {
  readonly type: 'ClientSideApply' | 'ServerSideApply' | 'ReportDiff'
  readonly comparisonOption: Comparison
  readonly whenToApply: 'Always' | 'IfNotDrifted'
  readonly whenToTakeOver: 'Always' | 'IfNoDiff' | 'Never'
  readonly allowCoOwnership?: boolean
  readonly serverSideApplyConfig?: { readonly force?: boolean }
}

/** What manifests of one Work are applied with. */
export interface ApplyGround {
  /** Client of the member, and of the hub. */
  readonly member: Client
  readonly hub: Client
  readonly namespace: string
  readonly owner: OwnerReference
  readonly strategy: ApplyStrategy
}

/** What has to be done with a manifest; `rest` needs no write. */
export type Step =
  | { readonly type: 'rest'; readonly outcome: Outcome }
  | { readonly type: 'create'; readonly resource: Resource }
  | { readonly type: 'take over'; readonly resource: Resource; readonly live: KubernetesObject; readonly owners: readonly OwnerReference[] }
  | { readonly type: 'patch'; readonly resource: Resource; readonly live: KubernetesObject; readonly patch: JsonObject }

const fieldManager = managers.applied

/** A Work's strategy with its defaults. */
export function applyStrategyOf(work: KubernetesObject): ApplyStrategy {
  const set = at(work, 'spec', 'applyStrategy')
  return {
    type: 'ClientSideApply',
    comparisonOption: 'PartialComparison',
    whenToApply: 'Always',
    whenToTakeOver: 'Always',
    ...(isObject(set) ? set : {}),
  } as ApplyStrategy
}

/** Finds out what has to be done, writing nothing. */
export async function planStep(manifest: Manifest, ground: ApplyGround): Promise<Step> {
  const { resource } = manifest
  if (manifest.problem || !resource) return rest(manifest.problem ?? { result: 'DecodingErred' })
  const live = await ground.member.get(resource, keyOfManifest(manifest)).catch(apiError)
  if (live instanceof StatusError) {
    const what = 'failed to find the corresponding object for the manifest object in the member cluster'
    return rest({ result: 'FailedToFindObjInMemberCluster', error: `${what}: error returned by the API server: ${live.message}` })
  }
  const reports = ground.strategy.type === 'ReportDiff'
  if (!live) return reports ? rest({ result: 'FoundDiff', diffs: [{ path: '/', valueInHub: '(the whole object)' }] }) : { type: 'create', resource }
  if (!isOwned(live, ground.owner) && ground.strategy.whenToTakeOver !== 'Never') return planTakeOver(manifest, { live, resource, ground })
  if (reports) return rest(await reported(manifest, { live, resource, ground }))
  if (!isOwned(live, ground.owner)) {
    return rest({ result: 'NotTakenOver', error: 'no ownership of the object in the member cluster; takeover is needed', object: live })
  }
  return planPatch(manifest, { live, resource, ground })
}

/** Carries a step out. Errors of the member's server become the outcome's. */
export async function takeStep(step: Step, manifest: Manifest, ground: ApplyGround): Promise<Outcome> {
  const { member } = ground
  switch (step.type) {
    case 'rest':
      return step.outcome
    case 'create': {
      const create = (): Promise<KubernetesObject> => member.create(step.resource, desiredObject(manifest, ground), { fieldManager })
      return withDrifts(await attempt('failed to create manifest object', create), manifest, ground)
    }
    case 'patch':
      return withDrifts(await writePatch(step, manifest, ground), manifest, ground)
    case 'take over': {
      const taken = { ...step.live, metadata: { ...step.live.metadata, ownerReferences: step.owners } }
      const owned = await member.update(step.resource, taken, { fieldManager: managers.member }).catch(apiError)
      if (owned instanceof StatusError) {
        const error = `failed to take over a pre-existing object: error returned by the API server: ${owned.message}`
        return { result: 'FailedToTakeOver', error, object: step.live }
      }
      return takeStep(await planStep(manifest, ground), manifest, ground)
    }
    default:
      return step satisfies never
  }
}

/** An error of the API server is an answer; any other is thrown on. */
function apiError(error: unknown): StatusError {
  if (error instanceof StatusError) return error
  throw error
}

function rest(outcome: Outcome): Step {
  return { type: 'rest', outcome }
}

function isOwned(live: KubernetesObject, owner: OwnerReference): boolean {
  return (live.metadata.ownerReferences ?? []).some(({ kind, uid }) => kind === owner.kind && uid === owner.uid)
}

async function reported(manifest: Manifest, present: Present): Promise<Outcome> {
  const { details, degraded } = await compare(manifest, present)
  if (details.length === 0) return { result: 'NoDiffFound', object: present.live }
  return { result: degraded ? 'FoundDiffInDegradedMode' : 'FoundDiff', diffs: details, object: present.live }
}

/** What differs. A manifest that the member's server would refuse is compared in full, whatever the strategy says. */
async function compare(
  manifest: Manifest,
  { live, resource, ground }: Present,
): Promise<{ readonly details: readonly JsonObject[]; readonly degraded: boolean }> {
  const { comparisonOption } = ground.strategy
  const details = patchDetails(manifest.object, live, comparisonOption)
  if (details.length === 0 || comparisonOption === 'FullComparison') return { details, degraded: false }
  const wanted = { ...manifest.object, metadata: { ...manifest.object.metadata, namespace: live.metadata.namespace } } as unknown as JsonObject
  const patch = threeWayPatch({ lastApplied: lastApplied(live), manifest: wanted, live: live as unknown as JsonObject }, { strategic: isBuiltIn(resource) })
  try {
    const type = isBuiltIn(resource) ? 'strategic' : 'merge'
    await ground.member.patch(resource, keyOfManifest(manifest), patch, { type, fieldManager, dryRun: true })
    return { details, degraded: false }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const degraded = error.reason === 'Invalid'
    return { details: degraded ? patchDetails(manifest.object, live, 'FullComparison') : details, degraded }
  }
}

const degradedMode =
  ' in degraded mode (full comparison is performed instead of partial comparison, as the manifest object is considered to be invalid by the member cluster API server)'

interface Present {
  readonly live: KubernetesObject
  readonly resource: Resource
  readonly ground: ApplyGround
}

async function planTakeOver(manifest: Manifest, { live, resource, ground }: Present): Promise<Step> {
  const { strategy, owner } = ground
  const owners = await livingOwners(live, ground)
  const refuse = (error: string, more: Partial<Outcome> = {}): Step => rest({ result: 'FailedToTakeOver', error, object: live, ...more })
  if (owners.length > 0 && strategy.allowCoOwnership !== true) {
    const reason = 'the object is already owned by some other sources(s) and co-ownership is disallowed'
    return refuse(`failed to take over a pre-existing object: ${reason} (existingOwnerRefs: [${owners.map(ownerText).join(' ')}])`)
  }
  if (owners.some(({ kind }) => kind === owner.kind)) {
    return refuse('failed to take over a pre-existing object: the object is already owned by another Fleet AppliedWork object')
  }
  const asked = strategy.whenToTakeOver === 'IfNoDiff'
  const { details: diffs, degraded } = asked ? await compare(manifest, { live, resource, ground }) : { details: [], degraded: false }
  if (diffs.length > 0) {
    const found = 'configuration differences are found between the manifest object and the corresponding object in the member cluster'
    return refuse(`cannot take over object: ${found}${degraded ? degradedMode : ''}`, { diffs })
  }
  return { type: 'take over', resource, live, owners: [...owners, owner] }
}

/** Owners but AppliedWorks whose Work is gone: a member that left and came back has such. */
async function livingOwners(live: KubernetesObject, { hub, namespace, owner }: ApplyGround): Promise<readonly OwnerReference[]> {
  const living: OwnerReference[] = []
  for (const each of live.metadata.ownerReferences ?? []) {
    const ours = each.kind === owner.kind && parseApiVersion(each.apiVersion).group === appliedWorks.group
    if (!ours || (await hub.get(works, { name: each.name, namespace }))) living.push(each)
  }
  return living
}

/** An owner reference as Go's %+v prints it; the second pointer is an address. */
function ownerText({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): string {
  const pointer = (value: boolean | undefined): string => (value === undefined ? '<nil>' : `0xc${hashOf(uid).slice(0, 9)}`)
  const flags = `Controller:${pointer(controller)} BlockOwnerDeletion:${pointer(blockOwnerDeletion)}`
  return `{APIVersion:${apiVersion} Kind:${kind} Name:${name} UID:${uid} ${flags}}`
}

async function planPatch(manifest: Manifest, { live, resource, ground }: Present): Promise<Step> {
  const { strategy } = ground
  const desired = desiredObject(manifest, ground)
  if (strategy.whenToApply === 'IfNotDrifted' && live.metadata.annotations?.[annotations.specHash] === desired.metadata.annotations?.[annotations.specHash]) {
    const { details: drifts, degraded } = await compare(manifest, { live, resource, ground })
    if (drifts.length > 0) {
      const found = 'cannot apply manifest: drifts are found between the manifest and the object from the member cluster'
      const result = degraded ? 'FoundDriftsInDegradedMode' : 'FoundDrifts'
      return rest({ result, error: `${found}${degraded ? degradedMode : ''}`, drifts, object: live })
    }
  }
  if ((live.metadata.ownerReferences ?? []).length > 1 && strategy.allowCoOwnership !== true) {
    const error = 'failed to validate owner references: object is co-owned by multiple objects but co-ownership has been disallowed'
    return rest({ result: 'ManifestApplyFailed', error: `failed to apply the manifest: ${error}`, object: live })
  }
  const patch = threeWayPatch(
    { lastApplied: lastApplied(live), manifest: desired as unknown as JsonObject, live: live as unknown as JsonObject },
    { strategic: isBuiltIn(resource) },
  )
  const unclaimed = strategy.type === 'ServerSideApply' && !hasApplied(live)
  if (!equal(patch, {}) || unclaimed) return { type: 'patch', resource, live, patch }
  return rest(withDrifts({ result: 'Applied', object: live }, manifest, ground))
}

/** With a full comparison, what an applied object has beside its manifest is a drift too. */
function withDrifts(outcome: Outcome, manifest: Manifest, { strategy }: ApplyGround): Outcome {
  if (strategy.comparisonOption !== 'FullComparison' || outcome.result !== 'Applied' || !outcome.object) return outcome
  const drifts = patchDetails(manifest.object, outcome.object, 'FullComparison')
  return drifts.length === 0 ? outcome : { ...outcome, drifts }
}

async function writePatch(step: Extract<Step, { type: 'patch' }>, manifest: Manifest, ground: ApplyGround): Promise<Outcome> {
  const { member, strategy } = ground
  const key = keyOfManifest(manifest)
  const desired = desiredObject(manifest, ground)
  const uncopied = desired.metadata.annotations?.[annotations.lastApplied] === ''
  if (strategy.type === 'ServerSideApply' || uncopied) {
    const force = uncopied || strategy.serverSideApplyConfig?.force === true || isManagedByFleetAlone(step.live)
    const body = desired as unknown as Json
    return attempt('failed to apply the manifest object', () => member.patch(step.resource, key, body, { type: 'apply', fieldManager, force }), step.live)
  }
  const type = isBuiltIn(step.resource) ? 'strategic' : 'merge'
  return attempt('failed to patch the manifest object', () => member.patch(step.resource, key, step.patch, { type, fieldManager }), step.live)
}

async function attempt(what: string, write: () => Promise<KubernetesObject>, live?: KubernetesObject): Promise<Outcome> {
  try {
    return { result: 'Applied', object: await write() }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const who = what === 'failed to apply the manifest object' ? 'an error is returned by the API server' : 'error returned by the API server'
    return { result: 'ManifestApplyFailed', error: `failed to apply the manifest: ${what}: ${who}: ${error.message}`, ...(live ? { object: live } : {}) }
  }
}

/** A server-side apply follows the creation, and makes its fields the agent's own. */
function hasApplied({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).some(({ manager, operation }) => manager === fieldManager && operation === 'Apply')
}

function isManagedByFleetAlone({ metadata }: KubernetesObject): boolean {
  return (metadata.managedFields ?? []).every(({ manager }) => manager === fieldManager || manager === 'before-first-apply')
}

/** The object as it is applied: the manifest, its hash, its owner and, for a client-side apply, a copy of itself; one that is too large is applied server-side. */
function desiredObject({ object }: Manifest, { owner, strategy }: ApplyGround): KubernetesObject {
  const { [annotations.specHash]: _hash, [annotations.lastApplied]: _last, ...own } = object.metadata.annotations ?? {}
  const clean: KubernetesObject = { ...object, metadata: { ...object.metadata, annotations: own } }
  const hashed = { ...own, [annotations.specHash]: manifestHash(clean) }
  const base = { ...object, metadata: { ...object.metadata, annotations: hashed, ownerReferences: [owner] } }
  if (strategy.type !== 'ClientSideApply') return base
  const copied = { ...hashed, [annotations.lastApplied]: `${goJson(base)}\n` }
  return { ...base, metadata: { ...base.metadata, annotations: isTooLarge(copied) ? { ...hashed, [annotations.lastApplied]: '' } : copied } }
}

/** More annotations than this an API server does not take (apimachinery `TotalAnnotationSizeLimitB`). */
const annotationLimit = 256 * 1024

function isTooLarge(values: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).reduce((size, [key, value]) => size + key.length + value.length, 0) > annotationLimit
}

function lastApplied(live: KubernetesObject): JsonObject | undefined {
  const text = live.metadata.annotations?.[annotations.lastApplied]
  if (!text) return undefined
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    return undefined
  }
}

const builtInGroups =
  /^(|apps|autoscaling|batch|policy|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage|storagemigration)\.k8s\.io)$/

/** Strategic merge patches are for the kinds that client-go knows. */
function isBuiltIn(resource: Resource): boolean {
  return builtInGroups.test(parseApiVersion(apiVersionOf(resource)).group)
}
