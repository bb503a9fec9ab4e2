// Reads the options of small programs.

/** Options as they were given: a flag is `''`, one with a value has the last one given. */
export interface Options {
  readonly has: (...names: readonly string[]) => boolean
  readonly value: (...names: readonly string[]) => string | undefined
  readonly all: (...names: readonly string[]) => readonly string[]
  readonly rest: readonly string[]
}

/** `valued` names options that take a value, as `n` or `max-time`. With `stopEarly` the first plain word ends them. */
export function readOptions(words: readonly string[], valued: readonly string[], stopEarly = false): Options {
  const found: [name: string, value: string][] = []
  const rest: string[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    if (word === '--') {
      rest.push(...words.slice(index + 1))
      break
    }
    if (word.startsWith('--')) {
      const [name = '', ...value] = word.slice(2).split('=')
      if (value.length > 0 || !valued.includes(name)) found.push([name, value.join('=')])
      else {
        index += 1
        found.push([name, words[index] ?? ''])
      }
    } else if (/^-./.test(word)) index += short(word.slice(1), words[index + 1] ?? '', { found, valued })
    else if (stopEarly) {
      rest.push(...words.slice(index))
      break
    } else rest.push(word)
  }
  const all = (...names: readonly string[]): readonly string[] => found.filter(([name]) => names.includes(name)).map(([, value]) => value)
  return { has: (...names) => all(...names).length > 0, value: (...names) => all(...names).at(-1), all, rest }
}

/** Letters after one dash; gives how many further words were taken. */
function short(letters: string, next: string, to: { readonly found: [string, string][]; readonly valued: readonly string[] }): number {
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? ''
    if (!to.valued.includes(letter)) {
      to.found.push([letter, ''])
      continue
    }
    const value = letters.slice(at + 1)
    to.found.push([letter, value === '' ? next : value])
    return value === '' ? 1 : 0
  }
  return 0
}
