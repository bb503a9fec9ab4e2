// The string formats that custom resources are checked for (kube-openapi `pkg/validation/strfmt`); unknown ones are not checked.
import { parseAddress, parseCidr } from '../kinds/validation/addresses.ts'

const uuid = (version: string, variant: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i')

const checks: Readonly<Record<string, (value: string) => boolean>> = {
  'date-time': (value) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value)),
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value)),
  duration: (value) =>
    /^[+-]?(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d|w|nanos?|micros?|millis?|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?|weeks?)\s*)+$/i.test(value) ||
    value === '0',
  ipv4: (value) => parseAddress(value)?.family === 4,
  ipv6: (value) => parseAddress(value)?.family === 6,
  cidr: (value) => parseCidr(value) !== undefined,
  mac: (value) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(value),
  uri: (value) => /^[a-z][a-z0-9+.-]*:\S+$/i.test(value) || value.startsWith('/'),
  email: (value) => /^[^\s@]+@[^\s@]+$/.test(value),
  hostname: (value) => value.length <= 255 && /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\.?$/i.test(value),
  uuid: (value) => uuid('[0-9a-f]', '[0-9a-f]').test(value),
  uuid3: (value) => uuid('3', '[0-9a-f]').test(value),
  uuid4: (value) => uuid('4', '[89ab]').test(value),
  uuid5: (value) => uuid('5', '[89ab]').test(value),
  byte: (value) => value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  hexcolor: (value) => /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(value),
}

/** True if the value has the format, or nobody checks that format. */
export function isFormat(format: string, value: string): boolean {
  return checks[format]?.(value) ?? true
}
