// Requests that nobody would write: paths, verbs, queries and bodies drawn by chance, half right so that they come far.
import type { Json } from '#runner/base/json.ts'
import type { Random } from '#runner/base/random.ts'
import type { ResourceInfo } from '#runner/kubernetes/kind.ts'
import { apiVersionOf } from '#runner/kubernetes/object.ts'
import { builtInResources } from '#runner/kubernetes/openapi/facts.ts'
import { builtInSchema, type FieldSchema, type Schema } from '#runner/kubernetes/openapi/schema.ts'

/** A request as `fetch` takes it. */
export interface FuzzRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

const names = ['a', 'web', 'node-1', 'default', 'kubernetes', 'kube-root-ca.crt', 'A_B', '-x', 'x'.repeat(300), 'ä', '%2e%2e', '%zz', 'a%2Fb', ' ', '*', '']
const words = [
  '',
  'a',
  'web',
  'Always',
  '10',
  '-1',
  '1.5Gi',
  '10m',
  'true',
  'x'.repeat(70),
  'a/b',
  'a=b',
  'ä',
  '\u0000',
  '{}',
  'nginx',
  'kubernetes.io/x',
  '2026-01-01T00:00:00Z',
]
const numbers = [0, 1, 2, -1, 80, 65_536, 2 ** 31, 2 ** 53, 1.5, 1e300]
const queries: Readonly<Record<string, readonly string[]>> = {
  limit: ['1', '0', '-1', 'x', '500'],
  continue: ['x', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0', ''],
  resourceVersion: ['0', '1', '-1', 'x', '999999999'],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  labelSelector: ['a=b', 'a in (b,c)', '!a', 'a in', '((', 'a=b=c', 'x'.repeat(300)],
  fieldSelector: ['metadata.name=a', 'spec.nodeName=', 'a', 'a!=b', '\\', 'status.phase=x'],
  dryRun: ['All', 'x', ''],
  fieldManager: ['me', 'x'.repeat(200), '\u0001'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'x'],
  force: ['true', 'false', 'x'],
  pretty: ['true', 'x'],
  propagationPolicy: ['Foreground', 'Background', 'Orphan', 'x'],
  gracePeriodSeconds: ['0', '-1', 'x'],
  timeoutSeconds: ['1', 'x'],
  includeObject: ['None', 'x'],
}
const accepts = [
  'application/json',
  '*/*',
  '',
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/vnd.kubernetes.protobuf,application/json',
  'application/yaml',
  'text/html',
  ';;',
]
const patches = [
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
  'text/plain',
]
const methods = [
  ...Array(12).fill('GET'),
  ...Array(40).fill('POST'),
  ...Array(15).fill('PUT'),
  ...Array(20).fill('PATCH'),
  ...Array(6).fill('DELETE'),
  'HEAD',
  'OPTIONS',
  'BREW',
] as readonly string[]

/** How often a method is tried on a whole collection. */
const collections: Readonly<Record<string, number>> = { POST: 0.85, PUT: 0.03, PATCH: 0.03, DELETE: 0.1, GET: 0.4 }

/** Draws the next request. */
export function fuzzRequest(random: Random): FuzzRequest {
  const resource = pick(random, builtInResources())
  const method = pick(random, methods)
  const path = `${pathOf(random, resource, method)}${queryOf(random)}`
  const headers: Record<string, string> = { accept: pick(random, accepts) }
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return { method, path, headers }
  const body = bodyOf(random, resource, method)
  headers['content-type'] = chance(random, 0.9)
    ? method === 'PATCH'
      ? pick(random, patches)
      : 'application/json'
    : pick(random, [...patches, 'application/yaml', 'application/vnd.kubernetes.protobuf'])
  return { method, path, headers, body }
}

function pick<item>(random: Random, list: readonly item[]): item {
  // The list is never empty.
  return list[random.below(list.length)] as item
}

function chance(random: Random, share: number): boolean {
  return random.next() < share
}

function pathOf(random: Random, resource: ResourceInfo, method: string): string {
  if (chance(random, 0.02))
    return pick(random, [
      '/',
      '/api',
      '/apis/',
      '/openapi/v3/x',
      '/healthz/x',
      '/version',
      '/apis/apps',
      '/api/v1/namespaces/a/pods/b/c/d',
      '/metrics',
      '//api/v1',
    ])
  const root = resource.group === '' ? '/api' : '/apis'
  const namespaced = resource.namespaced ? chance(random, 0.95) : chance(random, 0.03)
  const place = namespaced ? `/namespaces/${chance(random, 0.8) ? 'default' : pick(random, names)}` : ''
  const collection = `${root}/${apiVersionOf(resource)}${place}/${resource.plural}`
  if (chance(random, collections[method] ?? 0.3)) return collection
  const named = `${collection}/${chance(random, 0.7) ? pick(random, names.slice(0, 6)) : pick(random, names)}`
  if (chance(random, 0.7)) return named
  const known = resource.subresources.map(({ name }) => name)
  return `${named}/${chance(random, 0.8) && known.length > 0 ? pick(random, known) : pick(random, ['status', 'scale', 'x', 'log', 'exec', 'proxy', ''])}`
}

function queryOf(random: Random): string {
  const asked = new URLSearchParams()
  while (chance(random, 0.3)) {
    const [name, values] = pick(random, Object.entries(queries))
    asked.append(name, pick(random, values))
  }
  return asked.size === 0 ? '' : `?${asked}`
}

function bodyOf(random: Random, resource: ResourceInfo, method: string): string | Uint8Array {
  if (chance(random, 0.02)) return random.bytes(40)
  if (chance(random, 0.03)) return pick(random, ['', '{', '[]', 'null', '"x"', '{"a":', '{"a":1,"a":2}', 'a: [b', '\u0000', '{"metadata":{"name":"\ud800"}}'])
  const apiVersion = apiVersionOf(resource)
  const schema = builtInSchema(apiVersion, resource.kind)
  const junk = chance(random, 0.5) ? 1 / 40 : 0
  const drawn = schema ? drawnOf(random, schema, { depth: 0, junk }) : {}
  const object = typeof drawn === 'object' && drawn !== null && !Array.isArray(drawn) ? drawn : {}
  const metadata = {
    ...((object as Record<string, Json>).metadata as Record<string, Json>),
    ...(chance(random, 0.9) ? { name: pick(random, names.slice(0, 4)) } : {}),
  }
  if (chance(random, 0.9))
    for (const member of ['uid', 'resourceVersion', 'namespace', 'ownerReferences', 'managedFields', 'finalizers', 'deletionTimestamp'])
      delete (metadata as Record<string, unknown>)[member]
  const whole = {
    ...object,
    apiVersion: chance(random, 0.95) ? apiVersion : pick(random, words),
    kind: chance(random, 0.95) ? resource.kind : pick(random, words),
    metadata,
  }
  if (method === 'PATCH' && chance(random, 0.3))
    return JSON.stringify([
      {
        op: pick(random, ['add', 'remove', 'replace', 'test', 'move', 'x']),
        path: pick(random, ['/spec', '/metadata/labels', '/a/b', 'x', '']),
        value: pick(random, words),
      },
    ])
  return JSON.stringify(whole)
}

/** A value of a schema; a share of them is of another sort. */
function drawnOf(random: Random, schema: Schema, { depth, junk }: { readonly depth: number; readonly junk: number }): Json {
  const below = { depth: depth + 1, junk }
  if (chance(random, junk)) return pick<Json>(random, [null, 'x', 1, true, [], {}, [null], { a: null }])
  switch (schema.kind) {
    case 'object':
      return Object.fromEntries(fieldsOf(random, [...schema.fields.values()], depth).map((field) => [field.name, drawnOf(random, field.schema, below)]))
    case 'map':
      return Object.fromEntries(Array.from({ length: random.below(3) }, () => [pick(random, words), drawnOf(random, schema.values, below)]))
    case 'list':
      return Array.from({ length: random.below(3) }, () => drawnOf(random, schema.items, below))
    case 'scalar':
      return /int|number/.test(schema.type)
        ? pick<Json>(random, [...numbers, ...(schema.type === 'int-or-string' ? words : [])])
        : schema.type === 'boolean'
          ? chance(random, 0.5)
          : pick(random, words)
    case 'any':
      return pick<Json>(random, [{}, { a: 1 }, 'x', [], null])
  }
}

/** Required members nearly always, others the more rarely the deeper. */
function fieldsOf(random: Random, fields: readonly FieldSchema[], depth: number): readonly FieldSchema[] {
  if (depth > 7) return []
  return fields.filter(({ required, name }) => (name === 'spec' ? chance(random, 0.95) : required ? chance(random, 0.9) : chance(random, 0.35 / (depth + 1))))
}
