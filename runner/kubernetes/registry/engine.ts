// What writing needs, and what is known of one write: shared by create, update, patch and delete.
import type { Clock } from '../../base/clock.ts'
import { nameAlphabet, type Random } from '../../base/random.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../admission/plugin.ts'
import { Rounds } from '../admission/rounds.ts'
import type { AccessAttributes, AccessDecision, UserInfo } from '../identity.ts'
import type { WebhookAnswer, WebhookCall, WriteContext } from '../kind.ts'
import { formatKey, type KubernetesObject, type ObjectKey } from '../object.ts'
import { applyConfiguration } from '../patch/apply-configuration.ts'
import type { Store } from '../storage/store.ts'
import { decodeTyped } from './decode-object.ts'
import type { Registry } from './registry.ts'
import type { ServedResource } from './served-resource.ts'

/** The parts of a server that writes go through. */
export interface Engine {
  readonly clock: Clock
  readonly random: Random
  readonly serviceCidr: string
  readonly store: Store
  readonly registry: Registry
  readonly admission: readonly AdmissionPlugin[]
  /** What roles allow, told at once. */
  readonly decideNow?: ((attributes: AccessAttributes) => AccessDecision) | undefined
  /** Asks webhooks within one write; see `suspended.ts`. */
  readonly call?: ((asking: WebhookCall) => WebhookAnswer) | undefined
}

/** One write: what, by whom, and how. */
export interface WriteScope {
  readonly resource: ServedResource
  /** The name is empty in a create with a generated one. */
  readonly key: ObjectKey
  readonly subresource: string
  readonly user: UserInfo
  /** Who manages the fields that are written. */
  readonly manager: string
  readonly dryRun: boolean
  /** Takes a warning for the answer; absent where nobody would read it. */
  readonly warn?: ((text: string) => void) | undefined
}

/** A stored object of a kind, in the shape of its apiVersion. */
export function readObject(engine: Pick<Engine, 'registry' | 'store'>, apiVersion: string, kind: string, key: ObjectKey): KubernetesObject | undefined {
  const resource = engine.registry.forKind(apiVersion, kind)
  const stored = resource && engine.store.get(resource.storage, formatKey(storedKey(resource, key)))
  return stored && resource.fromStorage(stored)
}

/** All stored objects of a kind, in the shape of its apiVersion. */
export function readObjects(engine: Pick<Engine, 'registry' | 'store'>, apiVersion: string, kind: string, namespace?: string): readonly KubernetesObject[] {
  const resource = engine.registry.forKind(apiVersion, kind)
  return resource ? engine.store.list(resource.storage, namespace).map((object) => resource.fromStorage(object)) : []
}

/** The live object of a write, in the shape of its resource's version. */
export function liveObject(engine: Pick<Engine, 'store'>, resource: ServedResource, key: ObjectKey): KubernetesObject | undefined {
  const stored = engine.store.get(resource.storage, formatKey(storedKey(resource, key)))
  return stored && resource.fromStorage(stored)
}

/** Whether there is such an object, in whatever version. */
export function isStored(engine: Pick<Engine, 'store'>, resource: ServedResource, key: ObjectKey): boolean {
  return engine.store.get(resource.storage, formatKey(storedKey(resource, key))) !== undefined
}

/** Cluster-scoped objects have no namespace, whatever was said. */
export function storedKey(resource: ServedResource, key: ObjectKey): ObjectKey {
  return resource.info.namespaced ? key : { name: key.name }
}

/** What kinds' rules and admission may ask during a write. */
export function writeContext(engine: Engine, scope: WriteScope): WriteContext {
  return {
    now: engine.clock.now(),
    suffix: (length) => engine.random.letters(length, nameAlphabet),
    uuid: () => engine.random.uuid(),
    get: (apiVersion, kind, key) => readObject(engine, apiVersion, kind, key),
    list: (apiVersion, kind, namespace) => readObjects(engine, apiVersion, kind, namespace),
    serviceCidr: engine.serviceCidr,
    user: scope.user,
    scopeOf(apiVersion, kind) {
      const resource = engine.registry.forKind(apiVersion, kind)
      return resource && (resource.info.namespaced ? 'Namespaced' : 'Cluster')
    },
    ...(engine.decideNow && { decide: engine.decideNow }),
    ...(engine.call && { call: engine.call }),
    decode: (object, how) => decodeTyped(scope.resource, object, { fieldValidation: how?.strict ? 'Strict' : 'Ignore' }),
    configure: (object, configuration) => applyConfiguration(object, configuration, scope.resource.schema),
    warn: (text) => scope.warn?.(text),
    dryRun: scope.dryRun,
  }
}

type ObjectRequest = AdmissionRequest & { readonly object: KubernetesObject }

/** Runs the changing half of admission, a second time if that is called for. */
export function admit(engine: Engine, request: ObjectRequest): KubernetesObject {
  const rounds = new Rounds()
  const first = admitRound(engine, request, rounds)
  if (!rounds.wanted) return first
  rounds.again = true
  return admitRound(engine, { ...request, object: first }, rounds)
}

function admitRound(engine: Engine, request: ObjectRequest, rounds: Rounds): KubernetesObject {
  let admitted = request
  for (const plugin of engine.admission) {
    const object = plugin.admit?.(admitted, rounds) ?? admitted.object
    if (object !== admitted.object) admitted = { ...admitted, object }
  }
  return admitted.object
}

/** Runs all of admission on a delete or a connection: there is no object to change. */
export function admitWithoutObject(engine: Engine, request: AdmissionRequest): void {
  const rounds = new Rounds()
  for (const plugin of engine.admission) plugin.admit?.(request, rounds)
  for (const plugin of engine.admission) plugin.validate?.(request)
}

/** Runs the refusing half of admission. */
export function validateAdmission(engine: Engine, request: AdmissionRequest): void {
  for (const plugin of engine.admission) plugin.validate?.(request)
}

/** What admission is told of a write. */
export function admissionRequest(
  scope: WriteScope,
  context: WriteContext,
  write: { readonly operation: AdmissionRequest['operation']; readonly object?: KubernetesObject; readonly old?: KubernetesObject },
): AdmissionRequest {
  const { resource, subresource, key, user } = scope
  return { ...write, resource: resource.info, subresource, key: storedKey(resource, key), user, context }
}
