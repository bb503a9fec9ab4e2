// Writes that only pods have: binding to a node, and eviction within disruption budgets.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject } from '../object.ts'
import { labelSelectorMatcher } from '../selectors.ts'
import { StatusError } from '../status-error.ts'
import { store } from './create.ts'
import { deleteObject } from './delete.ts'
import { admissionRequest, admit, type Engine, liveObject, readObjects, validateAdmission, type WriteScope, writeContext } from './engine.ts'
import { badRequest, notFound, plainError } from './errors.ts'
import { ordered, orderingOf } from './field-management.ts'
import { asJson, asObject } from './plain.ts'

/** The Status that answers a binding or an eviction. */
export const createdStatus: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** The node that a binding names; what is wrong with it is told without a reason, as the server does. */
function checkTarget(binding: JsonObject): string {
  const [kind, name] = [at(binding, 'target', 'kind') ?? '', at(binding, 'target', 'name') ?? '']
  const found: string[] = []
  if (kind !== '' && kind !== 'Node') found.push(`target.kind: Unsupported value: "${String(kind)}": supported values: "Node", "<empty>"`)
  if (name === '') found.push('target.name: Required value')
  if (found.length > 0) throw plainError(found.length === 1 ? String(found[0]) : `[${found.join(', ')}]`)
  return String(name)
}

/** A binding or an eviction is an object of its own to admission. */
function admitted(engine: Engine, scope: WriteScope, body: JsonObject): JsonObject {
  const request = admissionRequest(scope, writeContext(engine, scope), { operation: 'CREATE' })
  const object = admit(engine, { ...request, object: asObject({ metadata: {}, ...body }) })
  validateAdmission(engine, { ...request, object })
  return asJson(object) as JsonObject
}

/** Assigns a pod to a node. */
export function bindPod(engine: Engine, scope: WriteScope, body: JsonObject): JsonObject {
  const { resource, key, subresource, dryRun } = scope
  const binding = admitted(engine, { ...scope, subresource: 'binding' }, body)
  const named = at(binding, 'metadata', 'name') ?? ''
  if (subresource === 'binding' && named !== key.name) throw badRequest('name in URL does not match name in Binding object')
  const node = checkTarget(binding)
  const pod = liveObject(engine, resource, key)
  if (!pod) throw notFound(resource.info, key.name)
  const spec = section(pod.spec)
  const refuse = (why: string): StatusError =>
    new StatusError('Conflict', `Operation cannot be fulfilled on pods/binding "${key.name}": ${why}`, { details: { name: key.name, kind: 'pods/binding' } })
  if (pod.metadata.deletionTimestamp !== undefined) throw refuse(`pod ${key.name} is being deleted, cannot be assigned to a host`)
  if (spec.nodeName !== undefined && spec.nodeName !== '') throw refuse(`pod ${key.name} is already assigned to node ${JSON.stringify(spec.nodeName)}`)
  const metadata = { ...pod.metadata, ...merged(pod, binding, 'labels'), ...merged(pod, binding, 'annotations') }
  const { nominatedNodeName: _, ...before } = section(pod.status)
  const status = { ...before, conditions: scheduled(pod, formatTime(engine.clock.now())) }
  const bound = ordered(resource, { ...pod, metadata, spec: { ...spec, nodeName: node }, status }, orderingOf(pod))
  if (!dryRun) store(engine, resource, bound)
  return createdStatus
}

/** Deletes a pod if its disruption budget has room. */
export function evictPod(engine: Engine, scope: WriteScope, body: JsonObject): JsonObject {
  const { resource, key } = scope
  const eviction = admitted(engine, scope, body)
  const pod = liveObject(engine, resource, key)
  if (!pod) throw notFound(resource.info, key.name)
  const named = at(eviction, 'metadata', 'name')
  if (typeof named === 'string' && named !== '' && named !== key.name) throw badRequest('name in URL does not match name in Eviction object')
  const options = section(eviction.deleteOptions)
  const dryRun = scope.dryRun || (Array.isArray(options.dryRun) && options.dryRun.includes('All'))
  if (!needsNoBudget(pod)) takeFromBudget(engine, scope, pod, dryRun)
  if (!dryRun) store(engine, resource, ordered(resource, disrupted(pod, formatTime(engine.clock.now())), orderingOf(pod)))
  const grace = options.gracePeriodSeconds
  deleteObject(engine, { ...scope, subresource: '', dryRun }, typeof grace === 'number' ? { gracePeriodSeconds: grace } : {})
  return createdStatus
}

/** The pod with the condition that tells whoever looks at its end why it ended (`addConditionAndDeletePod`). */
function disrupted(pod: KubernetesObject, time: string): KubernetesObject {
  const status = section(pod.status)
  const others = (Array.isArray(status.conditions) ? status.conditions : []).filter((condition) => at(condition, 'type') !== 'DisruptionTarget')
  const told = { status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
  return { ...pod, status: { ...status, conditions: [...others, { type: 'DisruptionTarget', lastProbeTime: null, lastTransitionTime: time, ...told }] } }
}

/** Pods that are done, not yet started, or going already disturb nobody. */
function needsNoBudget(pod: KubernetesObject): boolean {
  const phase = at(pod, 'status', 'phase')
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined
}

function takeFromBudget(engine: Engine, { warn: _, key }: WriteScope, pod: KubernetesObject, dryRun: boolean): void {
  const budgets = readObjects(engine, 'policy/v1', 'PodDisruptionBudget', key.namespace).filter(({ spec }) =>
    labelSelectorMatcher(selectorOf(spec)).matches(pod.metadata.labels),
  )
  const [budget, second] = budgets
  if (second) throw new StatusError('', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
  if (!budget || evictsUnready(budget, pod)) return
  const status = section(budget.status)
  const { name = '' } = budget.metadata
  if (Number(status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) {
    const message = `The disruption budget ${name} is still being processed by the server.`
    throw tooManyRequests(message, 10)
  }
  const allowed = Number(status.disruptionsAllowed ?? 0)
  if (allowed <= 0)
    throw tooManyRequests(
      `The disruption budget ${name} needs ${Number(status.desiredHealthy ?? 0)} healthy pods and has ${Number(status.currentHealthy ?? 0)} currently`,
    )
  const resource = engine.registry.forKind('policy/v1', 'PodDisruptionBudget')
  if (dryRun || !resource) return
  const disruptedPods = { ...section(status.disruptedPods), [key.name]: formatTime(engine.clock.now()) }
  store(engine, resource, ordered(resource, { ...budget, status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods } }))
}

/** A pod that is not ready may go when the budget says so, or when enough others are healthy. */
function evictsUnready(budget: KubernetesObject, pod: KubernetesObject): boolean {
  const conditions = at(pod, 'status', 'conditions')
  const ready = Array.isArray(conditions) && conditions.some((condition) => at(condition, 'type') === 'Ready' && at(condition, 'status') === 'True')
  if (ready) return false
  if (at(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true
  const healthy = Number(at(budget, 'status', 'currentHealthy') ?? 0)
  const desired = Number(at(budget, 'status', 'desiredHealthy') ?? 0)
  return desired > 0 && healthy >= desired
}

function tooManyRequests(message: string, retryAfterSeconds?: number): StatusError {
  const details = { causes: [{ reason: 'DisruptionBudget', message }], ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", { details })
}

function scheduled(pod: KubernetesObject, time: string): readonly Json[] {
  const conditions = at(pod, 'status', 'conditions')
  const others = Array.isArray(conditions) ? conditions.filter((condition) => at(condition, 'type') !== 'PodScheduled') : []
  return [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time }]
}

function merged(pod: KubernetesObject, binding: JsonObject, field: 'labels' | 'annotations'): JsonObject {
  const added = at(binding, 'metadata', field)
  return isObject(added) ? { [field]: { ...pod.metadata[field], ...added } } : {}
}

function selectorOf(spec: unknown): JsonObject | undefined {
  const { selector } = section(spec)
  return isObject(selector) ? selector : undefined
}

function section(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}
