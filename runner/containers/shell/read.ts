// The builtin `read`: a line, cut at the separators of IFS.
import type { Builtin } from './core.ts'

/** Puts the fields of a line into variables; the last one takes all that is left, as it stands. */
export const read: Builtin = async (words, { scope, process }, { stdin, out }) => {
  const names: string[] = []
  let raw = false
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (/^-\w*[ptnd]$/.test(word)) {
      if (word.endsWith('p')) out(words[index + 1] ?? '')
      index += 1
    } else if (!word.startsWith('-')) names.push(word)
    if (/^-\w*r/.test(word)) raw = true
  }
  const line = await process.halt.unless(stdin.readLine())
  const text = line ?? ''
  const found = names.length === 0 ? [text] : fieldsOf(text, names.length, scope.variables.get('IFS') ?? ' \t\n')
  for (const [index, name] of (names.length === 0 ? ['REPLY'] : names).entries()) {
    const field = found[index] ?? ''
    scope.set(name, raw ? field : field.replace(/\\(.)/g, '$1'))
  }
  return line === undefined ? 1 : 0
}

/** At most so many fields. White space among the separators counts once, and not at the ends. */
function fieldsOf(line: string, count: number, separators: string): readonly string[] {
  const isBlank = (letter: string | undefined): boolean => letter !== undefined && ' \t\n'.includes(letter) && separators.includes(letter)
  const skip = (from: number): number => {
    let at = from
    while (isBlank(line[at])) at += 1
    return at
  }
  const fields: string[] = []
  let at = skip(0)
  while (fields.length < count - 1 && at < line.length) {
    const start = at
    while (at < line.length && !separators.includes(line[at] ?? '')) at += 1
    fields.push(line.slice(start, at))
    at = skip(at)
    if (at < line.length && separators.includes(line[at] ?? '') && !isBlank(line[at])) at = skip(at + 1)
  }
  let end = line.length
  while (end > at && isBlank(line[end - 1])) end -= 1
  return [...fields, line.slice(at, end)]
}
