// KubeFleet's member cluster controller on the hub: makes a place for a member, tells its agent to join, and reports.
import { equal, type JsonObject } from '../../../base/json.ts'
import type { Client } from '../../../kubernetes/client.ts'
import { at, type KubernetesObject, keyOf, type Resource } from '../../../kubernetes/object.ts'
import { StatusError } from '../../../kubernetes/status-error.ts'
import { type ControllerContext, type ControllerDefinition, defineController, type ReconcileResult } from '../../controller.ts'
import { type Condition, conditionsOf, findCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { finalizers, labels, managers, memberNamespace, memberOfNamespace } from '../names.ts'
import { internalMemberClusters, memberClusters, namespaces, roleBindings, roles, works } from '../resources.ts'
import { isUnderDeletion } from './keys.ts'
import { internalMemberClusterObject, namespaceObject, roleBindingObject, roleObject } from './member-objects.ts'
import { hasLeft, memberStatus } from './member-status.ts'
import { withLabels } from './snapshots.ts'

const component = 'mcv1beta1'
const fieldManager = managers.memberCluster

/** Keys are names of members. */
export const memberCluster: ControllerDefinition = defineController({
  name: 'fleet-member-cluster',
  fieldManager: managers.hub,
  watches: [{ resource: memberClusters }, { resource: internalMemberClusters, keys: memberOf }],
  async reconcile(key, context) {
    const member = await context.client.get(memberClusters, { name: key })
    if (!member) return undefined
    return isUnderDeletion(member) ? leave(member, context) : join(member, context)
  },
})

function memberOf({ metadata }: KubernetesObject): readonly string[] {
  const member = memberOfNamespace(metadata.namespace)
  return member === undefined ? [] : [member]
}

async function join(found: KubernetesObject, context: ControllerContext): Promise<undefined> {
  const { client } = context
  const member = await hold(found, client)
  const name = member.metadata.name ?? ''
  const key = { name, namespace: memberNamespace(name) }
  const before = await client.get(internalMemberClusters, key)
  await ensure(namespaces, namespaceObject(member), { member, context, texts: placeTexts.Namespace })
  await ensure(roles, roleObject(member), { member, context, texts: placeTexts.Role })
  await ensure(roleBindings, roleBindingObject(member), { member, context, texts: placeTexts.RoleBinding })
  const wanted = internalMemberClusterObject(member, 'Join')
  await ensure(internalMemberClusters, wanted, { member, context, texts: placeTexts.InternalMemberCluster })
  if (before) await setSpec(before, { member, wanted, context })
  await report(member, { internal: before, ready: true, context })
}

async function hold(member: KubernetesObject, client: Client): Promise<KubernetesObject> {
  const name = member.metadata.name ?? ''
  const held = hasFinalizer(member, finalizers.memberCluster) ? member : withFinalizer(member, finalizers.memberCluster)
  const next = typed(withLabels(held, { [labels.memberName]: name }))
  return equal(next, member) ? member : client.update(memberClusters, next, { fieldManager })
}

/** A typed client drops an empty `apiGroup`: the member's generation is 2 from its first update on. */
function typed(member: KubernetesObject): KubernetesObject {
  const identity = at(member, 'spec', 'identity')
  if (typeof identity !== 'object' || identity === null || !('apiGroup' in identity) || identity.apiGroup !== '') return member
  const { apiGroup: _, ...rest } = identity
  return { ...member, spec: { ...(member.spec as object), identity: rest } }
}

interface Notice {
  readonly reason: string
  readonly message: string
}

/** What is told of each part of a member's place: when it is made, and when it is brought back to what it should be. */
const placeTexts: Readonly<Record<string, { readonly made: Notice; readonly mended?: Notice }>> = {
  Namespace: {
    made: { reason: 'NamespaceCreated', message: 'Namespace was created' },
    mended: { reason: 'NamespacePatched', message: 'Namespace was patched' },
  },
  Role: { made: { reason: 'RoleCreated', message: 'role was created' }, mended: { reason: 'RoleUpdated', message: 'role was updated' } },
  RoleBinding: {
    made: { reason: 'RoleBindingCreated', message: 'role binding was created' },
    mended: { reason: 'RoleBindingUpdated', message: 'role binding was updated' },
  },
  InternalMemberCluster: { made: { reason: 'InternalMemberClusterCreated', message: 'Internal member cluster was created' } },
}

interface EnsureOptions {
  readonly member: KubernetesObject
  readonly context: ControllerContext
  readonly texts: { readonly made: Notice; readonly mended?: Notice } | undefined
}

async function ensure(resource: Resource, object: KubernetesObject, { member, context, texts }: EnsureOptions): Promise<void> {
  const tellOf = async (notice: Notice | undefined): Promise<void> => {
    if (notice) await context.event(member, { type: 'Normal', component, order: Object.keys(placeTexts).indexOf(object.kind), ...notice })
  }
  const present = await context.client.get(resource, keyOf(object))
  if (!present) {
    await context.client.create(resource, object, { fieldManager })
    return tellOf(texts?.made)
  }
  const mended = mend(present, object)
  if (!texts?.mended || equal(mended, present)) return
  await context.client.update(resource, mended, { fieldManager })
  await tellOf(texts.mended)
}

/** What is there with the labels, the rules and the subjects that it should have. */
function mend(present: KubernetesObject, { metadata, ...wanted }: KubernetesObject): KubernetesObject {
  const { rules, subjects } = wanted as { readonly rules?: JsonObject; readonly subjects?: JsonObject }
  const labelled = metadata.labels ? withLabels(present, metadata.labels) : present
  return { ...labelled, ...(rules ? { rules } : {}), ...(subjects ? { subjects } : {}) }
}

async function setSpec(
  internal: KubernetesObject,
  { member, wanted, context }: { readonly member: KubernetesObject; readonly wanted: KubernetesObject; readonly context: ControllerContext },
): Promise<void> {
  if (equal(internal.spec, wanted.spec)) return
  await context.client.update(internalMemberClusters, { ...internal, spec: wanted.spec }, { fieldManager })
  await context.event(member, { type: 'Normal', component, reason: 'InternalMemberClusterSpecUpdated', message: 'internal member cluster spec updated' })
}

interface ReportOptions {
  readonly internal: KubernetesObject | undefined
  readonly ready: boolean
  readonly context: ControllerContext
}

async function report(member: KubernetesObject, { internal, ready, context }: ReportOptions): Promise<void> {
  const { client, clock } = context
  const status = memberStatus(member, { internal, ready, now: clock.now() })
  if (equal(status, member.status)) return
  const stored = await client.get(memberClusters, keyOf(member))
  if (!stored) return
  const written = await client.update(memberClusters, { ...stored, status }, { subresource: 'status' })
  await tell(member, written, context)
}

interface Told {
  readonly type: string
  readonly status: Condition['status']
  readonly event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
}

const told: readonly Told[] = [
  { type: 'ReadyToJoin', status: 'True', event: { type: 'Normal', reason: 'MemberClusterReadyToJoin', message: 'member cluster ready to join' } },
  { type: 'Joined', status: 'Unknown', event: { type: 'Warning', reason: 'MemberClusterJoinStateUnknown', message: 'member cluster join state unknown' } },
  { type: 'Joined', status: 'True', event: { type: 'Normal', reason: 'MemberClusterJoined', message: 'member cluster joined' } },
  { type: 'Joined', status: 'False', event: { type: 'Normal', reason: 'MemberClusterJoined', message: 'member cluster left' } },
]

async function tell(before: KubernetesObject, after: KubernetesObject, context: ControllerContext): Promise<void> {
  const statusOf = (object: KubernetesObject, type: string): string | undefined => findCondition(conditionsOf(object), type)?.status
  for (const { type, status, event } of told) {
    if (statusOf(before, type) !== status && statusOf(after, type) === status) await context.event(after, { component, order: 5, ...event })
  }
}

/** `--force-delete-wait-time`: how long an agent may take to answer, ms. */
const forceDeleteWait = 900_000

/** Tells the agent to leave, waits for it, takes the member's place away, and lets the member go. */
async function leave(member: KubernetesObject, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client } = context
  const name = member.metadata.name ?? ''
  const namespace = await client.get(namespaces, { name: memberNamespace(name) })
  if (!namespace) {
    if (hasFinalizer(member, finalizers.memberCluster))
      await client.update(memberClusters, withoutFinalizer(member, finalizers.memberCluster), { fieldManager })
    return undefined
  }
  if (isUnderDeletion(namespace)) return { requeueAfter: 1000 }
  const internal = await client.get(internalMemberClusters, { name, namespace: memberNamespace(name) })
  if (internal) {
    await setSpec(internal, { member, wanted: internalMemberClusterObject(member, 'Leave'), context })
    await report(member, { internal, ready: false, context })
    const patience = Date.parse(member.metadata.deletionTimestamp ?? '') + forceDeleteWait - context.clock.now()
    if (!hasLeft(internal) && patience > 0) return { requeueAfter: patience }
  }
  await removePlace(name, client)
  return { requeueAfter: 1000 }
}

/** The Works are let go without a word to the member: what was placed stays there. */
async function removePlace(name: string, client: Client): Promise<void> {
  const left = await client.list(works, { namespace: memberNamespace(name) })
  for (const work of left.items) if (hasFinalizer(work, finalizers.work)) await client.update(works, withoutFinalizer(work, finalizers.work))
  await client.delete(namespaces, { name: memberNamespace(name) }).catch((error: unknown) => {
    if (!(error instanceof StatusError && error.reason === 'NotFound')) throw error
  })
}
