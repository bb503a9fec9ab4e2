// Makes what somebody would have written into what the server would have stored.
import { deepFreeze, type JsonObject } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import { goOrder } from '../encoding/go-order.ts'
import { formatTime, type KubernetesObject, parseApiVersion } from '../object.ts'
import { builtInSchema } from '../openapi/schema.ts'
import { updateManagedFields } from '../patch/managed-fields.ts'

/** Where and when an object was made, and by whom. */
export interface Making {
  readonly random: Random
  readonly now: number
  readonly revision: number
  readonly manager: string
}

const withoutGeneration = ['Namespace', 'ConfigMap', 'ServiceAccount', 'Service', 'Endpoints', 'APIService', 'IPAddress', 'ServiceCIDR', 'Lease']

const completed = new WeakSet<KubernetesObject>()

/** Whether `complete` made this very object, so that nothing is left to be done to it. */
export function isComplete(object: KubernetesObject): boolean {
  return completed.has(object)
}

/** A stored object: uid, times, generation, managed fields, members in the server's order. Its status counts as written apart. */
export function complete(object: KubernetesObject, { random, now, revision, manager }: Making): KubernetesObject {
  const schema = builtInSchema(object.apiVersion, object.kind)
  if (!schema) throw new Error(`Make birth object "${object.kind}": its kind is not served`)
  const time = formatTime(now)
  const { group } = parseApiVersion(object.apiVersion)
  const generation = withoutGeneration.includes(object.kind) || group === 'rbac.authorization.k8s.io' ? {} : { generation: 1 }
  const metadata = { uid: random.uuid(), resourceVersion: String(revision), ...generation, creationTimestamp: time, ...object.metadata }
  const { status, ...written } = object
  const { spec, ...bare } = written
  const asked = object.kind === 'Namespace' ? bare : { ...bare, ...(spec !== undefined && { spec }) }
  const plain = goOrder({ ...asked, metadata: object.metadata } as unknown as JsonObject, schema)
  const entries = updateManagedFields({ live: undefined, next: plain, schema, manager, apiVersion: object.apiVersion, time })
  const stored = { ...written, metadata: { ...metadata, managedFields: entries }, ...(status !== undefined && { status }) }
  const whole = deepFreeze(goOrder(stored as unknown as JsonObject, schema) as unknown as KubernetesObject)
  completed.add(whole)
  return whole
}
