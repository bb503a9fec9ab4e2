// sed, as far as scripts in containers use it.
import { resolve } from '../files.ts'
import { fail, type Program } from '../process.ts'
import { awk } from './awk.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'

interface Edit {
  readonly from?: Address
  readonly to?: Address
  readonly negated: boolean
  readonly verb: string
  readonly pattern?: RegExp
  readonly text: string
  readonly flags: string
}

type Address = number | '$' | RegExp

const sed: Program = async (words, process) => {
  const options = readOptions(words, ['e', 'f', 'expression'])
  const scripts = options.all('e', 'expression')
  const [script, paths] = scripts.length > 0 ? [scripts.join('\n'), options.rest] : [options.rest[0] ?? '', options.rest.slice(1)]
  const edits = readEdits(script, options.has('E', 'r'))
  if (typeof edits === 'string') return fail(process, `sed: ${edits}`)
  const { parts, code } = await inputs('sed', paths, process)
  for (const { path, content } of parts) {
    const result = edited(content, edits, options.has('n'))
    if (options.has('i')) process.files.write(resolve(process.cwd, path), result)
    else process.out(result)
  }
  return code
}

function readEdits(script: string, extended: boolean): readonly Edit[] | string {
  const edits: Edit[] = []
  let rest = script
  const expression = (source: string, flags = ''): RegExp =>
    new RegExp(extended ? source : source.replace(/\\([|+?(){}])|([|+?(){}])/g, (_, escaped, plain) => escaped ?? `\\${plain}`), flags)
  const address = (): Address | undefined => {
    const match = rest.match(/^(\d+)|^(\$)|^\/((?:\\.|[^/\\])*)\//)
    if (!match) return undefined
    rest = rest.slice(match[0].length)
    if (match[1]) return Number(match[1])
    return match[2] ? '$' : expression((match[3] ?? '').replaceAll('\\/', '/'))
  }
  for (rest = rest.replace(/^[\s;]+/, ''); rest !== ''; rest = rest.replace(/^[\s;}]+/, '')) {
    const from = address()
    if (from !== undefined && rest.startsWith(',')) rest = rest.slice(1)
    const to = from === undefined ? undefined : address()
    const negated = rest.startsWith('!')
    if (negated) rest = rest.slice(1)
    const verb = rest[0] ?? ''
    rest = rest.slice(1)
    const where = { ...(from !== undefined && { from }), ...(to !== undefined && { to }), negated, verb }
    if (verb === 's' || verb === 'y') {
      const sign = rest[0] ?? '/'
      const match = rest.match(new RegExp(`^\\${sign}((?:\\\\.|[^\\${sign}\\\\])*)\\${sign}((?:\\\\.|[^\\${sign}\\\\])*)\\${sign}([gpiI0-9]*)`, 's'))
      if (!match) return `unterminated \`${verb}' command`
      rest = rest.slice(match[0].length)
      const flags = match[3] ?? ''
      const source = (match[1] ?? '').replaceAll(`\\${sign}`, sign)
      edits.push({
        ...where,
        pattern: expression(source, `${flags.includes('g') ? 'g' : ''}${/i/i.test(flags) ? 'i' : ''}`),
        text: (match[2] ?? '').replaceAll(`\\${sign}`, sign),
        flags,
      })
    } else if (/[aic]/.test(verb)) {
      const end = rest.indexOf('\n')
      const line = end < 0 ? rest : rest.slice(0, end)
      rest = end < 0 ? '' : rest.slice(end)
      edits.push({ ...where, text: line.replace(/^\\?\s*/, ''), flags: '' })
    } else if (/[pdqn=]/.test(verb)) edits.push({ ...where, text: '', flags: '' })
    else return `unsupported command ${verb}`
  }
  return edits
}

function edited(content: string, edits: readonly Edit[], silent: boolean): string {
  const lines = content.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const open = new Set<Edit>()
  let out = ''
  for (const [index, original] of lines.entries()) {
    let line: string | undefined = original
    let after = ''
    let stop = false
    for (const edit of edits) {
      if (line === undefined || !applies(edit, { line, index, last: index === lines.length - 1, open })) continue
      if (edit.verb === 's' && edit.pattern) {
        const before: string = line
        line = before.replace(edit.pattern, (...found: unknown[]) => replacement(edit.text, found))
        if (edit.flags.includes('p') && before !== line) out += `${line}\n`
      } else if (edit.verb === 'd') line = undefined
      else if (edit.verb === 'p') out += `${line}\n`
      else if (edit.verb === 'q') stop = true
      else if (edit.verb === '=') out += `${index + 1}\n`
      else if (edit.verb === 'a') after += `${edit.text}\n`
      else if (edit.verb === 'i') out += `${edit.text}\n`
      else if (edit.verb === 'c') line = edit.text
    }
    if (line !== undefined && !silent) out += `${line}\n`
    out += after
    if (stop) break
  }
  return out
}

function replacement(text: string, found: readonly unknown[]): string {
  return text.replace(/\\(.)|&/gs, (whole, char: string | undefined) => {
    if (whole === '&') return String(found[0])
    if (char !== undefined && /\d/.test(char)) return String(found[Number(char)] ?? '')
    return char === 'n' ? '\n' : char === 't' ? '\t' : (char ?? '')
  })
}

function applies(edit: Edit, at: { readonly line: string; readonly index: number; readonly last: boolean; readonly open: Set<Edit> }): boolean {
  const hits = (address: Address): boolean => (address === '$' ? at.last : typeof address === 'number' ? address === at.index + 1 : address.test(at.line))
  if (edit.from === undefined) return true
  if (edit.to === undefined) return hits(edit.from) !== edit.negated
  const inside = at.open.has(edit)
  if (!inside && !hits(edit.from)) return edit.negated
  if (inside ? hits(edit.to) : typeof edit.to === 'number' && edit.to <= at.index + 1) at.open.delete(edit)
  else at.open.add(edit)
  return !edit.negated
}

/** Editors of streams by name. */
export const editPrograms: Readonly<Record<string, Program>> = { sed, awk }
