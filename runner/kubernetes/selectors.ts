// Label and field selectors: query syntax, LabelSelector objects, matching, and errors in the server's words.
import { isObject, type JsonObject } from '../base/json.ts'
import { createRequirement, formatRequirement, parseRequirements, type Requirement, SelectorError, satisfies } from './label-requirements.ts'
import { StatusError } from './status-error.ts'

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>

/** A compiled label selector. */
export interface LabelMatcher {
  matches(labels: Labels | undefined): boolean
  /** True if it matches everything. */
  readonly empty: boolean
  /** Its query syntax, requirements sorted by key. */
  readonly text: string
}

/** A term of a field selector: equal or not. */
export interface FieldTerm {
  readonly field: string
  readonly operator: '=' | '!='
  readonly value: string
}

/** A compiled field selector. */
export interface FieldMatcher {
  readonly terms: readonly FieldTerm[]
  /** Fields that an object does not have count as empty. */
  matches(fields: Labels): boolean
  readonly text: string
}

/** Parses query syntax (`app=web,tier in (a,b),!x`); throws StatusError BadRequest. */
export function parseLabelSelector(text: string): LabelMatcher {
  return asBadRequest(() => matcher(parseRequirements(text)))
}

/** Compiles a LabelSelector object: an absent one matches nothing, an empty one everything. Throws StatusError BadRequest. */
export function labelSelectorMatcher(selector: JsonObject | undefined): LabelMatcher {
  if (selector === undefined) return { matches: () => false, empty: false, text: '' }
  return asBadRequest(() => matcher(selectorRequirements(selector)))
}

/** A LabelSelector object as tables and `describe` print it. */
export function formatLabelSelector(selector: JsonObject | undefined): string {
  try {
    const text = labelSelectorMatcher(selector).text
    return text === '' ? '<none>' : text
  } catch {
    return '<error>'
  }
}

/** Parses a field selector (`status.phase!=Failed,spec.nodeName=n`); throws StatusError BadRequest. */
export function parseFieldSelector(text: string): FieldMatcher {
  const terms = asBadRequest(() => splitTerms(text).map((term) => parseFieldTerm(text, term)))
  const byField = terms.map(formatTerm).sort()
  return {
    terms,
    matches: (fields) => terms.every((term) => ((fields[term.field] ?? '') === term.value) === (term.operator === '=')),
    text: byField.join(','),
  }
}

function matcher(requirements: readonly Requirement[]): LabelMatcher {
  const sorted = requirements.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  return {
    matches: (labels = {}) => sorted.every((requirement) => satisfies(labels, requirement)),
    empty: sorted.length === 0,
    get text() {
      return sorted.map(formatRequirement).join(',')
    },
  }
}

const setOperators: Readonly<Record<string, Requirement['operator']>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' }

function selectorRequirements(selector: JsonObject): readonly Requirement[] {
  const labels = isObject(selector.matchLabels) ? Object.entries(selector.matchLabels) : []
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions.filter(isObject) : []
  return [
    ...labels.map(([key, value]) => createRequirement(key, '=', [String(value)])),
    ...expressions.map((expression) => {
      const name = String(expression.operator ?? '')
      const operator = setOperators[name]
      if (operator === undefined) throw new SelectorError(`${JSON.stringify(name)} is not a valid label selector operator`)
      const values = Array.isArray(expression.values) ? expression.values.map(String) : []
      return createRequirement(String(expression.key ?? ''), operator, values)
    }),
  ]
}

/** Splits at commas that no backslash escapes; empty terms are left out. */
function splitTerms(text: string): readonly string[] {
  return (text.match(/(?:\\.|[^,\\]|\\$)+/gs) ?? []).filter((term) => term !== '')
}

function parseFieldTerm(text: string, term: string): FieldTerm {
  const match = /^((?:\\.|[^=!\\]|!(?!=))*)(!=|==|=)(.*)$/s.exec(term)
  const [, field, operator, value] = match ?? []
  if (field === undefined || value === undefined) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`)
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) }
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.?)|[,=]/gs, (found, escaped: string | undefined) => {
    if (escaped === undefined) throw new SelectorError(`invalid field selector: unescaped character in value: ${found.codePointAt(0)}`)
    if (escaped === '\\' || escaped === ',' || escaped === '=') return escaped
    throw new SelectorError(`invalid field selector: invalid escape sequence: \\${escaped}`)
  })
}

function formatTerm(term: FieldTerm): string {
  return `${term.field}${term.operator}${term.value.replace(/[\\,=]/g, '\\$&')}`
}

function asBadRequest<result>(parse: () => result): result {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SelectorError) throw new StatusError('BadRequest', error.message)
    throw error
  }
}
