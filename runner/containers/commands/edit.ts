// awk, as far as scripts in containers use it, and `sed` beside it.
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { sed } from './sed.ts'
import { inputs } from './text.ts'

/** `awk`: one pattern or none, and `print` or `printf` of fields; what goes beyond says so. */
const awk: Program = async (words, process) => {
  const options = readOptions(words, ['F', 'v'], true)
  const [script = '', ...paths] = options.rest
  const rules = readRules(script)
  if (!rules) return fail(process, 'awk: this program goes beyond what is simulated: patterns with print of fields, NR, NF, $N, texts and sums of a column', 2)
  const { parts, code } = await inputs('awk', paths, process)
  const separator = options.value('F')
  const variables = new Map(options.all('v').map((each) => [each.split('=')[0] ?? '', each.slice(each.indexOf('=') + 1)]))
  const lines = parts.flatMap(({ content }) => content.replace(/\n$/, '').split('\n'))
  for (const rule of rules) if (rule.when === 'BEGIN') act(rule.action, { fields: [''], number: 0, variables }, process)
  for (const [index, line] of lines.entries()) {
    const fields = [
      line,
      ...(separator === undefined ? line.trim().split(/\s+/) : line.split(separator.length === 1 && separator !== ' ' ? separator : new RegExp(separator))),
    ]
    for (const rule of rules)
      if (holds(rule.when, { fields, number: index + 1, variables })) act(rule.action, { fields, number: index + 1, variables }, process)
  }
  for (const rule of rules) if (rule.when === 'END') act(rule.action, { fields: [lines.at(-1) ?? ''], number: lines.length, variables }, process)
  return code
}

interface Row {
  readonly fields: readonly string[]
  readonly number: number
  readonly variables: Map<string, string>
}

interface Rule {
  readonly when: string
  readonly action: string
}

function readRules(script: string): readonly Rule[] | undefined {
  const rules: Rule[] = []
  let rest = script.trim()
  while (rest !== '') {
    const match = rest.match(/^((?:"[^"]*"|\/(?:\\.|[^/])*\/|[^{"/])*)(?:\{((?:"(?:\\.|[^"])*"|[^{}"])*)\})?\s*/s)
    if (!match?.[0]) return undefined
    rest = rest.slice(match[0].length)
    rules.push({ when: (match[1] ?? '').trim(), action: (match[2] ?? 'print').trim() })
  }
  return rules.every(({ action }) => !/\b(for|while|if|function|split|gsub|sub)\b/.test(action)) ? rules : undefined
}

function holds(when: string, row: Row): boolean {
  if (when === '') return true
  if (when === 'BEGIN' || when === 'END') return false
  const pattern = when.match(/^(!?)\/((?:\\.|[^/])*)\/$/)
  if (pattern) return new RegExp(pattern[2] ?? '').test(row.fields[0] ?? '') !== (pattern[1] === '!')
  const [, left = '', sign = '', right = ''] = when.match(/^(.+?)\s*(==|!=|>=|<=|>|<|~)\s*(.+)$/) ?? []
  if (sign === '') return !['', '0'].includes(textOf(when, row))
  if (sign === '~') return new RegExp(right.replace(/^\/|\/$/g, '')).test(textOf(left, row))
  const [a, b] = [textOf(left, row), textOf(right, row)]
  const numeric = a.trim() !== '' && b.trim() !== '' && !Number.isNaN(Number(a)) && !Number.isNaN(Number(b))
  const order = numeric ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0
  return { '==': order === 0, '!=': order !== 0, '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0 }[sign] ?? false
}

function act(action: string, row: Row, process: Process): void {
  for (const statement of action.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((each) => each.trim())) {
    const added = statement.match(/^(\w+)\s*(\+?)=\s*(.+)$/)
    if (added) {
      const [, name = '', plus, value = ''] = added
      const next = textOf(value, row)
      row.variables.set(name, plus ? String(Number(row.variables.get(name) ?? 0) + Number(next)) : next)
    } else if (/^\w+\+\+$/.test(statement)) row.variables.set(statement.slice(0, -2), String(Number(row.variables.get(statement.slice(0, -2)) ?? 0) + 1))
    else if (statement.startsWith('printf')) {
      const [format = '', ...values] = list(statement.slice(6)).map((each) => textOf(each, row))
      process.out(format.replace(/%-?[\d.]*[sdf]/g, () => values.shift() ?? ''))
    } else if (statement.startsWith('print')) {
      const items = list(statement.slice(5))
      process.out(`${items.length === 0 ? row.fields[0] : items.map((each) => textOf(each, row)).join(' ')}\n`)
    }
  }
}

function list(text: string): readonly string[] {
  const inner = text.trim()
  return inner === '' ? [] : inner.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((each) => each.trim())
}

function textOf(text: string, row: Row): string {
  const tokens = text.match(/"(?:\\.|[^"])*"|\$NF|\$\d+|[A-Za-z_]\w*|\d+(?:\.\d+)?|[-+*/]/g) ?? []
  let value = ''
  for (let index = 0; index < tokens.length; index += 1) {
    const token = tokens[index] ?? ''
    if (/^[-+*/]$/.test(token) && value !== '') {
      const right = Number(single(tokens[index + 1] ?? '', row))
      const left = Number(value)
      index += 1
      value = String(token === '+' ? left + right : token === '-' ? left - right : token === '*' ? left * right : left / right)
    } else value += single(token, row)
  }
  return value
}

function single(token: string, { fields, number, variables }: Row): string {
  if (token.startsWith('"')) return token.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t' })[char] ?? char)
  if (token === '$NF') return fields.at(-1) ?? ''
  if (token.startsWith('$')) return fields[Number(token.slice(1))] ?? ''
  if (token === 'NR') return String(number)
  if (token === 'NF') return String(fields.length - 1)
  return /^\d/.test(token) ? token : (variables.get(token) ?? '')
}

/** Editors of streams by name. */
export const editPrograms: Readonly<Record<string, Program>> = { sed, awk }
