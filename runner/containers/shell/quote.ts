// Words as they would have to be typed again.

/** As `printf %q` and `set -x` of bash write it. */
export function quoteForBash(text: string): string {
  if (text === '') return "''"
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what cannot be shown is written as an escape
  if (/[\x00-\x1f\x7f]/.test(text)) return `$'${text.replace(/[\\']/g, '\\$&').replace(/[\x00-\x1f\x7f]/g, escaped)}'`
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** As `printf %q` of bash writes it: with backslashes. */
export function backslashed(text: string): string {
  if (text === '') return "''"
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what cannot be shown is written as an escape
  if (/[\x00-\x1f\x7f-\xff]/.test(text)) return `$'${text.replace(/[\\']/g, '\\$&').replace(/[\x00-\x1f\x7f-\xff]/g, escaped)}'`
  return text.replace(/[^\w@%+=:./-]/g, '\\$&').replace(/^~/, '\\~')
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\x1b': '\\E', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\v': '\\v' }

function escaped(char: string): string {
  return escapes[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`
}

/** In single quotes, as `export -p` and `set` of ash and dash write it. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`
}

/** Quoted where it must be, as `set -x` of ash writes it. */
export function quoteForAsh(text: string): string {
  // Signs below `+`, from `;` to `?`, above `z`, and those that mean something to a shell.
  return /[^+-:@-Z\]^_a-z]/.test(text) ? singleQuoted(text) : text
}
