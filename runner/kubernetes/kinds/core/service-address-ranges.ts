// Which addresses Services get: any of a ServiceCIDR that is ready, unless an IPAddress or another Service has it (`ipallocator`).
import type { WriteContext } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { StatusError } from '../../status-error.ts'
import { type Cidr, contains, formatIpv4, parseAddress, parseCidr } from '../validation/addresses.ts'
import { fields, objects, text, texts } from '../validation/read.ts'
import { isOfService } from './service-addresses.ts'

/** Addresses that others have than this Service, which may have an IPAddress already if it is not new. */
export function usedBy(service: KubernetesObject | undefined, others: readonly KubernetesObject[], context: WriteContext): ReadonlySet<string> {
  const { name, namespace } = service?.metadata ?? {}
  const own = (address: KubernetesObject): boolean => {
    const parent = fields(fields(address.spec).parentRef)
    return service !== undefined && isOfService(address) && parent.name === name && parent.namespace === namespace
  }
  const kept = context.list('networking.k8s.io/v1', 'IPAddress').filter((address) => !own(address))
  return new Set([...others.flatMap((other) => texts(fields(other.spec).clusterIPs)), ...kept.map(({ metadata }) => metadata.name ?? '')])
}

/** Why a Service cannot have this address. A dry run asks the range of the server, and does not look whether the address is taken (`ipallocator.MetaAllocator`). */
export function addressProblem(asked: string, used: ReadonlySet<string>, context: WriteContext): string | undefined {
  const address = parseAddress(asked)
  if (address === undefined) return undefined
  const { serviceCidr, dryRun } = context
  const within = (range: Cidr): boolean => contains(range, address) && address.value !== range.first && address.value !== lastOf(range)
  if (dryRun) {
    const inside = rangesOf([serviceCidr]).some(within)
    return inside ? undefined : `the provided IP (${asked}) is not in the valid range. The range of valid IPs is ${serviceCidr}`
  }
  if (!readyRanges(context).some(within)) return 'the provided network does not match the current range'
  return used.has(asked) ? 'provided IP is already allocated' : undefined
}

/**
 * The first address is that of the API server itself; others come from above the part kept for chosen ones, as long as a range has any. A
 * dry run is told the first of the range (`dryRunAllocator`). Throws where no range has any.
 */
export function freeAddress(service: KubernetesObject, used: ReadonlySet<string>, context: WriteContext): string {
  const [own] = rangesOf([context.serviceCidr])
  if (own === undefined) return ''
  if (context.dryRun) return formatIpv4(own.first)
  if (service.metadata.name === 'kubernetes' && service.metadata.namespace === 'default') return formatIpv4(own.first + 1n)
  const random = drawn(context)
  for (const range of readyRanges(context)) {
    const address = freeIn(range, used, random)
    if (address !== undefined) return address
  }
  throw new StatusError('InternalError', 'Internal error occurred: failed to allocate a serviceIP: range is full')
}

function freeIn(range: Cidr, used: ReadonlySet<string>, random: number): string | undefined {
  const size = 2 ** (32 - range.prefix) - 2
  const reserved = Math.min(Math.max(16, Math.floor(size / 16)), 256)
  const start = reserved + (random % Math.max(1, size - reserved))
  for (let step = 0; step < size; step += 1) {
    const address = formatIpv4(range.first + BigInt(((start + step) % size) + 1))
    if (!used.has(address)) return address
  }
  return undefined
}

/** Ranges of all ServiceCIDRs that are ready and stay; that of the server itself where none was ever made. */
function readyRanges(context: WriteContext): readonly Cidr[] {
  const known = context.list('networking.k8s.io/v1', 'ServiceCIDR')
  if (known.length === 0) return rangesOf([context.serviceCidr])
  return known.filter(isReady).flatMap(({ spec }) => rangesOf(texts(fields(spec).cidrs)))
}

function isReady({ metadata, status }: KubernetesObject): boolean {
  if (metadata.deletionTimestamp !== undefined) return false
  return objects(fields(status).conditions).some((condition) => condition.type === 'Ready' && text(condition.status) === 'True')
}

function rangesOf(cidrs: readonly string[]): readonly Cidr[] {
  return cidrs.flatMap((cidr) => {
    const range = parseCidr(cidr)
    return range?.family === 4 ? [range] : []
  })
}

function lastOf({ first, prefix }: Cidr): bigint {
  return first + (1n << BigInt(32 - prefix)) - 1n
}

/** A number by chance: the context's chance speaks in letters of a UUID. */
export function drawn(context: WriteContext): number {
  const digits = context.uuid().replaceAll('-', '').slice(0, 8)
  return /^[0-9a-f]{8}$/.test(digits) ? Number.parseInt(digits, 16) : 0
}
