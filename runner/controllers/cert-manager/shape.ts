// What the parts of cert-manager share: its resources, its conditions, and which of its programs run.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at, formatTime, type KubernetesObject, keyOf, type Resource } from '../../kubernetes/object.ts'
import type { ControllerContext } from '../controller.ts'
import { pods } from '../resources.ts'

function resource(plural: string, kind: string, namespaced = true): Resource {
  return { group: 'cert-manager.io', version: 'v1', plural, kind, namespaced }
}

export const certificates = resource('certificates', 'Certificate')
export const certificateRequests = resource('certificaterequests', 'CertificateRequest')
export const issuers = resource('issuers', 'Issuer')
export const clusterIssuers = resource('clusterissuers', 'ClusterIssuer', false)

/** The prefix of its annotations. */
export const prefix = 'cert-manager.io/'

const image = /(^|\/)cert-manager-(controller|cainjector|webhook)[:@]/

/** A program of cert-manager. */
export type Program = 'controller' | 'cainjector' | 'webhook'

/** The program of cert-manager that a pod runs, with the words that it was started with. */
export function programOf(pod: KubernetesObject): { readonly program: Program; readonly words: readonly string[] } | undefined {
  const containers = at(pod, 'spec', 'containers')
  for (const container of Array.isArray(containers) ? containers : []) {
    const found = image.exec(String(at(container, 'image')))?.[2]
    const words = at(container, 'args')
    if (found) return { program: found as Program, words: Array.isArray(words) ? words.map(String) : [] } // one of the three that the pattern names
  }
  return undefined
}

/** The pod in which a program of cert-manager is ready; undefined where none is. */
export async function running(program: Program, { client }: ControllerContext): Promise<KubernetesObject | undefined> {
  const { items } = await client.list(pods)
  return items.find((pod) => programOf(pod)?.program === program && conditionOf(pod, 'Ready')?.status === 'True')
}

/** All objects of a resource that may not be served. */
export async function listed(of: Resource, { client }: ControllerContext): Promise<readonly KubernetesObject[]> {
  const apiVersion = of.group === '' ? of.version : `${of.group}/${of.version}`
  return (await client.resourceFor(apiVersion, of.kind)) ? (await client.list(of)).items : []
}

/** A condition of an object's status. */
export function conditionOf(object: KubernetesObject, type: string): JsonObject | undefined {
  const conditions = at(object, 'status', 'conditions')
  return Array.isArray(conditions) ? conditions.filter(isObject).find((each) => each.type === type) : undefined
}

/** What a condition says. */
export type Said = readonly [type: string, status: 'True' | 'False', reason: string, message?: string]

/** Writes conditions, and more of the status, where they are not there yet; true if anything was written. */
export async function tell(of: Resource, object: KubernetesObject, said: readonly Said[], context: ControllerContext, more: JsonObject = {}): Promise<boolean> {
  const status = isObject(object.status) ? object.status : {}
  const known = Array.isArray(status.conditions) ? status.conditions.filter(isObject) : []
  const conditions = said.map((each) => condition(each, object, known, context))
  const kept = known.filter(({ type }) => !said.some(([name]) => name === type) && !(type === 'Issuing' && more.revision !== undefined))
  const next: JsonObject = { ...status, ...more, conditions: [...kept, ...conditions] }
  if (canonicalEqual(status, next)) return false
  await context.client.patch(of, keyOf(object), { status: next }, { type: 'merge', subresource: 'status' })
  return true
}

function condition(
  [type, status, reason, message]: Said,
  { metadata, kind }: KubernetesObject,
  known: readonly JsonObject[],
  { clock }: ControllerContext,
): JsonObject {
  const before = known.find((each) => each.type === type)
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? '') : formatTime(clock.now())
  const observed = kind === 'CertificateRequest' || metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }
  return { lastTransitionTime, ...(message !== undefined && { message }), ...observed, reason, status, type }
}

function canonicalEqual(one: Json, other: Json): boolean {
  const sorted = (value: Json): Json =>
    Array.isArray(value)
      ? value.map((item: Json) => sorted(item)).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : isObject(value)
        ? Object.fromEntries(
            Object.keys(value)
              .sort()
              .map((key) => [key, sorted(value[key] ?? null)]),
          )
        : value
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
}

/** The text that a Secret keeps under a name. */
export function textIn(secret: KubernetesObject | undefined, name: string): string {
  const data = secret === undefined ? undefined : at(secret, 'data', name)
  return typeof data === 'string' ? atob(data) : ''
}
