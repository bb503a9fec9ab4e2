// The API server as the facts were recorded with: no controllers, no ServiceAccount admission, one namespace, one user.
import { isObject, type JsonObject } from '#runner/base/json.ts'
import { createRandom } from '#runner/base/random.ts'
import { admissionChain } from '#runner/kubernetes/admission/chain.ts'
import { createApiServer } from '#runner/kubernetes/api-server.ts'
import { bootstrapObjects } from '#runner/kubernetes/bootstrap.ts'
import type { UserInfo } from '#runner/kubernetes/identity.ts'
import { builtInResources } from '#runner/kubernetes/openapi/facts.ts'
import { stoppedClock, testStart } from './stopped-clock.ts'

/** An answer of the server. */
export interface FactAnswer {
  readonly status: number
  readonly body: JsonObject
  /** The warning headers as one text, `299 - "..." , 299 - "..."`; empty where there is none. */
  readonly warning: string
}

/** A server that takes writes of one object. */
export interface FactsServer {
  create(object: JsonObject, options?: { readonly dryRun?: boolean }): Promise<FactAnswer>
  replace(path: string, object: JsonObject): Promise<FactAnswer>
  /** Path of the resource that objects of a kind are posted to. */
  pathOf(object: JsonObject): string
}

const namespace = 'facts-v'
const user: UserInfo = { name: 'admin', uid: 'admin', groups: ['system:masters', 'system:authenticated'] }

/** Starts the server. */
export async function startFactsServer(): Promise<FactsServer> {
  const server = createApiServer({
    ...stoppedClock(),
    name: 'facts',
    random: createRandom('facts'),
    serviceCidr: '10.0.0.0/16',
    gitVersion: 'v1.35.4',
    birth: bootstrapObjects({ now: testStart, gitVersion: 'v1.35.4' }),
    tokens: [{ authenticate: (token) => (token === 'admin' ? user : undefined) }],
    rbac: true,
    admission: admissionChain(['ServiceAccount']),
  })
  const send = async (method: string, path: string, body: JsonObject): Promise<FactAnswer> => {
    const headers = { authorization: 'Bearer admin', 'content-type': 'application/json' }
    const request = new Request(`https://facts${path}`, { method, headers, body: JSON.stringify(body) })
    const response = await server.host.fetch(request, { address: '127.0.0.1' })
    return { status: response.status, body: (await response.json()) as JsonObject, warning: response.headers.get('warning') ?? '' }
  }
  await send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  return {
    create: (object, { dryRun = true } = {}) => send('POST', `${collection(object)}?fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`, object),
    replace: (path, object) => send('PUT', `${path}?fieldValidation=Strict`, object),
    pathOf: collection,
  }
}

function collection(object: JsonObject): string {
  const apiVersion = String(object.apiVersion)
  const found = builtInResources().find(({ group, version, kind }) => kind === object.kind && (group === '' ? version : `${group}/${version}`) === apiVersion)
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return `${root}${found?.namespaced ? `/namespaces/${namespace}` : ''}/${found?.plural ?? 'unknown'}`
}

/** The value with what is generated replaced by what the recordings write for it. */
export function maskGenerated(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/"(clusterIP)":"10\.[\d.]+"/g, '"$1":"<allocated>"')
    .replace(/"clusterIPs":\["10\.[\d.]+"\]/g, '"clusterIPs":["<allocated>"]')
    .replace(/"(nodePort|healthCheckNodePort)":3\d{4}/g, '"$1":"<allocated>"')
    .replace(/"(lastPhaseTransitionTime)":"[^"]+"/g, '"$1":"<time>"')
}

/** Metadata without what differs from run to run. */
export function withoutRunFields(object: JsonObject): JsonObject {
  if (!isObject(object.metadata)) return object
  const { uid: _uid, creationTimestamp: _time, resourceVersion: _version, managedFields: _fields, ...metadata } = object.metadata
  return { ...object, metadata }
}
