// Versions and the forms of names in rules (apiserver `pkg/cel/library/{semverlib,format}.go`).

import type { Environment } from '@marcbachmann/cel-js'
import { succeeds } from '../../../base/succeeds.ts'
import { isDns1035Label, isDns1123Label, isDns1123Subdomain, isLabelValue, isQualifiedName, nameRule, type Syntax } from '../../kinds/validation/names.ts'
import { isFormat } from '../formats.ts'
import { optional } from './list-functions.ts'

type Handler = (...values: never[]) => unknown

class FormatNamespace {}

class NamedFormat {
  readonly problems: Syntax
  constructor(problems: Syntax) {
    this.problems = problems
  }
}

class Semver {
  readonly parts: readonly (bigint | string)[]
  constructor(parts: readonly (bigint | string)[]) {
    this.parts = parts
  }
}

const ofString =
  (format: string, problem: string): Syntax =>
  (value) =>
    isFormat(format, value) ? [] : [problem]
const asPrefix =
  (syntax: Syntax): Syntax =>
  (value) =>
    nameRule(syntax)(value, true)

const formats: Readonly<Record<string, Syntax>> = {
  byte: ofString('byte', 'invalid base64'),
  date: ofString('date', 'invalid date'),
  datetime: ofString('date-time', 'invalid datetime'),
  dns1035Label: isDns1035Label,
  dns1035LabelPrefix: asPrefix(isDns1035Label),
  dns1123Label: isDns1123Label,
  dns1123LabelPrefix: asPrefix(isDns1123Label),
  dns1123Subdomain: isDns1123Subdomain,
  dns1123SubdomainPrefix: asPrefix(isDns1123Subdomain),
  labelValue: isLabelValue,
  qualifiedName: isQualifiedName,
  uri: ofString('uri', 'invalid URI'),
  uuid: ofString('uuid', 'does not match the UUID format'),
}

const versions: Readonly<Record<string, Handler>> = {
  'semver(string): Semver': (text: string) => readVersion(text, false),
  'semver(string, bool): Semver': readVersion,
  'isSemver(string): bool': (text: string) => succeeds(() => readVersion(text, false)),
  'isSemver(string, bool): bool': (text: string, loose: boolean) => succeeds(() => readVersion(text, loose)),
  'Semver.major(): int': ({ parts }: Semver) => parts[0],
  'Semver.minor(): int': ({ parts }: Semver) => parts[1],
  'Semver.patch(): int': ({ parts }: Semver) => parts[2],
  'Semver.compareTo(Semver): int': (left: Semver, right: Semver) => BigInt(compareVersions(left, right)),
  'Semver.isLessThan(Semver): bool': (left: Semver, right: Semver) => compareVersions(left, right) < 0,
  'Semver.isGreaterThan(Semver): bool': (left: Semver, right: Semver) => compareVersions(left, right) > 0,
}

/** Gives an environment the types and functions. */
export function registerNames(environment: Environment): void {
  environment.registerType('Semver', Semver as never)
  environment.registerType('NamedFormat', NamedFormat as never)
  environment.registerType('FormatNamespace', FormatNamespace as never)
  environment.registerConstant('format', 'FormatNamespace', new FormatNamespace() as never)
  const named = (name: string): unknown => optional(Object.hasOwn(formats, name) ? new NamedFormat(formats[name] ?? (() => [])) : undefined)
  const validate = ({ problems }: NamedFormat, text: string): unknown => {
    const found = problems(text)
    return optional(found.length === 0 ? undefined : found)
  }
  const all: Readonly<Record<string, Handler>> = {
    ...versions,
    ...Object.fromEntries(Object.entries(formats).map(([name, syntax]) => [`FormatNamespace.${name}(): NamedFormat`, () => new NamedFormat(syntax)] as const)),
    'FormatNamespace.named(string): dyn': (_format: FormatNamespace, name: string) => named(name),
    'NamedFormat.validate(string): dyn': validate,
  }
  for (const [signature, handler] of Object.entries(all)) environment.registerFunction(signature, handler as never)
  environment.registerOperator('Semver == Semver', (left: Semver, right: Semver) => compareVersions(left, right) === 0)
}

/** A version; a loose one may have a `v`, fewer parts and leading zeros. */
function readVersion(text: string, loose: boolean): Semver {
  const given = loose ? text.replace(/^v/, '') : text
  const [, numbers = '', before = ''] = /^(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(given) ?? []
  const parts = numbers.split('.')
  const problem = loose ? undefined : misread(text)
  if (problem !== undefined) throw new Error(problem)
  if (numbers === '' || (!loose && parts.length !== 3) || parts.length > 3) throw new Error('No Major.Minor.Patch elements found')
  if (!loose && parts.some((part) => /^0\d/.test(part))) throw new Error(`Major number must not contain leading zeroes ${JSON.stringify(parts[0])}`)
  return new Semver([0, 1, 2].map((index) => BigInt(parts[index] ?? '0') as bigint | string).concat(before === '' ? [] : before.split('.')))
}

/** What is wrong with the numbers of a version. */
function misread(text: string): string | undefined {
  if (text === '') return 'Version string empty'
  const parts = /^([^.]*)\.([^.]*)\.([^-+]*)/.exec(text)?.slice(1)
  if (parts === undefined) return 'No Major.Minor.Patch elements found'
  for (const [index, part] of parts.entries()) {
    const name = ['Major', 'Minor', 'Patch'][index] ?? ''
    if (!/^\d+$/.test(part)) return `Invalid character(s) found in ${name.toLowerCase()} number ${JSON.stringify(part)}`
    if (/^0\d/.test(part)) return `${name} number must not contain leading zeroes ${JSON.stringify(part)}`
  }
  return undefined
}

function compareVersions({ parts: left }: Semver, { parts: right }: Semver): number {
  for (const index of [0, 1, 2]) {
    const [a = 0n, b = 0n] = [left[index], right[index]]
    if (a !== b) return a < b ? -1 : 1
  }
  const [pre, other] = [left.slice(3), right.slice(3)]
  if (pre.length === 0 || other.length === 0) return Math.sign(other.length - pre.length)
  for (let index = 0; index < Math.max(pre.length, other.length); index += 1) {
    const order = compareParts(pre[index], other[index])
    if (order !== 0) return order
  }
  return 0
}

function compareParts(left: bigint | string | undefined, right: bigint | string | undefined): number {
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1
  const [isNumber, isOther] = [left, right].map((part) => /^\d+$/.test(String(part)))
  if (isNumber && isOther) return Math.sign(Number(left) - Number(right))
  if (isNumber || isOther) return isNumber ? -1 : 1
  return left < right ? -1 : left > right ? 1 : 0
}
