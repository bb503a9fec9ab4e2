// How a deployment goes on: each resource is written once those that it waits for are there.
import { equal, isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { groupIdOf, parseId } from '../../resource-id.ts'
import { type AzureContext, type Caller, isSettled, provisioningState } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { ExpressionError } from '../../templates/expression.ts'
import type { TemplateResource } from '../../templates/template.ts'

/** How far each resource has come, by its id. */
export type Progress = Readonly<Record<string, 'written' | 'there'>>

/** Writes what can be written now. `failed` says of each resource that was refused, or came to a bad end, why. */
export async function advance(
  resources: readonly TemplateResource[],
  { progress, caller, context }: { readonly progress: Progress; readonly caller: Caller; readonly context: AzureContext },
): Promise<{ readonly progress: Progress; readonly done: boolean; readonly failed?: readonly JsonObject[] }> {
  const next: Record<string, 'written' | 'there'> = { ...progress }
  const failed: JsonObject[] = []
  for (const resource of resources) {
    if (next[resource.id] === undefined && resource.waitsFor.every((id) => next[id] === 'there')) {
      const refused = await write(resource, caller, context)
      if (refused) failed.push(refused)
      else next[resource.id] = 'written'
    }
    const now = next[resource.id] === 'written' ? context.store.get(resource.id) : undefined
    if (now && provisioningState(now) === 'Failed')
      failed.push({
        code: 'Conflict',
        message: `The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'.`,
        target: resource.id,
      })
    else if (next[resource.id] === 'written' && (!now || isSettled(now))) next[resource.id] = 'there'
  }
  const done = resources.every(({ id }) => next[id] === 'there')
  return { progress: next, done, ...(failed.length > 0 ? { failed } : {}) }
}

async function write(resource: TemplateResource, caller: Caller, context: AzureContext): Promise<JsonObject | undefined> {
  try {
    const body = resource.body()
    const { status, body: answer } = await context.send({ method: 'PUT', path: `${resource.id}?api-version=${resource.apiVersion}`, body, caller })
    if (status < 300) return undefined
    return { code: codeOf(status), message: JSON.stringify(answer), target: resource.id }
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    return { code: 'InvalidTemplate', message: thrown.message, target: resource.id }
  }
}

/** What a group holds beside what a template names: a complete deployment takes it away. Its rights, locks and deployments stay. */
export function surplusOf(resources: readonly TemplateResource[], deployment: string, { store }: AzureContext): readonly Resource[] {
  const named = resources.map(({ id }) => id.toLowerCase())
  const kept = (id: string): boolean => named.some((one) => one === id || one.startsWith(`${id}/`) || id.startsWith(`${one}/`))
  return store
    .below(groupIdOf(deployment) ?? '')
    .filter(({ id, type }) => parseId(id).names.length === 1 && !/^Microsoft\.(Authorization|Resources)\//.test(type) && !kept(id.toLowerCase()))
}

/** Deletes what is too much; true while some of it is still there. */
export async function clearOut(
  resources: readonly TemplateResource[],
  deployment: Resource,
  { caller, context }: { readonly caller: Caller; readonly context: AzureContext },
): Promise<boolean> {
  const surplus = surplusOf(resources, deployment.id, context)
  for (const { id } of surplus.filter(isSettled)) await context.send({ method: 'DELETE', path: `${id}?api-version=2024-11-01`, caller })
  return surplusOf(resources, deployment.id, context).some((one) => !isSettled(one))
}

function codeOf(status: number): string {
  return ({ 400: 'BadRequest', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict' } as Readonly<Record<number, string>>)[status] ?? 'BadRequest'
}

/** What a deployment would change, as its what-if says it: only what the template speaks of counts. */
export function changesOf(resources: readonly TemplateResource[], caller: Caller, context: AzureContext): Promise<JsonObject[]> {
  return Promise.all(
    resources.map(async (resource) => {
      const { status, body: before } = await context.send({ method: 'GET', path: `${resource.id}?api-version=${resource.apiVersion}`, caller })
      const after = afterOf(resource)
      if (status >= 400) return { resourceId: resource.id, changeType: 'Create', after }
      const delta = deltaOf(before, after, '')
      return {
        resourceId: resource.id,
        changeType: delta.length === 0 ? 'NoChange' : 'Modify',
        before,
        after: { ...before, ...after },
        ...(delta.length > 0 ? { delta } : {}),
      }
    }),
  )
}

/** A body that refers to what is not there yet is not known before. */
function afterOf({ id, type, name, apiVersion, body }: TemplateResource): JsonObject {
  const head = { apiVersion, id, name: name.split('/').at(-1) ?? name, type }
  try {
    return { ...head, ...body() }
  } catch (thrown) {
    if (!(thrown instanceof ExpressionError)) throw thrown
    return head
  }
}

function deltaOf(before: JsonObject, after: JsonObject, path: string): JsonObject[] {
  return Object.entries(after).flatMap(([key, value]): JsonObject[] => {
    if (path === '' && ['apiVersion', 'id', 'name', 'type', 'location'].includes(key)) return []
    const place = path === '' ? key : `${path}.${key}`
    const old = before[key]
    if (isObject(value) && isObject(old)) return deltaOf(old, value, place)
    if (value === undefined || sameAs(old, value)) return []
    return [{ path: place, propertyChangeType: old === undefined ? 'Create' : 'Modify', ...(old === undefined ? {} : { before: old }), after: value }]
  })
}

/** Lists of objects are the same if each says no more than was there. */
function sameAs(old: Json | undefined, value: Json): boolean {
  if (Array.isArray(old) && Array.isArray(value)) {
    return (
      old.length === value.length &&
      value.every((item: Json, index) => (isObject(item) && isObject(old[index]) ? deltaOf(old[index], item, '-').length === 0 : sameAs(old[index], item)))
    )
  }
  return equal(old ?? null, value)
}
