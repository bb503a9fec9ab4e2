// Expressions of policies and webhooks: compiled once, run on a request (apiserver `admission/plugin/cel`).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { authorizerFor } from '../custom-resources/cel/authorizer.ts'
import { type Compiled, compile } from '../custom-resources/cel/compile.ts'
import { evaluationError } from '../custom-resources/cel/evaluate.ts'
import { toCel } from '../custom-resources/cel/values.ts'
import { asJson } from '../registry/plain.ts'
import { namespaceView, objectsOf, requestView } from './match.ts'
import type { AdmissionRequest } from './plugin.ts'

/** What an expression came to, or why it came to nothing. */
export type Evaluated = { readonly value: unknown } | { readonly error: string }

/** The values that the expressions of one request may name. */
export type Values = Readonly<Record<string, unknown>>

const compiled = new Map<string, Compiled>()
const remembered = 2000

function compiledOf(text: string, messages: boolean): Compiled {
  const key = `${messages ? 'messages ' : ''}${text}`
  const known = compiled.get(key)
  if (known) return known
  const made = compile(text, { messages })
  if (compiled.size >= remembered) compiled.clear()
  compiled.set(key, made)
  return made
}

/** Runs an expression; one with `messages` may make objects. */
export function evaluate(text: string, values: Values, { messages = false } = {}): Evaluated {
  const expression = compiledOf(text, messages)
  if ('error' in expression) return { error: expression.error }
  try {
    return { value: expression.run(values) }
  } catch (error) {
    return { error: evaluationError(error) }
  }
}

/** The values of a request; `variables` are composed ones, each made when it is first named. */
export function valuesOf(request: AdmissionRequest, { params, variables }: { readonly params?: Json | undefined; readonly variables?: unknown } = {}): Values {
  const namespace = namespaceView(request)
  const cel = (value: unknown): unknown => (value === undefined ? null : toCel(value as Json, undefined))
  const values = {
    object: cel(request.object && asJson(request.object)),
    oldObject: cel(request.old && asJson(request.old)),
    request: cel(requestView(request)),
    namespaceObject: cel(namespace && asJson(namespace)),
    params: cel(params),
    authorizer: authorizerFor(request),
  }
  return { ...values, variables: composed(objectsOf(variables), values) }
}

class VariableError extends Error {}

/** An object of variables; a later one may name those before it. */
function composed(list: readonly JsonObject[], values: Values): object {
  const made = {}
  for (const { name, expression } of list) {
    let known: Evaluated | undefined
    Object.defineProperty(made, String(name), {
      enumerable: true,
      get() {
        known ??= evaluate(String(expression), { ...values, variables: made })
        if ('error' in known) throw new VariableError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${known.error}`)
        return known.value
      },
    })
  }
  return made
}

/** Whether all conditions hold: the first that does not, or the errors of those that cannot be told. */
export function conditionsHold(conditions: unknown, values: Values): { readonly holds: boolean; readonly errors: readonly string[] } {
  const errors: string[] = []
  for (const { name, expression } of Array.isArray(conditions) ? conditions.filter(isObject) : []) {
    const result = evaluate(String(expression), values)
    if ('error' in result) errors.push(`match condition "${String(name)}" evaluation error: ${result.error}`)
    else if (result.value !== true) return { holds: false, errors: [] }
  }
  return { holds: errors.length === 0, errors }
}
