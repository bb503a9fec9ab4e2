// IP addresses and ranges in messages and checks (`pkg/util/validation/ip.go`), IPv4 and IPv6, without a library.
import { type Findings, invalid } from './findings.ts'

/** An address as a number and its family. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** A range: the address as written, its first address, and the length of its prefix. */
export interface Cidr {
  readonly family: 4 | 6
  readonly address: bigint
  readonly first: bigint
  readonly prefix: number
}

/** Parses an address, or undefined. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseIpv6(text) : parseIpv4(text)
  return value === undefined ? undefined : { family: text.includes(':') ? 6 : 4, value }
}

/** Parses `10.0.0.0/16`, or undefined. */
export function parseCidr(text: string): Cidr | undefined {
  const [host = '', length = '', ...rest] = text.split('/')
  const address = parseAddress(host)
  if (address === undefined || rest.length > 0 || !/^\d+$/.test(length)) return undefined
  const bits = address.family === 4 ? 32 : 128
  const prefix = Number(length)
  if (prefix > bits) return undefined
  const shift = BigInt(bits - prefix)
  return { family: address.family, address: address.value, first: (address.value >> shift) << shift, prefix }
}

/** True if the address lies in the range. */
export function contains(range: Cidr, address: Address): boolean {
  const shift = BigInt((range.family === 4 ? 32 : 128) - range.prefix)
  return range.family === address.family && address.value >> shift === range.first >> shift
}

/** Text of an IPv4 address. */
export function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
}

/** True for an IPv4 address in the form of IPv6: `::ffff:1.2.3.4`. */
export function isMapped({ family, value }: Address): boolean {
  return family === 6 && value >> 32n === 0xffffn
}

/** The canonical text of an address (RFC 5952); a mapped IPv4 address is printed as IPv4. */
export function formatAddress(address: Address): string {
  const { family, value } = address
  if (family === 4 || isMapped(address)) return formatIpv4(value & 0xffffffffn)
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 65535n).toString(16)).join(':')
  const zeros = [...groups.matchAll(/\b0(:0)+\b/g)].reduce((longest, [run]) => (run.length > longest.length ? run : longest), '')
  if (zeros === '') return groups
  const start = groups.search(new RegExp(`\\b${zeros}\\b`))
  return `${groups.slice(0, start).replace(/:$/, '')}::${groups.slice(start + zeros.length).replace(/^:/, '')}`
}

/** The canonical text of a range: its first address and the length of its prefix. */
export function formatCidr({ family, first, prefix }: Cidr): string {
  const mapped = isMapped({ family, value: first })
  return `${formatAddress({ family, value: first })}/${mapped ? prefix - 96 : prefix}`
}

/** A field that must be an address. */
export function* ipAddress(field: string, value: string): Findings {
  if (parseAddress(value) === undefined) yield invalid(field, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
}

/** A field that must be an address in canonical form (`IsValidIP`). */
export function* canonicalAddress(field: string, value: string): Findings {
  const address = parseAddress(value)
  if (address === undefined) return yield* ipAddress(field, value)
  const canonical = formatAddress(address)
  const zeros = hasLeadingZeros(value)
  if (zeros) yield invalid(field, value, 'must not have leading 0s')
  if (isMapped(address) && !zeros) yield invalid(field, value, 'must not be an IPv4-mapped IPv6 address')
  if (!zeros && !isMapped(address) && value !== canonical) yield invalid(field, value, `must be in canonical form (${JSON.stringify(canonical)})`)
}

/** True for an IPv4 address, alone or at the end of an IPv6 one, with a zero before another digit. */
export function hasLeadingZeros(value: string): boolean {
  const dotted = /[\d.]+\.\d+/.exec(value)?.[0] ?? ''
  return dotted.split('.').some((part) => /^0\d/.test(part))
}

/** A field that must be a range. */
export function* cidr(field: string, value: string): Findings {
  if (parseCidr(value) === undefined) yield invalid(field, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')
}

/** An address that is none of the special ones: endpoints and external addresses. */
export function* ordinaryAddress(field: string, value: string): Findings {
  const address = parseAddress(value)
  if (address === undefined) {
    yield invalid(field, value, 'must be a valid IP address')
    return
  }
  const within = (range: string): boolean => {
    const parsed = parseCidr(range)
    return parsed !== undefined && contains(parsed, address)
  }
  if (address.value === 0n) yield invalid(field, value, `may not be unspecified (${value})`)
  if (within('127.0.0.0/8') || within('::1/128')) yield invalid(field, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  if (within('169.254.0.0/16') || within('fe80::/10')) yield invalid(field, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  if (within('224.0.0.0/24') || within('ff02::/16')) yield invalid(field, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return undefined
  return parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':').flatMap(ipv6Groups)))
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail]
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** A group of an IPv6 address; an embedded IPv4 address makes two. */
function ipv6Groups(group: string): string[] {
  const value = group.includes('.') ? parseIpv4(group) : undefined
  return value === undefined ? [group] : [(value >> 16n).toString(16), (value & 65535n).toString(16)]
}
