// Addresses and ranges that are accepted, though not in the form that they should have (`pkg/util/validation/ip.go`).
import { formatAddress, formatCidr, hasLeadingZeros, isMapped, parseAddress, parseCidr } from '../validation/addresses.ts'
import type { Warnings } from './shapes.ts'

/** An address with leading zeros, an IPv4 one written as IPv6, or one that is not in canonical form. */
export function* addressWarnings(field: string, value: string): Warnings {
  const address = parseAddress(value)
  if (address === undefined) return
  const canonical = formatAddress(address)
  if (hasLeadingZeros(value) || isMapped(address))
    yield `${field}: non-standard IP address ${JSON.stringify(value)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(canonical)}`
  else if (address.family === 6 && canonical !== value)
    yield `${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`
}

/** A range with bits beyond its prefix, with leading zeros, or not in canonical form. */
export function* rangeWarnings(field: string, value: string): Warnings {
  const range = parseCidr(value)
  if (range === undefined) return
  const { family, address, first } = range
  const canonical = formatCidr(range)
  const ambiguous = address !== first
  const single = `${formatAddress({ family, value: address })}/${family === 4 ? 32 : 128}`
  if (ambiguous)
    yield `${field}: CIDR value ${JSON.stringify(value)} is ambiguous in this context (should be ${JSON.stringify(canonical)} or ${JSON.stringify(single)}?)`
  const strange = hasLeadingZeros(value) || /\/0\d/.test(value) || isMapped({ family, value: address })
  if (strange)
    yield `${field}: non-standard CIDR value ${JSON.stringify(value)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(canonical)}`
  else if (!ambiguous && family === 6 && canonical !== value)
    yield `${field}: IPv6 CIDR value ${JSON.stringify(value)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`
}
