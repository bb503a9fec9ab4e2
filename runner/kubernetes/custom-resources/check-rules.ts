// What `x-kubernetes-validations` of a schema may say.
import type { JsonObject } from '../../base/json.ts'
import { child, type Findings, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text } from '../kinds/validation/read.ts'
import { compile } from './cel/compile.ts'
import { resourceSchema } from './cel/fields.ts'

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** Findings on the rules of one node; they are compiled only where the node itself is in order. */
export function* checkRules(schema: JsonObject, path: string, options: { readonly isRoot: boolean; readonly compile: boolean }): Findings {
  const rules = objects(schema['x-kubernetes-validations'])
  const texts = rules.map((rule, index) => [...checkTexts(rule, item(child(path, 'x-kubernetes-validations'), index))])
  yield* texts.flat()
  if (!options.compile || texts.some((found) => found.length > 0)) return
  const self = options.isRoot || schema['x-kubernetes-embedded-resource'] === true ? resourceSchema(schema) : schema
  const variables = new Map([
    ['self', self],
    ['oldSelf', self],
  ])
  for (const [index, rule] of rules.entries()) {
    const at = item(child(path, 'x-kubernetes-validations'), index)
    const compiled = compile(text(rule.rule), {
      variables: rule.optionalOldSelf === true ? new Map([...variables, ['oldSelf', undefined]]) : variables,
      result: 'bool',
    })
    if ('error' in compiled) yield invalid(child(at, 'rule'), printRule(rule), compiled.error)
    if (text(rule.messageExpression) === '') continue
    const message = compile(text(rule.messageExpression), { variables })
    if ('error' in message) yield invalid(child(at, 'messageExpression'), printRule(rule), `messageExpression ${message.error}`)
  }
}

function* checkTexts(rule: JsonObject, path: string): Findings {
  const { source, message } = { source: text(rule.rule).trim(), message: text(rule.message).trim() }
  if (source === '') yield required(child(path, 'rule'), 'rule is not specified')
  else if (text(rule.message) !== '' && message === '') yield invalid(child(path, 'message'), rule.message, 'message must be non-empty if specified')
  else if (message.includes('\n')) yield invalid(child(path, 'message'), rule.message, 'message must not contain line breaks')
  else if (source.includes('\n') && message === '') yield required(child(path, 'message'), 'message must be specified if rule contains line breaks')
  if (text(rule.messageExpression) !== '' && text(rule.messageExpression).trim() === '')
    yield required(child(path, 'messageExpression'), 'messageExpression must be non-empty if specified')
  if (present(rule.reason) && !reasons.includes(text(rule.reason))) yield notSupported(child(path, 'reason'), rule.reason, reasons)
  if (text(rule.fieldPath) !== '' && text(rule.fieldPath).trim() === '')
    yield invalid(child(path, 'fieldPath'), rule.fieldPath, 'fieldPath must be non-empty if specified')
}

/** A rule as the server's struct prints it: `<`, `>` and `&` escaped as Go does. */
function printRule(rule: JsonObject): JsonObject {
  return {
    Rule: text(rule.rule),
    Message: text(rule.message),
    MessageExpression: text(rule.messageExpression),
    Reason: rule.reason ?? null,
    FieldPath: text(rule.fieldPath),
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  }
}
