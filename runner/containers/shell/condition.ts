// `[[ … ]]`: read as a language of its own, in which nothing is split and operators of the shell are the condition's.
import { characterClasses } from '../character-classes.ts'
import { evaluateTest } from '../commands/test.ts'
import type { Cursor } from './cursor.ts'
import { calculated, expandExpression, expandPattern, expandText } from './expand.ts'
import type { Expander } from './expander.ts'
import { SyntaxFault } from './faults.ts'
import { matches } from './glob.ts'
import { readWord } from './parse-word.ts'
import type { Condition, Node, Word } from './syntax.ts'
import { describeTest } from './testing.ts'

/** The condition at the cursor, which stands on `[[`. */
export function readCondition(cursor: Cursor): Node {
  cursor.at += 2
  const test = either(cursor)
  if (!isClosed(cursor)) unexpected(cursor)
  cursor.at += 2
  return { kind: 'condition', test }
}

function either(cursor: Cursor): Condition {
  let left = both(cursor)
  while (take(cursor, '||')) left = { kind: 'or', left, right: both(cursor) }
  return left
}

function both(cursor: Cursor): Condition {
  let left = single(cursor)
  while (take(cursor, '&&')) left = { kind: 'and', left, right: single(cursor) }
  return left
}

function single(cursor: Cursor): Condition {
  if (/^!\s/.test(rest(cursor))) {
    take(cursor, '!')
    return { kind: 'not', inner: single(cursor) }
  }
  if (take(cursor, '(')) {
    const inner = either(cursor)
    if (!take(cursor, ')')) unexpected(cursor)
    return inner
  }
  const words: Word[] = []
  while (words.length < 3 && !isClosed(cursor) && !/^(&&|\|\||\))/.test(rest(cursor))) words.push(operand(cursor, words[1]))
  if (words.length === 0) unexpected(cursor)
  return { kind: 'words', words }
}

function operand(cursor: Cursor, before: Word | undefined): Word {
  const [sign] = /^[<>](?=\s)/.exec(rest(cursor)) ?? []
  if (sign !== undefined) {
    cursor.at += 1
    return [{ kind: 'text', text: sign, quoted: false }]
  }
  return readWord(
    cursor,
    plainText(before) === '=~'
      ? expressionEnd()
      : cursor.language.wide && /^(==?|!=)$/.test(plainText(before) ?? '')
        ? patternEnd()
        : (char) => /[\s;&|()<>]/.test(char),
  )
}

/** Blanks end a regular expression, unless its own parentheses hold them. */
function expressionEnd(): (char: string) => boolean {
  let depth = 0
  return (char) => {
    depth += char === '(' ? 1 : char === ')' ? -1 : 0
    return depth < 0 || (depth === 0 && /\s/.test(char))
  }
}

/** A pattern's own parentheses, as in `@(a|b)`, hold what would end it. */
function patternEnd(): (char: string) => boolean {
  let [depth, last] = [0, '']
  return (char) => {
    if (char === '(' && (depth > 0 || '@?*+!'.includes(last || ' '))) depth += 1
    else if (depth === 0 && /[\s;&|()<>]/.test(char)) return true
    else if (char === ')') depth -= 1
    last = char
    return false
  }
}

/** What is left of the script, after blanks. */
function rest(cursor: Cursor): string {
  cursor.at += /^(\s|\\\n)*/.exec(cursor.text.slice(cursor.at))?.[0].length ?? 0
  if (cursor.at >= cursor.text.length) throw new SyntaxFault({ kind: 'end', expecting: ']]' }, { incomplete: true })
  return cursor.text.slice(cursor.at)
}

function isClosed(cursor: Cursor): boolean {
  return /^\]\](?=[\s;&|)]|$)/.test(rest(cursor))
}

function take(cursor: Cursor, sign: string): boolean {
  const found = !isClosed(cursor) && rest(cursor).startsWith(sign)
  if (found) cursor.at += sign.length
  return found
}

function unexpected(cursor: Cursor): never {
  throw new SyntaxFault({ kind: 'unexpected', token: /^(\S+)/.exec(rest(cursor))?.[0] ?? '' })
}

function plainText(word: Word | undefined): string | undefined {
  const [part] = word ?? []
  return word?.length === 1 && part?.kind === 'text' ? part.text : undefined
}

/** True, false, or what is wrong with the condition. */
export async function evaluateCondition(test: Condition, shell: Expander): Promise<boolean | string> {
  if (test.kind === 'words') return evaluateWords(test.words, shell)
  if (test.kind === 'not') {
    const inner = await evaluateCondition(test.inner, shell)
    return typeof inner === 'boolean' ? !inner : inner
  }
  const left = await evaluateCondition(test.left, shell)
  return left === (test.kind === 'and') ? evaluateCondition(test.right, shell) : left
}

async function evaluateWords([first = [], second, third]: readonly Word[], shell: Expander): Promise<boolean | string> {
  const { scope, process } = shell
  const test = (words: readonly string[]): boolean | string => {
    const outcome = evaluateTest(words, { files: process.files, cwd: scope.cwd, process })
    return typeof outcome === 'boolean' ? outcome : describeTest(outcome, words, scope.dialect)
  }
  const left = await expandText(first, shell)
  if (!second) return left !== ''
  const sign = await expandText(second, shell)
  if (!third) return left === '-v' ? scope.has(sign) : test([left, sign])
  // To ash the quotes of a pattern mean nothing.
  const pattern = scope.dialect === 'ash' ? expandText : expandPattern
  if (/^(==?|!=)$/.test(sign)) return matches(left, await pattern(third, shell)) === (sign !== '!=')
  if (sign === '=~') return matchesExpression(left, await expandExpression(third, shell), shell)
  const right = await expandText(third, shell)
  if (!/^-(eq|ne|[lg][te])$/.test(sign) || scope.dialect === 'ash') return test([left, sign, right])
  return test([String(calculated(left, shell)), sign, String(calculated(right, shell))])
}

function matchesExpression(text: string, expression: string, { scope }: Expander): boolean {
  const found = new RegExp(expression.replace(/\[:(\w+):\]/g, (whole, name: string) => characterClasses[name] ?? whole)).exec(text)
  scope.lists.set('BASH_REMATCH', new Map((found ?? []).entries().map(([index, part]) => [String(index), part ?? ''])))
  return found !== null
}
