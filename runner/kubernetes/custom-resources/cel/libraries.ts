// Kubernetes' own types in CEL (apiserver `pkg/cel/library`): quantities, addresses, ranges, URLs, and sets as lists.

import type { Environment } from '@marcbachmann/cel-js'
import { succeeds } from '../../../base/succeeds.ts'
import { type Address, type Cidr, contains, formatAddress, parseAddress, parseCidr } from '../../kinds/validation/addresses.ts'
import { addQuantities, compareQuantities, parseQuantity, type Quantity, quantityValue, subtractQuantities } from '../../quantity.ts'

type Handler = (...values: never[]) => unknown

class QuantityValue {
  readonly amount: Quantity
  readonly text: string
  constructor(amount: Quantity, text = '') {
    this.amount = amount
    this.text = text
  }
}

class IpValue {
  readonly address: Address
  constructor(address: Address) {
    this.address = address
  }
}

class CidrValue {
  readonly range: Cidr
  constructor(range: Cidr) {
    this.range = range
  }
}

/** A URL in its parts, as they are written. */
class UrlValue {
  readonly text: string
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string
  constructor(text: string) {
    const [, scheme = '', , authority = '', path = '', , query = ''] = urlParts.exec(text) ?? []
    this.text = text
    this.scheme = scheme.toLowerCase()
    this.host = authority.replace(/^.*@/, '')
    this.path = path
    this.query = query
  }
}

const urlParts = /^(?:([a-zA-Z][\w+.-]*):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?/

class IPNamespace {}

class SetsNamespace {}

class JSONPatchNamespace {}

const quantities: Readonly<Record<string, Handler>> = {
  'quantity(string): Quantity': (text: string) => new QuantityValue(parseQuantity(text), text),
  'isQuantity(string): bool': (text: string) => succeeds(() => parseQuantity(text)),
  'sign(Quantity): int': ({ amount }: QuantityValue) => (amount.nanos < 0n ? -1n : amount.nanos > 0n ? 1n : 0n),
  'Quantity.isInteger(): bool': isInteger,
  'Quantity.asInteger(): int': (value: QuantityValue) => {
    if (!isInteger(value)) throw new Error('cannot convert value to integer')
    return quantityValue(value.amount)
  },
  'Quantity.asApproximateFloat(): double': ({ amount }: QuantityValue) => Number(amount.nanos) / 1e9,
  'Quantity.compareTo(Quantity): int': (left: QuantityValue, right: QuantityValue) => BigInt(compareQuantities(left.amount, right.amount)),
  'Quantity.isLessThan(Quantity): bool': (left: QuantityValue, right: QuantityValue) => compareQuantities(left.amount, right.amount) < 0,
  'Quantity.isGreaterThan(Quantity): bool': (left: QuantityValue, right: QuantityValue) => compareQuantities(left.amount, right.amount) > 0,
  'Quantity.add(Quantity): Quantity': (left: QuantityValue, right: QuantityValue) => new QuantityValue(addQuantities(left.amount, right.amount)),
  'Quantity.sub(Quantity): Quantity': (left: QuantityValue, right: QuantityValue) => new QuantityValue(subtractQuantities(left.amount, right.amount)),
  'Quantity.add(int): Quantity': (left: QuantityValue, right: bigint) => new QuantityValue(addQuantities(left.amount, parseQuantity(String(right)))),
  'Quantity.sub(int): Quantity': (left: QuantityValue, right: bigint) => new QuantityValue(subtractQuantities(left.amount, parseQuantity(String(right)))),
}

const addresses: Readonly<Record<string, Handler>> = {
  'ip(string): IP': (text: string) => new IpValue(addressOf(text)),
  'IPNamespace.isCanonical(string): bool': (_ip: IPNamespace, text: string) => {
    addressOf(text)
    return text === canonicalAddress(text)
  },
  'string(IP): string': ({ address }: IpValue) => formatAddress(address),
  'isIP(string): bool': (text: string) => parseAddress(text) !== undefined,
  'IP.family(): int': ({ address }: IpValue) => BigInt(address.family),
  'IP.isUnspecified(): bool': ({ address }: IpValue) => address.value === 0n,
  'IP.isLoopback(): bool': ({ address }: IpValue) => within(address, '127.0.0.0/8', '::1/128'),
  'IP.isLinkLocalUnicast(): bool': ({ address }: IpValue) => within(address, '169.254.0.0/16', 'fe80::/10'),
  'IP.isLinkLocalMulticast(): bool': ({ address }: IpValue) => within(address, '224.0.0.0/24', 'ff02::/16'),
  'IP.isGlobalUnicast(): bool': ({ address }: IpValue) =>
    address.value !== 0n && !within(address, '127.0.0.0/8', '::1/128', '169.254.0.0/16', 'fe80::/10', '224.0.0.0/4', 'ff00::/8'),
  'cidr(string): CIDR': (text: string) => new CidrValue(rangeOf(text)),
  'string(CIDR): string': ({ range }: CidrValue) => `${formatAddress({ family: range.family, value: range.address })}/${range.prefix}`,
  'isCIDR(string): bool': (text: string) => parseCidr(text) !== undefined,
  'CIDR.prefixLength(): int': ({ range }: CidrValue) => BigInt(range.prefix),
  'CIDR.ip(): IP': ({ range }: CidrValue) => new IpValue({ family: range.family, value: range.address }),
  'CIDR.masked(): CIDR': ({ range }: CidrValue) => new CidrValue({ ...range, address: range.first }),
  'CIDR.containsIP(IP): bool': ({ range }: CidrValue, { address }: IpValue) => contains(range, address),
  'CIDR.containsIP(string): bool': ({ range }: CidrValue, text: string) => contains(range, needed(parseAddress(text), 'no such overload')),
  'CIDR.containsCIDR(CIDR): bool': (outer: CidrValue, inner: CidrValue) => covers(outer.range, inner.range),
  'CIDR.containsCIDR(string): bool': ({ range }: CidrValue, text: string) => covers(range, rangeOf(text)),
}

const urls: Readonly<Record<string, Handler>> = {
  'url(string): URL': (text: string) => parseUrl(text),
  'isURL(string): bool': (text: string) => succeeds(() => parseUrl(text)),
  'URL.getScheme(): string': ({ scheme }: UrlValue) => scheme,
  'URL.getHost(): string': ({ host }: UrlValue) => host,
  'URL.getHostname(): string': ({ host }: UrlValue) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1'),
  'URL.getPort(): string': ({ host }: UrlValue) => /:(\d*)$/.exec(host)?.[1] ?? '',
  'URL.getEscapedPath(): string': ({ path }: UrlValue) => encodeURI(path).replaceAll('%25', '%'),
  'URL.getQuery(): map': ({ query }: UrlValue) => {
    const read = new URLSearchParams(query)
    return Object.fromEntries([...read.keys()].map((key) => [key, read.getAll(key)]))
  },
}

const sets: Readonly<Record<string, Handler>> = {
  'SetsNamespace.contains(list, list): bool': (_sets: SetsNamespace, all: readonly unknown[], some: readonly unknown[]) =>
    some.every((item) => all.includes(item)),
  'SetsNamespace.intersects(list, list): bool': (_sets: SetsNamespace, left: readonly unknown[], right: readonly unknown[]) =>
    left.some((item) => right.includes(item)),
  'SetsNamespace.equivalent(list, list): bool': (_sets: SetsNamespace, left: readonly unknown[], right: readonly unknown[]) =>
    left.every((item) => right.includes(item)) && right.every((item) => left.includes(item)),
}

const patches: Readonly<Record<string, Handler>> = {
  'JSONPatchNamespace.escapeKey(string): string': (_patches: JSONPatchNamespace, key: string) => key.replace(/[/~]/g, (sign) => (sign === '/' ? '~1' : '~0')),
}

/** A part of a power of two is no integer for the server, even where it comes to one. */
function isInteger({ amount, text }: QuantityValue): boolean {
  return amount.nanos % 10n ** 9n === 0n && !/\.\d*[KMGTPE]i$/.test(text)
}

/** The short form of an address, as a URL writes it. */
function canonicalAddress(text: string): string {
  return text.includes(':') ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text
}

/** Makes the types and functions known to an environment. */
export function registerLibraries(environment: Environment): void {
  environment.registerType('Quantity', QuantityValue as never)
  environment.registerType('IP', IpValue as never)
  environment.registerType('CIDR', CidrValue as never)
  environment.registerType('URL', UrlValue as never)
  environment.registerType('SetsNamespace', SetsNamespace as never)
  environment.registerConstant('sets', 'SetsNamespace', new SetsNamespace() as never)
  environment.registerType('JSONPatchNamespace', JSONPatchNamespace as never)
  environment.registerConstant('jsonpatch', 'JSONPatchNamespace', new JSONPatchNamespace() as never)
  environment.registerType('IPNamespace', IPNamespace as never)
  environment.registerConstant('ip', 'IPNamespace', new IPNamespace() as never)
  environment.registerOperator('Quantity == Quantity', (left: QuantityValue, right: QuantityValue) => compareQuantities(left.amount, right.amount) === 0)
  environment.registerOperator(
    'IP == IP',
    (left: IpValue, right: IpValue) => left.address.family === right.address.family && left.address.value === right.address.value,
  )
  environment.registerOperator('CIDR == CIDR', (left: CidrValue, right: CidrValue) => isSameRange(left.range, right.range))
  environment.registerOperator('URL == URL', (left: UrlValue, right: UrlValue) => left.text === right.text)
  for (const library of [quantities, addresses, urls, sets, patches])
    for (const [signature, handler] of Object.entries(library)) environment.registerFunction(signature, handler as never)
}

function isSameRange(left: Cidr, right: Cidr): boolean {
  return left.family === right.family && left.prefix === right.prefix && left.address === right.address
}

function within(address: Address, ...ranges: readonly string[]): boolean {
  return ranges.some((text) => {
    const range = parseCidr(text)
    return range !== undefined && contains(range, address)
  })
}

function covers(outer: Cidr, inner: Cidr): boolean {
  return contains(outer, { family: inner.family, value: inner.first }) && inner.prefix >= outer.prefix
}

/** A URL with a scheme or from the root of its host (Go's `url.ParseRequestURI`). */
function parseUrl(text: string): UrlValue {
  const parse = 'URL parse error during conversion from string: parse'
  if (text === '') throw new Error(`${parse} "": empty url`)
  const [, scheme, , authority] = urlParts.exec(text) ?? []
  if (!text.startsWith('/') && scheme === undefined) throw new Error(`${parse} ${JSON.stringify(text)}: invalid URI for request`)
  const [strange] = /[ "<>\\^`{|}]/.exec(authority ?? '') ?? []
  if (strange !== undefined) throw new Error(`${parse} ${JSON.stringify(text)}: invalid character ${JSON.stringify(strange)} in host name`)
  const [port] = /:[^:\]]*$/.exec((authority ?? '').replace(/^.*@/, '')) ?? []
  if (port !== undefined && !/^:\d*$/.test(port)) throw new Error(`${parse} ${JSON.stringify(text)}: invalid port ${JSON.stringify(port)} after host`)
  return new UrlValue(text)
}

function addressOf(text: string): Address {
  if (/^[\da-f:.]+%.+$/i.test(text)) throw new Error(`IP address ${JSON.stringify(text)} with zone value is not allowed`)
  if (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(text)) throw new Error(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`)
  return needed(parseAddress(text), `IP Address ${JSON.stringify(text)} parse error during conversion from string: ${unread(text)}`)
}

function rangeOf(text: string): Cidr {
  const parse = 'network address parse error during conversion from string: '
  const [, address = '', digits = ''] = /^(.*)\/(\d+)$/.exec(text) ?? []
  const why = !text.includes('/') ? "no '/'" : digits === '' ? 'bad bits after slash' : parseAddress(address) ? 'prefix length out of range' : unread(address)
  return needed(parseCidr(text), `${parse}${parse}netip.ParsePrefix(${JSON.stringify(text)}): ${why}`)
}

function unread(address: string): string {
  return `ParseAddr(${JSON.stringify(address)}): ${/^\d+(\.\d+){1,2}$/.test(address) ? 'IPv4 address too short' : 'unable to parse IP'}`
}

function needed<value>(found: value | undefined, message: string): value {
  if (found === undefined) throw new Error(message)
  return found
}
