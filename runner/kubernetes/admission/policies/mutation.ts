// One mutation of a policy: a JSON patch, or a configuration that is merged in (apiserver `admission/plugin/policy/mutating/patch`).
import { isObject, type JsonObject } from '../../../base/json.ts'
import { misplacedTypes, ObjectMessage, PatchMessage } from '../../custom-resources/cel/messages.ts'
import { fromCel } from '../../custom-resources/cel/values.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { applyOperations, PatchFailure } from '../../patch/json-patch.ts'
import { asJson } from '../../registry/plain.ts'
import { StatusError } from '../../status-error.ts'
import { evaluate, type Values } from '../expressions.ts'
import type { AdmissionRequest } from '../plugin.ts'

/** Why a mutation cannot be made; its policy says what follows from it. */
export class MutationError extends Error {
  override readonly name = 'MutationError'
}

type ObjectRequest = AdmissionRequest & { readonly object: KubernetesObject }

/** The object as a mutation makes it. Throws MutationError, or StatusError where no policy may overlook it. */
export function mutated(request: ObjectRequest, mutation: JsonObject, values: Values): KubernetesObject {
  const patches = mutation.patchType === 'JSONPatch'
  const expression = String(at(mutation, patches ? 'jsonPatch' : 'applyConfiguration', 'expression') ?? '')
  const result = evaluate(expression, values, { messages: true })
  if ('error' in result) throw new MutationError(`expression '${expression}' resulted in error: ${result.error}`)
  return patches ? patched(request, result.value) : configured(request, result.value)
}

function configured({ object, context }: ObjectRequest, value: unknown): KubernetesObject {
  if (!(value instanceof ObjectMessage)) throw new MutationError('unsupported return type from ApplyConfiguration expression')
  requirePlaces(value)
  const { apiVersion, kind } = object
  const result = context.configure?.(asJson(object) as JsonObject, { ...(fromCel(value) as JsonObject), apiVersion, kind })
  if (!result) return object
  if ('problem' in result) throw new MutationError(`error applying patch: ${result.problem}`)
  if ('unconverted' in result)
    throw new MutationError(`unable to convert unstructured object to ${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}: ${result.unconverted}`)
  return context.decode?.(result.object) ?? object
}

/** A patch whose test fails changes nothing. */
function patched({ object, context }: ObjectRequest, value: unknown): KubernetesObject {
  if (!Array.isArray(value)) throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array')
  const operations = value.map(operationOf)
  try {
    const changed = applyOperations(asJson(object), operations)
    return isObject(changed) ? (context.decode?.(changed, { strict: true }) ?? object) : object
  } catch (error) {
    if (error instanceof PatchFailure && error.untrue) return object
    if (error instanceof PatchFailure) throw new MutationError(`JSON Patch: ${error.message}`)
    if (error instanceof StatusError) throw error
    throw new StatusError('InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function operationOf(item: unknown): JsonObject {
  if (!(item instanceof PatchMessage)) throw new MutationError('type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch')
  const { op, path, from, value } = item
  if (value instanceof ObjectMessage) requirePlaces(value)
  return {
    op: fromCel(op ?? ''),
    path: fromCel(path ?? ''),
    ...(from !== undefined && from !== '' && { from: fromCel(from) }),
    ...(value !== undefined && { value: fromCel(value) }),
  }
}

/** An object that was made for another place is a mistake; where a patch puts one is not known, so that its own type is taken as its place. */
function requirePlaces(value: ObjectMessage): void {
  const misplaced = misplacedTypes(value, value.typeName)
  if (misplaced.length > 0) throw new MutationError(`type mismatch: ${misplaced.join('\n')}`)
}
