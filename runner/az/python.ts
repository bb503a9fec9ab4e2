// Values as Python prints them, where az prints Python's own words.

/** str(value) of a JSON value. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'object') return pythonRepr(value)
  return String(value)
}

/** repr(value) of a JSON value. */
export function pythonRepr(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, part]) => `${quoted(key)}: ${pythonRepr(part)}`)
      .join(', ')}}`
  }
  return pythonText(value)
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  return escaped.includes("'") && !escaped.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`
}

/** json.dumps(value): with blanks after commas and colons, keys as they come, non-ASCII escaped unless told otherwise. */
export function pythonJson(value: unknown, options: { readonly ascii?: boolean } = {}): string {
  if (Array.isArray(value)) return `[${value.map((part) => pythonJson(part, options)).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, part]) => part !== undefined)
    return `{${members.map(([key, part]) => `${jsonString(key, options)}: ${pythonJson(part, options)}`).join(', ')}}`
  }
  return typeof value === 'string' ? jsonString(value, options) : (JSON.stringify(value) ?? 'null')
}

function jsonString(text: string, options: { readonly ascii?: boolean }): string {
  const json = JSON.stringify(text)
  if (options.ascii === false) return json
  return json.replaceAll(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Keys in Python's order of strings: by code point. */
export function sortedKeys(value: object): readonly string[] {
  return Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
