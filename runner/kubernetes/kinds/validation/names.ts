// Syntax of names, labels, ports, keys (apimachinery `pkg/util/validation`, `pkg/api/validate/content`): each rule gives the
// messages of what is wrong, none if all is well.

/** Expressions made of the patterns below; a cache. */
const compiled = new Map<string, RegExp>()

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const subdomain1123 = `${label1123}(\\.${label1123})*`
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

/** A rule on a text. */
export type Syntax = (value: string) => readonly string[]

interface Pattern {
  readonly pattern: string
  readonly says: string
  readonly examples: readonly string[]
  readonly limit?: number
}

const dns1123Label: Pattern = {
  pattern: label1123,
  says: "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
  limit: 63,
}

const dns1123Subdomain: Pattern = {
  pattern: subdomain1123,
  says: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  limit: 253,
}

const relaxedSubdomain: Pattern = {
  pattern: '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*',
  says: "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
  limit: 253,
}

const dns1035Label: Pattern = {
  pattern: label1035,
  says: "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
  limit: 63,
}

const wildcardSubdomain: Pattern = {
  pattern: `\\*\\.${subdomain1123}`,
  says: "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  examples: ['*.example.com'],
  limit: 253,
}

const labelKey: Pattern = {
  pattern: qualified,
  says: "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyName', 'my.name', '123-abc'],
}

const labelValue: Pattern = {
  pattern: `(${qualified})?`,
  says: "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
}

const configKey: Pattern = {
  pattern: '[-._a-zA-Z0-9]+',
  says: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  examples: ['key.name', 'KEY_NAME', 'key-name'],
  limit: 253,
}

const percent: Pattern = { pattern: '[0-9]+%', says: "a valid percent string must be a numeric string followed by an ending '%'", examples: ['1%', '93%'] }

/** RFC 1123 label. */
export const isDns1123Label: Syntax = (value) => {
  const problems = match(dns1123Label, value)
  const dotted = problems.length > 0 && value.includes('.') && whole(dns1123Subdomain.pattern).test(value)
  return dotted ? [...match(dns1123Label, value.replaceAll('.', 'x')), 'must not contain dots'] : problems
}

/** RFC 1123 subdomain. */
export const isDns1123Subdomain: Syntax = (value) => match(dns1123Subdomain, value)

/** RFC 1123 subdomain that may have underscores, as paths of searches have. */
export const isRelaxedSubdomain: Syntax = (value) => match(relaxedSubdomain, value)

/** RFC 1035 label, as names of Services are. */
export const isDns1035Label: Syntax = (value) => match(dns1035Label, value)

/** `*.` and a subdomain. */
export const isWildcardSubdomain: Syntax = (value) => match(wildcardSubdomain, value)

/** `25%`. */
export const isPercent: Syntax = (value) => match(percent, value)

/** Key of a label, annotation, taint, condition: a name with an optional prefix. */
export const isQualifiedName: Syntax = (value) => {
  const parts = value.split('/')
  if (parts.length > 2) return [`a valid label key ${describe(labelKey)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? (parts[0] ?? '') : undefined
  const problems =
    prefix === undefined ? [] : prefix === '' ? ['prefix part must be non-empty'] : isDns1123Subdomain(prefix).map((message) => `prefix part ${message}`)
  if (name === '') problems.push('name part must be non-empty')
  else if (name.length > 63) problems.push('name part must be no more than 63 bytes')
  if (!whole(qualified).test(name)) problems.push(`name part ${describe(labelKey)}`)
  return problems
}

/** Value of a label. */
export const isLabelValue: Syntax = (value) => {
  const problems = match(labelValue, value)
  return value.length > 63 ? ['must be no more than 63 bytes', ...problems] : problems
}

/** Key of a ConfigMap or Secret. */
export const isConfigMapKey: Syntax = (value) => {
  const problems = [...match(configKey, value)]
  if (value === '.') problems.push("must not be '.'")
  if (value === '..') problems.push("must not be '..'")
  else if (value.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

/** Name of an environment variable, in the relaxed form that is the default. */
export const isEnvironmentVariable: Syntax = (value) => {
  if (value === '') return ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
  return /^[\x20-\x3c\x3e-\x7e]+$/.test(value) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

/** Name of a port (an IANA service name). */
export const isPortName: Syntax = (value) => {
  const problems: string[] = []
  if (value.length > 15) problems.push('must be no more than 15 characters')
  if (!/^[-a-z0-9]+$/.test(value)) problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)')
  if (value.includes('--')) problems.push('must not contain consecutive hyphens')
  if (value !== '' && (value.startsWith('-') || value.endsWith('-'))) problems.push('must not begin or end with a hyphen')
  return problems
}

/** Number of a port. */
export function isPortNumber(value: number): readonly string[] {
  return inRange(value, 1, 65535)
}

/** A number between two others. */
export function inRange(value: number, low: number, high: number): readonly string[] {
  return value >= low && value <= high ? [] : [`must be between ${low} and ${high}, inclusive`]
}

/** A part of a URL path, as names of RBAC objects are. */
export function isPathSegment(name: string, prefix = false): readonly string[] {
  if (!prefix && (name === '.' || name === '..')) return [`may not be '${name}'`]
  return ['/', '%'].filter((letter) => name.includes(letter)).map((letter) => `may not contain '${letter}'`)
}

/** A rule of names as `KindRules.validateName`: of a prefix the trailing dash does not count. */
export function nameRule(syntax: Syntax): (name: string, prefix: boolean) => readonly string[] {
  return (name, prefix) => syntax(prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name)
}

function match(rule: Pattern, value: string): string[] {
  const problems: string[] = []
  if (rule.limit !== undefined && value.length > rule.limit) problems.push(`must be no more than ${rule.limit} characters`)
  if (!whole(rule.pattern).test(value)) problems.push(describe(rule))
  return problems
}

function whole(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  const expression = new RegExp(`^(?:${pattern})$`)
  compiled.set(pattern, expression)
  return expression
}

function describe(rule: Pattern): string {
  return `${rule.says} (e.g. ${rule.examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${rule.pattern}')`
}
