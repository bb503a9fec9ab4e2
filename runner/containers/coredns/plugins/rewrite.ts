// Plugin rewrite: a question is asked under another name, and the answer brought back under its own (`plugin/rewrite`).
import type { DnsAnswer, DnsQuestion, DnsRecord } from '../../dns-message.ts'
import { type Handler, refuse, type Setup, whole } from '../plugin.ts'
import type { Stanza } from '../stanza.ts'

/** What a rule makes of a question; nothing where it does not match. */
type Rule = (question: DnsQuestion) => Rewritten | undefined

interface Rewritten {
  readonly question: DnsQuestion
  back(answer: DnsAnswer): DnsAnswer
  readonly goesOn: boolean
}

const unchanged = (answer: DnsAnswer): DnsAnswer => answer

/** Reads rules: `rewrite [stop|continue] RULE`, or a block of them. */
export const rewrite: Setup = (stanza) => {
  const rules: Rule[] = []
  while (stanza.next()) {
    const args = stanza.args()
    if (args.length > 0 && !isMode(args)) rules.push(ruleOf(args))
    else rules.push(...blockRules(stanza, args))
  }
  return handlerOf(rules)
}

function isMode(args: readonly string[]): boolean {
  return args.length === 1 && ['stop', 'continue'].includes(args[0]?.toLowerCase() ?? '')
}

/** A block is one rule in several lines: what is asked, and what becomes of the answer. */
function blockRules(stanza: Stanza, mode: readonly string[]): readonly Rule[] {
  const words: string[] = [...mode]
  while (stanza.line()) words.push(stanza.text, ...stanza.args())
  return [ruleOf(words)]
}

function handlerOf(rules: readonly Rule[]): Handler {
  return (asked, next) => {
    let question = asked
    const back: ((answer: DnsAnswer) => DnsAnswer)[] = []
    for (const rule of rules) {
      const made = rule(question)
      if (!made) continue
      question = made.question
      back.push(made.back)
      if (!made.goesOn) break
    }
    return back.reduceRight((answer, change) => change(answer), next(question))
  }
}

function ruleOf(given: readonly string[]): Rule {
  const [first = '', ...others] = given
  if (given.length === 0) throw refuse('no rule type specified for rewrite')
  const mode = first.toLowerCase()
  const named = mode === 'stop' || mode === 'continue'
  if (named && others.length === 0) throw refuse(`${mode} rule must begin with a rule type`)
  const [type = '', ...args] = named ? others : given
  const make = makers[type.toLowerCase()]
  if (!make) throw refuse(type.toLowerCase() === 'answer' ? 'response rewrites must begin with a name rule' : `invalid rule type ${JSON.stringify(first)}`)
  return make(args, mode === 'continue')
}

const makers: Readonly<Record<string, (args: readonly string[], goesOn: boolean) => Rule>> = {
  name: nameRule,
  type: (args, goesOn) => {
    const [from = '', to = ''] = exactlyTwo('type', args).map((word) => word.toUpperCase())
    return (question) => (question.type === from ? { question: { ...question, type: to }, back: unchanged, goesOn } : undefined)
  },
  class: (args) => {
    exactlyTwo('class', args)
    return () => undefined
  },
  edns0: () => () => undefined,
  ttl: () => () => undefined,
  cname: () => () => undefined,
  rcode: () => () => undefined,
}

function exactlyTwo(type: string, args: readonly string[]): readonly string[] {
  if (args.length !== 2) throw refuse(`${type} rules must have exactly two arguments`)
  return args
}

/** How a name matches, and what becomes of it. */
const matchers: Readonly<Record<string, (from: string, to: string) => (name: string) => string | undefined>> = {
  exact: (from, to) => (name) => (name === from ? to : undefined),
  prefix: (from, to) => (name) => (name.startsWith(from) ? to + name.slice(from.length) : undefined),
  suffix: (from, to) => (name) => (name.endsWith(from) ? name.slice(0, name.length - from.length) + to : undefined),
  substring: (from, to) => (name) => (name.includes(from) ? name.replaceAll(from, to) : undefined),
  regex: (from, to) => {
    const pattern = patternOf(from)
    return (name) => {
      const groups = pattern.exec(name)
      return groups ? filled(to, groups) : undefined
    }
  },
}

function nameRule(args: readonly string[], goesOn: boolean): Rule {
  if (args.length < 2) throw refuse('too few arguments for a name rule')
  const [how, from = '', to = '', ...answers] = args.length === 2 ? ['exact', ...args] : args
  const type = (how ?? '').toLowerCase()
  const matcher = matchers[type]
  if (!matcher) throw refuse(`name rule supports only exact, prefix, suffix, substring, and regex name matching, received: ${type}`)
  const dotted = type === 'exact' || type === 'suffix' ? whole : (name: string): string => name.toLowerCase()
  const match = type === 'regex' ? matcher(from, whole(to)) : matcher(dotted(from), dotted(to))
  const { auto, changes } = answerRules(type, answers)
  const mirrored = type === 'suffix' && auto ? [backwards(matchers.suffix?.(whole(to), whole(from)))] : []
  return (question) => {
    const name = match(question.name)
    if (name === undefined) return undefined
    const own = type === 'exact' || (auto && type !== 'suffix') ? [backwards(remapped(name, question.name))] : mirrored
    return { question: { ...question, name }, back: (answer) => [...own, ...changes].reduce((changed, change) => change(changed), answer), goesOn }
  }
}

/** A name, and what is below it, under another name. */
function remapped(from: string, to: string): (name: string) => string | undefined {
  return (name) => (name === from ? to : name.endsWith(`.${from}`) ? name.slice(0, name.length - from.length) + to : undefined)
}

type Change = (answer: DnsAnswer) => DnsAnswer

function backwards(match: ((name: string) => string | undefined) | undefined): Change {
  return (answer) => onValues(onNames(answer, match), match)
}

function onNames(answer: DnsAnswer, match: ((name: string) => string | undefined) | undefined): DnsAnswer {
  return onRecords(answer, (record) => {
    const name = match?.(`${record.name}.`)
    return name === undefined ? record : { ...record, name: name.replace(/\.$/, '') }
  })
}

const valued = new Set(['CNAME', 'NS', 'PTR', 'SRV', 'MX', 'DNAME'])

function onValues(answer: DnsAnswer, match: ((name: string) => string | undefined) | undefined): DnsAnswer {
  return onRecords(answer, (record) => {
    const [, before = '', value = ''] = /^(.*? ?)(\S+)$/.exec(record.data) ?? []
    const changed = valued.has(record.type) ? match?.(value) : undefined
    return changed === undefined ? record : { ...record, data: before + changed }
  })
}

function onRecords(answer: DnsAnswer, change: (record: DnsRecord) => DnsRecord): DnsAnswer {
  return { ...answer, answers: answer.answers.map(change), additional: answer.additional.map(change) }
}

/** `answer auto`, `answer name FROM TO`, `answer value FROM TO`, any number of them. */
function answerRules(type: string, args: readonly string[]): { readonly auto: boolean; readonly changes: readonly Change[] } {
  if (args.length === 1) throw refuse(`invalid arguments for ${type} rule`)
  const changes: Change[] = []
  let auto = false
  for (let at = 0; at < args.length; ) {
    if (args[at] === 'answer') at += 1
    else if (at === 0) throw refuse(`exceeded the number of arguments for a non-answer rule argument for ${type} rule`)
    const kind = args[at]
    if (kind === undefined) throw refuse(`type missing for answer rule for ${type} rule`)
    const [from, to] = [args[at + 1], args[at + 2]]
    if (kind === 'auto') [auto, at] = [true, at + 1]
    else if (kind !== 'name' && kind !== 'value') throw refuse(`invalid type ${JSON.stringify(kind)} for answer rule for ${type} rule`)
    else if (from === undefined || to === undefined) throw refuse(`${kind} answer rule for ${type} rule: 2 arguments required`)
    else {
      const match = matchers.regex?.(from, whole(to))
      changes.push((answer) => (kind === 'name' ? onNames(answer, match) : onValues(answer, match)))
      at += 3
    }
  }
  return { auto, changes }
}

function filled(text: string, groups: RegExpExecArray): string {
  return groups.reduce((made, group, index) => made.replaceAll(`{${index}}`, group ?? ''), text)
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw refuse(`invalid regex pattern in a rewrite rule: ${text}`)
  }
}
