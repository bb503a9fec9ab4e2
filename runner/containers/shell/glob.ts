// Patterns: file names, `case`, and parts of variables.
import { type Files, join, resolve } from '../files.ts'

/** A pattern as a regular expression's source; characters after a backslash stand for themselves. */
export function patternSource(pattern: string, greedy = true): string {
  const many = greedy ? '.*' : '.*?'
  return pattern.replace(/\\(.)|(\[[!^]?\]?[^\]]*\])|([*?])|([.+^${}()|/\\[\]-])/gs, (_, escaped, set, sign, special) => {
    if (escaped !== undefined) return escapeText(escaped)
    if (set !== undefined) return set.replace(/^\[!/, '[^').replaceAll('[:digit:]', '0-9').replaceAll('[:alpha:]', 'A-Za-z').replaceAll('[:space:]', '\\s')
    if (sign !== undefined) return sign === '*' ? many : '.'
    return `\\${special}`
  })
}

/** True if the whole text fits the pattern. */
export function matches(text: string, pattern: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`, 's').test(text)
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
