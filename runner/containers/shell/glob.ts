// Patterns: file names, `case`, and parts of variables.
import { characterClasses } from '../character-classes.ts'
import { type Files, join, resolve } from '../files.ts'

/** A pattern as a regular expression's source; characters after a backslash stand for themselves. */
export function patternSource(pattern: string, greedy = true): string {
  const many = greedy ? '.*' : '.*?'
  return pattern.replace(
    /([@?*+!])\(([^()]*)\)|\\(.)|\[([!^]?)(\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]|([*?])|([.+^${}()|/\\[\]-])/gs,
    (_, group, inside, escaped, not, set, sign, special) => {
      if (group !== undefined) return groupSource(group, inside, greedy)
      if (escaped !== undefined) return escapeText(escaped)
      if (set !== undefined) return set === '' ? escapeText(`[${not}]`) : `[${not === '' ? '' : '^'}${bracketSource(set)}]`
      if (sign !== undefined) return sign === '*' ? many : '.'
      return `\\${special}`
    },
  )
}

const groups: Readonly<Record<string, string>> = { '@': '', '?': '?', '*': '*', '+': '+' }

/** `@(a|b)` and its likes, as bash has them. */
function groupSource(sign: string, inside: string, greedy: boolean): string {
  const source = `(?:${inside
    .split('|')
    .map((part) => patternSource(part, greedy))
    .join('|')})`
  return sign === '!' ? `(?!${source}$).*` : `${source}${groups[sign] ?? ''}`
}

/** What stands between brackets: classes by name, and characters that a regular expression would take for its own. */
function bracketSource(set: string): string {
  return set.replace(/\[:(\w+):\]|\\(.)|([\][\\^])/gs, (whole, name?: string, escaped?: string) => {
    if (name !== undefined) return characterClasses[name] ?? whole
    return escapeText(escaped ?? whole)
  })
}

/** True if the whole text fits the pattern. */
export function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(`^${patternSource(pattern)}$`, 's').test(text)
  } catch {
    return text === pattern
  }
}

/** A text as a pattern that fits only itself. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&')
}

/** A text as a regular expression that fits only itself. */
export function escapeText(text: string): string {
  return text.replace(/[.+*?^${}()|[\]\\/-]/g, '\\$&')
}

/** File names that fit a pattern, sorted; none if no file does. */
export function fileNames(pattern: string, files: Files, cwd: string): readonly string[] {
  const absolute = pattern.startsWith('/')
  let found: string[] = [absolute ? '/' : '']
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    const special = /[*?[]/.test(part.replace(/\\./g, ''))
    found = found.flatMap((prefix) => {
      const folder = resolve(cwd, prefix === '' ? '.' : prefix)
      const at = (name: string): string => (prefix === '' ? name : join(prefix, name))
      const plain = part.replace(/\\(.)/g, '$1')
      if (!special) return files.entry(resolve(folder, plain)) ? [at(plain)] : []
      if (!files.isFolder(folder)) return []
      return files
        .list(folder)
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matches(name, part))
        .map(at)
    })
  }
  return found.filter((name) => name !== '')
}
