// Whether a Service's addresses and address families go together; looked at before anything is allocated, and again after.
import type { JsonObject } from '../../../base/json.ts'
import { ipAddress, parseAddress } from '../validation/addresses.ts'
import { duplicate, type Findings, invalid, item, notSupported, required } from '../validation/findings.ts'
import { present, text, texts } from '../validation/read.ts'
import { isHeadless } from './service-needs.ts'

const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const families = ['IPv4', 'IPv6']

/** Findings on `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy`. */
export function* validateFamilies(spec: JsonObject): Findings {
  if (spec.type === 'ExternalName') return
  const [single, addresses, given] = [text(spec.clusterIP), texts(spec.clusterIPs), texts(spec.ipFamilies)]
  if (single === '' && addresses.length > 0) yield invalid('spec.clusterIPs', addresses, 'must be empty when `clusterIP` is not specified')
  else if (single !== '' && addresses.length === 0) yield required('spec.clusterIPs')
  else if (single !== (addresses[0] ?? '')) yield invalid('spec.clusterIPs', addresses, 'first value must match `clusterIP`')
  for (const [index, family] of given.entries()) {
    if (!families.includes(family)) yield notSupported(item('spec.ipFamilies', index), family, families)
    if (given.indexOf(family) < index) yield duplicate(item('spec.ipFamilies', index), family)
  }
  if (present(spec.ipFamilyPolicy) && !policies.includes(text(spec.ipFamilyPolicy))) yield notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies)
  yield* validateAddresses(spec, addresses, given)
}

function* validateAddresses(spec: JsonObject, addresses: readonly string[], given: readonly string[]): Findings {
  let broken = false
  for (const [index, address] of addresses.entries()) {
    const isNone = index === 0 && address === 'None'
    if (isNone && addresses.length > 1) yield invalid('spec.clusterIPs', addresses, "'None' must be the first and only value")
    broken ||= isNone ? addresses.length > 1 : parseAddress(address) === undefined
    if (!isNone) yield* ipAddress(item('spec.clusterIPs', index), address)
  }
  if (addresses.length > 2) yield invalid('spec.clusterIPs', addresses, 'may only hold up to 2 values')
  if (broken || isHeadless(spec)) return
  const found = addresses.map((address) => parseAddress(address)?.family)
  if (new Set(found).size < found.length) yield invalid('spec.clusterIPs', addresses, 'may specify no more than one IP for each IP family')
  for (const [index, family] of found.entries())
    if (given[index] !== undefined && given[index] !== `IPv${family}`)
      yield invalid(item('spec.clusterIPs', index), addresses[index], `expected an ${given[index]} value as indicated by \`ipFamilies[${index}]\``)
}
