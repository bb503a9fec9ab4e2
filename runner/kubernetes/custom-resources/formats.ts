// The string formats that custom resources are checked for (kube-openapi `pkg/validation/strfmt`); unknown ones are not checked.
import { parseAddress, parseCidr } from '../kinds/validation/addresses.ts'

type Check = (value: string) => boolean

const matching =
  (pattern: RegExp): Check =>
  (value) =>
    pattern.test(value)
const hex = '[0-9a-f]'
const uuid = (version: string, variant: string): Check =>
  matching(new RegExp(`^${hex}{8}-?${hex}{4}-?${version}${hex}{3}-?${variant}${hex}{3}-?${hex}{12}$`, 'i'))
const byte = '(0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])'
const shortName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const hostname =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.))+([a-zA-Z\p{L}]){2,63})$/u
const card =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/
const duration = /^[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))*$/
const spokenUnit = /^(ns|us|µs|ms|s|m|h|hr|d|w|wk|nano.*|micro.*|milli.*|sec.*|min.*|hour.*|day.*|week.*)$/i

const checks: Readonly<Record<string, Check>> = {
  datetime: isDateTime,
  date: isDate,
  duration: isDuration,
  ipv4: (value) => parseAddress(value)?.family === 4,
  ipv6: (value) => value.includes(':') && parseAddress(value) !== undefined,
  cidr: (value) => parseCidr(value) !== undefined,
  mac: matching(
    /^([0-9a-f]{2}([:-][0-9a-f]{2}){5}(([:-][0-9a-f]{2}){2}(([:-][0-9a-f]{2}){12})?)?|[0-9a-f]{4}(\.[0-9a-f]{4}){2}(\.[0-9a-f]{4}((\.[0-9a-f]{4}){6})?)?)$/i,
  ),
  uri: matching(/^([a-z][a-z0-9+.-]*:(?!\/\/)\S+|[a-z][a-z0-9+.-]*:\/\/[^\s/]*(\/.*)?|\/.*|\*)$/i),
  email: matching(/^([^<>@]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/),
  hostname: (value) => hostname.test(value) && value.length <= 255 && value.split('.').every((label) => label.length <= 63),
  uuid: uuid(hex, hex),
  uuid3: uuid('3', hex),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  hexcolor: matching(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: matching(new RegExp(`^rgb\\(\\s*${byte}\\s*,\\s*${byte}\\s*,\\s*${byte}\\s*\\)$`)),
  isbn: (value) => isIsbn10(value) || isIsbn13(value),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: (value) => card.test(value.replace(/\D/g, '')) && isCardNumber(value.replace(/\D/g, '')),
  ssn: (value) => value.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(value),
  password: () => true,
  k8sshortname: (value) => value.length <= 63 && shortName.test(value),
  k8slongname: (value) => value.length <= 253 && value.split('.').every((part) => shortName.test(part)),
}

/** Formats that are known without being checked. */
const known = new Set([...Object.keys(checks), 'bsonobjectid'])

/** True for a format that the server knows; dashes in its name do not count. */
export function isKnownFormat(format: string): boolean {
  return known.has(format.replaceAll('-', ''))
}

/** True if the value has the format, or nobody checks that format. */
export function isFormat(format: string, value: string): boolean {
  return checks[format.replaceAll('-', '')]?.(value) ?? true
}

function isDate(value: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(value) : Number.NaN
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

function isDateTime(value: string): boolean {
  const [date = '', time = ''] = value.toLowerCase().split('t')
  const [, hours = '', minutes = '', seconds = ''] = /^(\d\d):(\d\d):(\d\d)(.\d+)?(z|([+-]\d\d:\d\d))$/.exec(time) ?? []
  return isDate(date) && hours !== '' && hours <= '23' && minutes <= '59' && seconds <= '59'
}

/** As Go parses durations, or spoken ones of which a part is enough: `5 seconds and more`. */
function isDuration(value: string): boolean {
  if (value === '0' || duration.test(value)) return true
  return [...value.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => spokenUnit.test(unit))
}

function isIsbn10(value: string): boolean {
  const digits = value.replace(/[\s-]+/g, '')
  if (!/^(?:\d{9}X|\d{10})$/.test(digits)) return false
  const sum = [...digits].reduce((total, digit, index) => total + (index + 1) * (digit === 'X' ? 10 : Number(digit)), 0)
  return sum % 11 === 0
}

function isIsbn13(value: string): boolean {
  const digits = value.replace(/[\s-]+/g, '')
  if (!/^\d{13}$/.test(digits)) return false
  const sum = [...digits.slice(0, 12)].reduce((total, digit, index) => total + (index % 2 === 0 ? 1 : 3) * Number(digit), 0)
  return Number(digits[12]) === (10 - (sum % 10)) % 10
}

function isCardNumber(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (doubled >= 10 ? (doubled % 10) + 1 : doubled)
  }, 0)
  return sum % 10 === 0
}
