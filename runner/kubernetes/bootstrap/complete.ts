// Makes what somebody would have written into what the server would have stored.
import { deepFreeze, type JsonObject } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import { goOrder } from '../encoding/go-order.ts'
import { formatTime, type KubernetesObject, type ManagedFieldsEntry, parseApiVersion } from '../object.ts'
import { builtInSchema, type Schema } from '../openapi/schema.ts'
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

/** The managed fields of an object that somebody made in one write. */
export function fieldsOf(object: KubernetesObject, { manager, now }: Pick<Making, 'manager' | 'now'>): readonly ManagedFieldsEntry[] {
  const schema = schemaOf(object)
  const next = goOrder(object as unknown as JsonObject, schema) // a Kubernetes object is JSON
  return updateManagedFields({ live: undefined, next, schema, manager, apiVersion: object.apiVersion, time: formatTime(now) })
}

function schemaOf({ apiVersion, kind }: KubernetesObject): Schema {
  const schema = builtInSchema(apiVersion, kind)
  if (!schema) throw new Error(`Make birth object "${kind}": its kind is not served`)
  return schema
}

/** A stored object: uid, times, generation, managed fields, members in the server's order. Its status counts as written apart. */
export function complete(object: KubernetesObject, { random, now, revision, manager }: Making): KubernetesObject {
  const schema = schemaOf(object)
  const time = formatTime(now)
  const { group } = parseApiVersion(object.apiVersion)
  const generation = withoutGeneration.includes(object.kind) || group === 'rbac.authorization.k8s.io' ? {} : { generation: 1 }
  const metadata = { uid: random.uuid(), resourceVersion: String(revision), ...generation, creationTimestamp: time, ...object.metadata }
  const { status, ...written } = object
  const made = fieldsOf({ ...withoutOthers(written), metadata: object.metadata }, { manager, now })
  const entries = object.aggregationRule === undefined ? made : [{ ...gathered, apiVersion: object.apiVersion, time }, ...made]
  const stored = { ...written, metadata: { ...metadata, managedFields: entries }, ...(status !== undefined && { status }) }
  const whole = deepFreeze(goOrder(stored as unknown as JsonObject, schema) as unknown as KubernetesObject)
  completed.add(whole)
  return whole
}

/** The rules of an aggregated role are not its maker's. */
const gathered = { manager: 'clusterrole-aggregation-controller', operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: { 'f:rules': {} } } as const

/** What its maker writes of an object: others give a Namespace its spec, and an aggregated role its rules. */
function withoutOthers(object: KubernetesObject): KubernetesObject {
  const { spec: _spec, rules: _rules, ...bare } = object
  if (object.kind === 'Namespace' || object.aggregationRule !== undefined) return bare
  return object
}
