// A PUT: replaces an object, or makes it for the few kinds whose PUT may.
import type { KubernetesObject } from '../object.ts'
import { createObject } from './create.ts'
import { type Engine, isStored, type WriteScope } from './engine.ts'
import { badRequest } from './errors.ts'
import type { Written } from './patch.ts'
import { createsOnUpdate } from './traits.ts'
import { updateObject } from './update.ts'

/** Replaces the object that the scope names. */
export function putObject(engine: Engine, scope: WriteScope, next: KubernetesObject): Written {
  const { resource, key, subresource } = scope
  checkName(scope, next)
  const makes = subresource === '' && createsOnUpdate(resource.info) && !isStored(engine, resource, key)
  if (makes) return { object: createObject(engine, scope, next), created: true }
  return { object: updateObject(engine, scope, { change: () => next, replaces: true }), created: false }
}

/** The name and namespace in a body must be those of the path. */
export function checkName({ key, resource }: Pick<WriteScope, 'key' | 'resource'>, { metadata }: KubernetesObject): void {
  const { name = '', namespace = '' } = metadata
  if (name === '') throw badRequest(`the name of the object (${key.name} based on URL) was undeterminable: name must be provided`)
  if (name !== key.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${key.name})`)
  if (resource.info.namespaced && namespace !== '' && namespace !== key.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}
