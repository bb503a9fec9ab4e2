// Reads the expressions of awk, weakest binding first.
import type { Expression, Place } from './syntax.ts'
import type { Words } from './words.ts'

/** Where an expression stands: what is printed ends at `>`, and a command after `|` is not joined with what follows. */
interface Setting {
  readonly printing?: boolean
  readonly joining?: boolean
}

const assignments = ['=', '+=', '-=', '*=', '/=', '%=', '^=', '**=']
const comparisons = ['<', '<=', '==', '!=', '>', '>=']

/** Reads an expression. Throws AwkFault. */
export function parseExpression(words: Words, setting: Setting = {}): Expression {
  const left = choice(words, setting)
  const operator = assignments.find((sign) => words.at(sign))
  if (operator === undefined || !isPlace(left)) return left
  words.next()
  words.skipNewlines()
  return { kind: 'assign', operator: operator === '**=' ? '^' : operator.slice(0, -1), to: left, value: parseExpression(words, setting) }
}

function isPlace(expression: Expression): expression is Place {
  return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element'
}

function choice(words: Words, setting: Setting): Expression {
  const test = either(words, setting)
  if (!words.take('?')) return test
  words.skipNewlines()
  const yes = parseExpression(words, setting)
  words.skipNewlines()
  words.expect(':')
  words.skipNewlines()
  return { kind: 'choice', test, yes, no: parseExpression(words, setting) }
}

/** Operators of one strength, the left ones first. */
function chain(signs: readonly string[], below: (words: Words, setting: Setting) => Expression): (words: Words, setting: Setting) => Expression {
  return (words, setting) => {
    let left = below(words, setting)
    for (let sign = signs.find((each) => words.take(each)); sign !== undefined; sign = signs.find((each) => words.take(each))) {
      words.skipNewlines()
      left = { kind: 'binary', operator: sign, left, right: below(words, setting) }
    }
    return left
  }
}

const either = chain(['||'], (words, setting) => both(words, setting))
const both = chain(['&&'], (words, setting) => member(words, setting))

function member(words: Words, setting: Setting): Expression {
  let left = matching(words, setting)
  while (words.take('in')) left = { kind: 'in', keys: left.kind === 'list' ? left.items : [left], array: words.name() }
  return left
}

const matching = chain(['~', '!~'], (words, setting) => comparing(words, setting))

function comparing(words: Words, setting: Setting): Expression {
  let left = joined(words, setting)
  for (;;) {
    if (setting.joining !== false && !setting.printing && words.at('|')) {
      const back = words.mark()
      words.next()
      if (!words.take('getline')) {
        words.goBack(back)
        return left
      }
      left = { kind: 'getline', to: placeAhead(words), from: 'command', source: left }
      continue
    }
    const operator = comparisons.find((sign) => words.at(sign) && !(sign === '>' && setting.printing))
    if (operator === undefined) return left
    words.next()
    left = { kind: 'binary', operator, left, right: joined(words, setting) }
  }
}

/** Values beside each other are one text. */
function joined(words: Words, setting: Setting): Expression {
  let left = sum(words, setting)
  while (startsValue(words)) left = { kind: 'binary', operator: ' ', left, right: sum(words, setting) }
  return left
}

function startsValue(words: Words): boolean {
  const { kind } = words.token
  if (['number', 'text', 'pattern', 'name', 'function name'].includes(kind)) return true
  return ['$', '(', '++', '--'].some((sign) => words.at(sign))
}

const sum = chain(['+', '-'], (words, setting) => product(words, setting))
const product = chain(['*', '/', '%'], (words, setting) => signed(words, setting))

function signed(words: Words, setting: Setting): Expression {
  for (const operator of ['!', '-', '+'] as const) if (words.take(operator)) return { kind: 'unary', operator, of: signed(words, setting) }
  return power(words, setting)
}

function power(words: Words, setting: Setting): Expression {
  const base = stepped(words, setting)
  if (!words.take('^') && !words.take('**')) return base
  return { kind: 'binary', operator: '^', left: base, right: words.at('-') || words.at('+') || words.at('!') ? signed(words, setting) : power(words, setting) }
}

function stepped(words: Words, setting: Setting): Expression {
  for (const [sign, by] of [
    ['++', 1],
    ['--', -1],
  ] as const) {
    if (!words.take(sign)) continue
    const to = primary(words, setting)
    if (!isPlace(to)) throw words.fault()
    return { kind: 'step', by, before: true, to }
  }
  const value = primary(words, setting)
  if (!isPlace(value)) return value
  if (words.take('++')) return { kind: 'step', by: 1, before: false, to: value }
  return words.take('--') ? { kind: 'step', by: -1, before: false, to: value } : value
}

function primary(words: Words, setting: Setting): Expression {
  const token = words.next()
  if (token.kind === 'number') return { kind: 'number', value: Number(token.text) }
  if (token.kind === 'text') return { kind: 'text', value: token.text }
  if (token.kind === 'pattern') return { kind: 'pattern', source: token.text }
  if (token.kind === 'name' || token.kind === 'function name') return named(words, token.text, token.kind === 'function name')
  if (token.text === '$') return { kind: 'field', index: fieldIndex(words, setting) }
  if (token.text === '(') return grouped(words)
  if (token.text === 'getline') return { kind: 'getline', to: placeAhead(words), ...sourceAhead(words, setting) }
  throw words.fault()
}

function fieldIndex(words: Words, setting: Setting): Expression {
  if (words.at('++') || words.at('--')) return stepped(words, setting)
  if (words.at('-') || words.at('+')) return signed(words, setting)
  return primary(words, setting)
}

function named(words: Words, name: string, called: boolean): Expression {
  if (called) {
    words.expect('(')
    return { kind: 'call', name, args: listUpTo(words, ')') }
  }
  if (words.take('[')) return { kind: 'element', array: name, keys: listUpTo(words, ']') }
  return name === 'length' ? { kind: 'call', name, args: [] } : { kind: 'variable', name }
}

function listUpTo(words: Words, end: string): readonly Expression[] {
  const items: Expression[] = []
  words.skipNewlines()
  while (!words.take(end)) {
    items.push(parseExpression(words))
    words.skipNewlines()
    if (words.take(',')) words.skipNewlines()
    else if (!words.at(end)) throw words.fault()
  }
  return items
}

/** One value in brackets is that value; several are a list, for `in` and for print. */
function grouped(words: Words): Expression {
  const items = listUpTo(words, ')')
  const [only] = items
  if (items.length !== 1 || !only) return { kind: 'list', items }
  return isPlace(only) || only.kind === 'list' ? { kind: 'choice', test: { kind: 'number', value: 1 }, yes: only, no: only } : only
}

function placeAhead(words: Words): Place | undefined {
  if (!words.is('name') && !words.at('$')) return undefined
  const place = primary(words, {})
  if (!isPlace(place)) throw words.fault()
  return place
}

function sourceAhead(words: Words, setting: Setting): { readonly from: 'input' | 'file'; readonly source: Expression | undefined } {
  return words.take('<') ? { from: 'file', source: power(words, setting) } : { from: 'input', source: undefined }
}
