// Empties a namespace that is deleted, and lets it go when nothing in it remains.
import { equal } from '../base/json.ts'
import type { Client, ServedResource } from '../kubernetes/client.ts'
import { formatTime, type KubernetesObject, keyOf, qualifiedName } from '../kubernetes/object.ts'
import { StatusError } from '../kubernetes/status-error.ts'
import { type ControllerContext, defineController, type ReconcileResult } from './controller.ts'
import { namespaces } from './resources.ts'

interface Namespace extends KubernetesObject {
  readonly spec?: { readonly finalizers?: readonly string[] }
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** What is left after everything in a namespace was told to go. */
interface Remainder {
  /** Instances by `resource.group`, as the message names them. */
  readonly resources: Map<string, number>
  readonly finalizers: Map<string, number>
  readonly failures: string[]
  /** How long until it is worth to look again, in seconds. */
  wait: number
}

/** Real controller managers leave a namespace alone for so long, for other API servers to learn of its end. */
const patience = 5000
const finalizerWait = 15

export const namespaceController = defineController({
  name: 'namespace-controller',
  watches: [{ resource: namespaces, keys: (object) => (object.metadata.deletionTimestamp === undefined ? [] : [object.metadata.name ?? '']) }],
  reconcile,
})

/** It looks again so long after a change, or as long after its last look as that told it to, whichever is sooner. */
async function reconcile(name: string, context: ControllerContext): Promise<ReconcileResult | undefined> {
  const { client, clock, memory } = context
  const namespace = (await client.get(namespaces, { name })) as Namespace | undefined
  if (!namespace?.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes('kubernetes')) return void memory.set(name, undefined)
  const now = clock.now()
  const due = Math.min(Number(memory.get(name) ?? Number.POSITIVE_INFINITY), now + patience)
  memory.set(name, due)
  if (due > now) return { requeueAfter: due - now }
  memory.set(name, undefined)
  const wait = await finalize(namespace, context)
  if (wait === undefined) return undefined
  memory.set(name, now + wait)
  return { requeueAfter: wait }
}

/** Empties a namespace; how long to wait (ms) if something remains. */
async function finalize(namespace: Namespace, { client, clock }: ControllerContext): Promise<number | undefined> {
  const remainder = await empty(client, namespace.metadata.name ?? '')
  const updated = await report(client, namespace, { remainder, now: clock.now() })
  if (remainder.wait > 0 || remainder.failures.length > 0) return (Math.floor(remainder.wait / 2) + 1) * 1000
  const finalizers = updated.spec?.finalizers?.filter((finalizer) => finalizer !== 'kubernetes') ?? []
  await client.update(namespaces, { ...updated, spec: { ...updated.spec, finalizers } }, { subresource: 'finalize' })
  return undefined
}

/**
 * Deletes all content and counts what does not go at once. Pods go first: while one is left nothing else is touched, and the
 * conditions do not tell of it (OrderedNamespaceDeletion of 1.35).
 */
async function empty(client: Client, namespace: string): Promise<Remainder> {
  const remainder = nothingLeft()
  const served = (await client.resources()).filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete') && verbs.includes('list'))
  const [pods, others] = [served.filter(isPods), served.filter((resource) => !isPods(resource))]
  for (const resource of pods) await emptyOf(client, resource, { namespace, remainder })
  if (remainder.resources.size > 0) return { ...nothingLeft(), failures: remainder.failures, wait: remainder.wait }
  for (const resource of others) await emptyOf(client, resource, { namespace, remainder })
  return remainder
}

function nothingLeft(): Remainder {
  return { resources: new Map(), finalizers: new Map(), failures: [], wait: 0 }
}

function isPods({ group, plural }: ServedResource): boolean {
  return group === '' && plural === 'pods'
}

async function emptyOf(client: Client, resource: ServedResource, { namespace, remainder }: { namespace: string; remainder: Remainder }): Promise<void> {
  const { items } = await client.list(resource, { namespace })
  for (const object of items) if (object.metadata.deletionTimestamp === undefined) await remove(client, resource, { object, remainder })
  const left = items.length === 0 ? [] : (await client.list(resource, { namespace })).items
  for (const object of left) count(remainder, resource, object)
}

async function remove(client: Client, resource: ServedResource, { object, remainder }: { object: KubernetesObject; remainder: Remainder }): Promise<void> {
  try {
    await client.delete(resource, keyOf(object), { propagationPolicy: 'Background' })
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    if (error.reason !== 'NotFound') remainder.failures.push(error.message)
  }
}

function count(remainder: Remainder, resource: ServedResource, object: KubernetesObject): void {
  const name = resource.group === '' ? `${resource.plural}.` : qualifiedName(resource)
  raise(remainder.resources, name)
  const { finalizers = [], deletionGracePeriodSeconds } = object.metadata
  for (const finalizer of finalizers) raise(remainder.finalizers, finalizer)
  const wait = finalizers.length > 0 ? finalizerWait : (deletionGracePeriodSeconds ?? 0)
  remainder.wait = Math.max(remainder.wait, wait, 1)
}

function raise(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

async function report(client: Client, namespace: Namespace, { remainder, now }: { remainder: Remainder; now: number }): Promise<Namespace> {
  const known = namespace.status?.conditions ?? []
  const conditions = conditionsOf(remainder).map((condition) => {
    const before = known.find(({ type }) => type === condition.type)
    const same = before && before.status === condition.status
    return { ...condition, lastTransitionTime: same ? before.lastTransitionTime : formatTime(now) }
  })
  const others = known.filter(({ type }) => !conditions.some((condition) => condition.type === type))
  const next = [...others, ...conditions]
  if (equal(known, next)) return namespace
  return (await client.update(namespaces, { ...namespace, status: { ...namespace.status, conditions: next } }, { subresource: 'status' })) as Namespace
}

function conditionsOf({ resources, finalizers, failures }: Remainder): Omit<Condition, 'lastTransitionTime'>[] {
  const listed = (counts: Map<string, number>, words: string): string =>
    [...counts]
      .map(([name, count]) => `${name} ${words.replace('%d', String(count))}`)
      .sort()
      .join(', ')
  const rows: [type: string, wrong: boolean, fine: [string, string], otherwise: [string, string]][] = [
    ['NamespaceDeletionDiscoveryFailure', false, ['ResourcesDiscovered', 'All resources successfully discovered'], ['', '']],
    ['NamespaceDeletionGroupVersionParsingFailure', false, ['ParsedGroupVersions', 'All legacy kube types successfully parsed'], ['', '']],
    [
      'NamespaceDeletionContentFailure',
      failures.length > 0,
      ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      ['ContentDeletionFailed', `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`],
    ],
    [
      'NamespaceContentRemaining',
      resources.size > 0,
      ['ContentRemoved', 'All content successfully removed'],
      ['SomeResourcesRemain', `Some resources are remaining: ${listed(resources, 'has %d resource instances')}`],
    ],
    [
      'NamespaceFinalizersRemaining',
      finalizers.size > 0,
      ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
      ['SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${listed(finalizers, 'in %d resource instances')}`],
    ],
  ]
  return rows.map(([type, wrong, fine, otherwise]) => {
    const [reason, message] = wrong ? otherwise : fine
    return { type, status: wrong ? 'True' : 'False', reason, message }
  })
}
