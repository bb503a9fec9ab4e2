// How resources are stored and brought to the end of their operations: what the engine adds to every body stands here.
import { isObject, type JsonObject } from '../base/json.ts'
import { type ArmError, armErrors, error } from './arm-error.ts'
import type { Operations } from './operations.ts'
import { idKey, parseId, type ResourceId, within } from './resource-id.ts'
import type { AzureContext, Caller, Draft, ResourceType } from './resource-type.ts'
import type { Operation, Resource, ResourceBody } from './state.ts'

/** A write to store. */
export interface Write {
  readonly row: ResourceType
  readonly id: ResourceId
  readonly name: string
  readonly draft: Draft
  readonly verb: string
  readonly caller: Caller
}

/** Stores drafts, starts their operations, completes them. */
export interface Writer {
  save(write: Write): { readonly resource: Resource; readonly operation: Operation | undefined }
  /** The resource as it is shown. */
  shown(resource: Resource): Resource
  /** The end of an operation, or when to look again whether it is over; throws what went wrong, after marking the resource. */
  complete(operation: Operation): Promise<number | undefined>
  notFound(id: ResourceId): ArmError
}

/** The writer of an Azure; `operations` is asked for late, since operations end through the writer. */
export function createWriter(context: AzureContext, rows: readonly ResourceType[], operations: () => Operations): Writer {
  return new ResourceWriter(context, rows, operations)
}

class ResourceWriter implements Writer {
  readonly #context: AzureContext
  readonly #rows: ReadonlyMap<string, ResourceType>
  readonly #operations: () => Operations

  constructor(context: AzureContext, rows: readonly ResourceType[], operations: () => Operations) {
    this.#context = context
    this.#rows = new Map(rows.map((row) => [row.type, row]))
    this.#operations = operations
  }

  save(write: Write): { resource: Resource; operation: Operation | undefined } {
    const { row, draft } = write
    const old = this.#context.store.get(write.id)
    const operationId = draft.operation && this.#context.requestId()
    const id = old?.id ?? write.id
    const caller = write.verb === 'DELETE' ? undefined : write.caller
    const body = this.#finished(draft.body, {
      row,
      id,
      name: old?.body.name ?? write.name,
      old,
      caller,
      state: draft.operation?.state ?? 'Succeeded',
      operationId,
    })
    const inner = draft.inner ?? old?.inner
    const resource = this.#context.store.put({ id, type: row.type, body, ...(inner ? { inner } : {}) })
    const operation = operationId === undefined ? undefined : this.#start(operationId, resource, write, old)
    return { resource, operation }
  }

  shown(resource: Resource): Resource {
    const present = this.#rows.get(resource.type)?.present
    return present ? { ...resource, body: present(resource, this.#context) } : resource
  }

  notFound(id: ResourceId): ArmError {
    const { namespace = '', group = '', types, names } = parseId(id)
    const [first = '', ...rest] = types.flatMap((type, index) => [type, names[index] ?? ''])
    return armErrors.resourceNotFound([`${namespace}/${first}`, ...rest].join('/'), group)
  }

  async complete(operation: Operation): Promise<number | undefined> {
    const { store } = this.#context
    const row = this.#rows.get(operation.type)
    const resource = store.get(operation.resource)
    if (!row || !resource) return undefined
    try {
      if (operation.doom) throw error(409, operation.doom.code, operation.doom.message)
      if (operation.verb === 'DELETE') {
        const again = await row.leaving?.({ resource: this.shown(resource), operation, context: this.#context })
        if (again !== undefined) return again
        await this.#removeTree(resource)
        return undefined
      }
      const changes = await row.complete?.({ resource: this.shown(resource), operation, context: this.#context })
      if (changes?.again !== undefined) return changes.again
      const now = store.get(operation.resource) ?? resource
      const inner = changes?.inner ?? now.inner
      this.#settle({ ...now, body: { ...now.body, ...changes?.body }, ...(inner ? { inner } : {}) }, row, 'Succeeded')
      return undefined
    } catch (thrown) {
      this.#settle(store.get(operation.resource) ?? resource, row, 'Failed')
      throw thrown
    }
  }

  #start(id: string, resource: Resource, { row, draft, verb }: Write, old: Resource | undefined): Operation | undefined {
    const plan = draft.operation
    if (!plan) return undefined
    return this.#operations().start({
      id,
      resource: resource.id,
      type: row.type,
      location: locationOf(resource, this.#context),
      verb,
      created: !old,
      takes: plan.takes,
      ...(plan.phases ? { phases: plan.phases } : {}),
    })
  }

  #finished(body: JsonObject, facts: Facts): ResourceBody {
    const { row, id, name, old, state } = facts
    const eTag = row.eTag && (facts.operationId === undefined || row.sorted ? row.eTag(this.#context) : old?.body.eTag)
    return {
      ...body,
      id,
      name,
      type: row.shownType ?? row.type,
      ...(row.provisioned === false ? {} : { properties: withState(body, row, state, facts.operationId) }),
      ...(row.systemData ? { systemData: systemData(facts, this.#context) } : {}),
      ...(eTag === undefined ? {} : { eTag }),
    }
  }

  #settle(resource: Resource, row: ResourceType, state: string): void {
    const body = { ...resource.body, properties: withState(resource.body, row, state, undefined) }
    this.#context.store.put({ ...resource, body: row.eTag ? { ...body, eTag: row.eTag(this.#context) } : body })
  }

  /** Removes a resource and all that lies below it, last made first. */
  async #removeTree(resource: Resource): Promise<void> {
    const { store } = this.#context
    this.#operations().cancel((id) => within(id, resource.id) && idKey(id) !== idKey(resource.id))
    for (const one of [...store.below(resource.id).toReversed(), resource]) {
      await this.#rows.get(one.type)?.removed?.(this.shown(one), this.#context)
      store.remove(one.id)
    }
  }
}

interface Facts {
  readonly row: ResourceType
  readonly id: ResourceId
  readonly name: string
  readonly old: Resource | undefined
  /** Who wrote; undefined if the write is not to show in `systemData`. */
  readonly caller: Caller | undefined
  readonly state: string
  readonly operationId: string | undefined
}

function withState(body: JsonObject, row: ResourceType, state: string, operationId: string | undefined): JsonObject {
  const properties = isObject(body.properties) ? body.properties : {}
  const status = isObject(properties.status) ? properties.status : {}
  if (!row.recordsOperation || operationId === undefined) return { ...properties, provisioningState: state }
  return { ...properties, provisioningState: state, status: { ...status, lastOperationId: operationId } }
}

function systemData({ old, caller }: Facts, context: AzureContext): JsonObject {
  const before = old?.body.systemData
  if (isObject(before) && !caller) return before
  const who = caller?.name ?? ''
  const kind = caller?.kind ?? 'User'
  const at = preciseTime(context.clock.now())
  const modified = { lastModifiedAt: at, lastModifiedBy: who, lastModifiedByType: kind }
  return isObject(before) ? { ...before, ...modified } : { createdAt: at, createdBy: who, createdByType: kind, ...modified }
}

/** A time with seven digits of fraction, as Azure writes it. */
export function preciseTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}${String((ms * 7919) % 10_000).padStart(4, '0')}Z`
}

function locationOf(resource: Resource, context: AzureContext): string {
  for (let id: string = resource.id; ; id = id.split('/').slice(0, -2).join('/')) {
    const location = context.store.get(id)?.body.location
    if (location !== undefined) return location
    if (id.split('/').length <= 4) return 'eastus'
  }
}
