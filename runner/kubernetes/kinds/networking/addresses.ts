// ServiceCIDRs and IPAddresses.
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { cidr, parseAddress } from '../validation/addresses.ts'
import { immutable, item, required } from '../validation/findings.ts'
import { fields, text, texts } from '../validation/read.ts'

/** networking.k8s.io/v1 ServiceCIDR. */
export const serviceCidr = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  prepareForCreate: withoutStatus,
  validate: (object) => {
    const ranges = texts(fields(object.spec).cidrs)
    return ranges.length === 0
      ? [required('spec.cidrs', 'at least one CIDR required')]
      : ranges.flatMap((range, index) => [...cidr(item('spec.cidrs', index), range)])
  },
  validateUpdate: (object, old) => [...immutable('spec.cidrs', fields(object.spec).cidrs, fields(old.spec).cidrs)],
  cells: (object, now) => [object.metadata.name ?? '', texts(fields(object.spec).cidrs).join(','), age(object, now)],
})

/** networking.k8s.io/v1 IPAddress. */
export const ipAddress = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IPAddress',
  validateName: (name) => (parseAddress(name) === undefined ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : []),
  validate: (object) => (fields(object.spec).parentRef === undefined ? [required('spec.parentRef')] : []),
  cells(object) {
    const { group, resource, namespace, name } = fields(fields(object.spec).parentRef)
    const kind = text(group) === '' ? text(resource) : `${text(resource)}.${text(group)}`
    return [object.metadata.name ?? '', [kind, text(namespace), text(name)].filter((part) => part !== '').join('/')]
  },
})
