// Resources that a world is born with: the same writes as a client's, brought to their end at once.

import type { JsonObject } from '../base/json.ts'
import { checkLocation, checkName, checkParents } from './checks.ts'
import type { Engine } from './engine.ts'
import { resourceTypes } from './providers/index.ts'
import { parseId } from './resource-id.ts'
import type { Caller } from './resource-type.ts'
import { findTarget } from './target.ts'

/** A resource to make. `properties` as a client would PUT them; a group needs its location alone. */
export interface SeedResource {
  readonly id: string
  readonly location?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly identity?: JsonObject
  readonly sku?: JsonObject
  readonly properties?: JsonObject
}

/** Makes a resource, waiting for its hooks. Throws `ArmError` with what a client would be told. */
export async function seedResource(seed: SeedResource, engine: Engine): Promise<void> {
  const target = findTarget(
    seed.id.split('/').filter((segment) => segment !== ''),
    resourceTypes,
  )
  const put = target?.kind === 'item' ? target.row.put : undefined
  if (target?.kind !== 'item' || !put) throw new Error(`Cannot make "${seed.id}": no such type of resource`)
  const { context, writer, operations } = engine
  const { row, name } = target
  checkParents(target.id, row, true, engine)
  const old = context.store.get(target.id)
  const correlationId = context.requestId()
  checkName(target, old, correlationId)
  const { id: _, ...given } = seed
  const body = checkLocation(given as JsonObject, target, old)
  const draft = put({ id: target.id, name, body, old, caller: seeder(engine), context, query: new Map(), correlationId })
  const { resource, operation } = writer.save({ row, id: target.id, name, draft, verb: 'PUT', caller: seeder(engine) })
  if (!operation) return row.saved?.(resource, context)
  await operations.finish(operation.id)
  const problem = operations.get(operation.id)?.error
  if (problem) throw new Error(`Cannot make "${parseId(seed.id).names.at(-1) ?? seed.id}": ${problem.message}`)
}

function seeder({ context }: Engine): Caller {
  const [user] = context.directory.users
  return { objectId: user?.objectId ?? '', name: user?.userPrincipalName ?? '', kind: 'User' }
}
