// What `x-kubernetes-validations` of a schema may say (apiextensions `ValidateCustomResourceDefinitionOpenAPISchema`).
import type { JsonObject } from '../../base/json.ts'
import { child, type Findings, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text } from '../kinds/validation/read.ts'
import { compile } from './cel/compile.ts'
import { resourceSchema } from './cel/fields.ts'
import { structuralProblem } from './check-structure.ts'
import { followPath } from './field-path.ts'
import { internalRule } from './internal-schema.ts'

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** Where the rules of a node stand. */
export interface RulePlace {
  readonly isRoot: boolean
  /** The outermost node around that cannot be compared with what it was before. */
  readonly uncorrelated: string | undefined
}

/** Findings on how the rules of a node are written. */
export function* ruleTextFindings(schema: JsonObject, path: string): Findings {
  for (const [index, rule] of objects(schema['x-kubernetes-validations']).entries()) {
    const at = item(child(path, 'x-kubernetes-validations'), index)
    yield* checkTexts(rule, at)
    yield* checkFieldPath(text(rule.fieldPath), schema, child(at, 'fieldPath'))
  }
}

/** Findings on what the rules of a node mean; they are compiled only where the node itself is in order. */
export function* ruleFindings(schema: JsonObject, path: string, { isRoot, uncorrelated }: RulePlace): Findings {
  const self = isRoot || schema['x-kubernetes-embedded-resource'] === true ? resourceSchema(schema) : schema
  for (const [index, rule] of objects(schema['x-kubernetes-validations']).entries()) {
    const at = item(child(path, 'x-kubernetes-validations'), index)
    const variables = new Map([
      ['self', self],
      ['oldSelf', rule.optionalOldSelf === true ? undefined : self],
    ])
    const compiled = compile(text(rule.rule), { variables, result: 'bool' })
    if ('error' in compiled) yield invalid(child(at, 'rule'), internalRule(rule), compiled.error)
    else {
      yield* checkMessage(rule, variables, at)
      if (compiled.names.has('oldSelf') && uncorrelated !== undefined)
        yield invalid(child(at, 'rule'), text(rule.rule), `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`)
    }
    if (('error' in compiled || !compiled.names.has('oldSelf')) && present(rule.optionalOldSelf))
      yield invalid(child(at, 'optionalOldSelf'), rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
  }
}

function* checkMessage(rule: JsonObject, variables: ReadonlyMap<string, JsonObject | undefined>, path: string): Findings {
  if (text(rule.messageExpression) === '') return
  const message = compile(text(rule.messageExpression), { variables, result: 'string' })
  if ('error' in message) yield invalid(child(path, 'messageExpression'), internalRule(rule), `messageExpression ${message.error}`)
}

function* checkTexts(rule: JsonObject, path: string): Findings {
  const { source, message } = { source: text(rule.rule).trim(), message: text(rule.message).trim() }
  if (source === '') yield required(child(path, 'rule'), 'rule is not specified')
  else if (text(rule.message) !== '' && message === '') yield invalid(child(path, 'message'), rule.message, 'must be non-empty if specified')
  else if (hasLines(message)) yield invalid(child(path, 'message'), rule.message, 'must not contain line breaks')
  else if (hasLines(source) && message === '') yield required(child(path, 'message'), 'message must be specified if rule contains line breaks')
  if (text(rule.messageExpression) !== '' && text(rule.messageExpression).trim() === '')
    yield required(child(path, 'messageExpression'), 'messageExpression must be non-empty if specified')
  if (present(rule.reason) && !reasons.includes(text(rule.reason))) yield notSupported(child(path, 'reason'), rule.reason, reasons)
}

function* checkFieldPath(path: string, schema: JsonObject, field: string): Findings {
  if (path === '') return
  if (path.trim() === '') yield invalid(field, path, 'must be non-empty if specified')
  if (hasLines(path)) yield invalid(field, path, 'must not contain line breaks')
  if (structuralProblem(schema) === undefined && 'problem' in followPath(path, schema)) yield invalid(field, path, 'must be a valid path')
}

function hasLines(value: string): boolean {
  return /[\n\r]/.test(value)
}
