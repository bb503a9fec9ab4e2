// Conditions of the common type (apimachinery `pkg/apis/meta/v1/validation/validation.go`).
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, duplicate, type Findings, invalid, invalidAll, item, notSupported, required, tooLong } from './findings.ts'
import { isQualifiedName } from './names.ts'
import { number, objects, present, text } from './read.ts'

const statuses = ['False', 'True', 'Unknown']
const reasons = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const reasonProblem =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an " +
  "alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', " +
  `regex used for validation is '${reasons}')`

/** Findings on a list of conditions (`ValidateConditions`). */
export function* validateConditions(conditions: Json | undefined, path: string): Findings {
  const seen = new Set<string>()
  for (const [index, condition] of objects(conditions).entries()) {
    const here = item(path, index)
    if (seen.has(text(condition.type))) yield duplicate(child(here, 'type'), text(condition.type))
    seen.add(text(condition.type))
    yield* validateCondition(condition, here)
  }
}

function* validateCondition({ type, status, observedGeneration, lastTransitionTime, reason, message }: JsonObject, path: string): Findings {
  yield* invalidAll(child(path, 'type'), text(type), isQualifiedName(text(type)))
  if (!statuses.includes(text(status))) yield notSupported(child(path, 'status'), text(status), statuses)
  if (number(observedGeneration) < 0) yield invalid(child(path, 'observedGeneration'), observedGeneration, 'must be greater than or equal to zero')
  if (!present(lastTransitionTime)) yield required(child(path, 'lastTransitionTime'))
  if (text(reason) === '') yield required(child(path, 'reason'))
  else if (!new RegExp(`^${reasons}$`).test(text(reason))) yield invalid(child(path, 'reason'), text(reason), reasonProblem)
  if (text(reason).length > 1024) yield tooLong(child(path, 'reason'), 1024)
  if (text(message).length > 32 * 1024) yield tooLong(child(path, 'message'), 32 * 1024)
}
