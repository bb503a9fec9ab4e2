// -o jsonc and yamlc: the colours of Pygments' terminal formatter.

const reset = '\u001b[39;49;00m'
const key = '\u001b[94m'
const string = '\u001b[33m'
const constant = '\u001b[34m'
const blank = '\u001b[37m'

function paint(color: string, text: string): string {
  return text.replaceAll(/[^\n]*\n|[^\n]+/g, (line) => (line.endsWith('\n') ? `${color}${line.slice(0, -1)}${reset}\n` : `${color}${line}${reset}`))
}

/** JSON text in colours. */
export function colorJson(text: string): string {
  return text.replaceAll(
    /("(?:\\.|[^"\\])*")(\s*:)?|(true|false|null|-?\d[\d.eE+-]*)|(\s+)/g,
    (_, quoted?: string, colon?: string, literal?: string, space?: string) => {
      if (quoted !== undefined) return colon === undefined ? paint(string, quoted) : `${paint(key, quoted)}${colon}`
      return literal !== undefined ? paint(constant, literal) : paint(blank, space ?? '')
    },
  )
}

/** YAML text in colours. */
export function colorYaml(text: string): string {
  return text.replaceAll(
    /^( *)((?:- +)*)([^\s'"[{][^\n:]*(?=:(?: |$)))?(:)?( ?)([^\n]*)(\n)/gm,
    (_, indent: string, dashes: string, name?: string, colon = '', space = '', rest = '', end = '\n') => {
      const lead = indent === '' ? '' : paint(blank, indent)
      const bullets = dashes.replaceAll(/(-)( +)/g, (_match, dash: string, gap: string) => `${dash}${paint(blank, gap)}`)
      const label = name === undefined ? '' : paint(key, name)
      const gap = space === '' ? '' : paint(blank, space)
      const value = /^['"]/.test(rest) ? paint(string, rest) : rest
      return `${lead}${bullets}${label}${colon}${gap}${value}${paint(blank, end)}`
    },
  )
}
