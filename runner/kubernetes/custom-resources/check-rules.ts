// What `x-kubernetes-validations` of a schema may say, and what they may cost (apiextensions `ValidateCustomResourceDefinitionOpenAPISchema`).
import type { JsonObject } from '../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../kinds/validation/findings.ts'
import { objects, present, text } from '../kinds/validation/read.ts'
import { compileRule, type RuleSubject, ruleSubject } from './cel/compile-rule.ts'
import { structuralProblem } from './check-structure.ts'
import { followPath } from './field-path.ts'
import { internalRule } from './internal-schema.ts'
import { excess, type RuleCost } from './rule-costs.ts'

const reasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']
/** What one rule may cost, everywhere it stands. */
const mostOfOne = 10_000_000

/** Where the rules of a node stand. */
export interface RulePlace {
  readonly isRoot: boolean
  /** The outermost node around that cannot be compared with what it was before. */
  readonly uncorrelated: string | undefined
  /** How often the node may stand in an object; undefined if a list or map around it has no limit. */
  readonly times: number | undefined
  readonly costs: RuleCost[]
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
export function* ruleFindings(schema: JsonObject, path: string, place: RulePlace): Findings {
  const rules = objects(schema['x-kubernetes-validations'])
  const subject = rules.length === 0 ? undefined : ruleSubject(schema, place.isRoot || schema['x-kubernetes-embedded-resource'] === true)
  if (subject === undefined) return
  for (const [index, rule] of rules.entries()) yield* checkRule(rule, item(child(path, 'x-kubernetes-validations'), index), { ...place, subject })
}

function* checkRule(rule: JsonObject, at: string, place: RulePlace & { readonly subject: RuleSubject }): Findings {
  const { subject, uncorrelated, costs } = place
  const optionalOld = rule.optionalOldSelf === true
  const compiled = compileRule(text(rule.rule), subject, { result: 'bool', optionalOld })
  const cost = 'error' in compiled ? 0 : times(compiled.cost, place.times ?? subject.times)
  if (cost > mostOfOne) yield forbidden(child(at, 'rule'), excess('estimated rule cost', cost, mostOfOne))
  costs.push({ path: child(at, 'rule'), cost })
  if ('error' in compiled) yield invalid(child(at, 'rule'), internalRule(rule), compiled.error)
  else if (text(rule.messageExpression) !== '') yield* checkMessage(rule, at, place)
  if ('error' in compiled || !compiled.usesOld) {
    if (present(rule.optionalOldSelf)) yield invalid(child(at, 'optionalOldSelf'), rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
  } else if (uncorrelated !== undefined)
    yield invalid(child(at, 'rule'), text(rule.rule), `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelated}`)
}

function* checkMessage(rule: JsonObject, path: string, { subject, costs }: RulePlace & { readonly subject: RuleSubject }): Findings {
  const field = child(path, 'messageExpression')
  const message = compileRule(text(rule.messageExpression), subject, { result: 'string', optionalOld: rule.optionalOldSelf === true })
  if ('error' in message) return yield invalid(field, internalRule(rule), `messageExpression ${message.error}`)
  if (message.cost > mostOfOne) yield forbidden(field, excess('estimated messageExpression cost', message.cost, mostOfOne))
  costs.push({ path: field, cost: message.cost })
}

function times(cost: number, count: number): number {
  return cost === 0 || count === 0 ? 0 : cost * count
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
