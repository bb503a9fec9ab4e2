// ServiceCIDRs and IPAddresses.
import type { Json } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { withoutStatus } from '../strategy.ts'
import { cidr, parseAddress } from '../validation/addresses.ts'
import { child, type Findings, immutable, item, required } from '../validation/findings.ts'
import { isPathSegment } from '../validation/names.ts'
import { fields, present, text, texts } from '../validation/read.ts'
import { optionalName, requiredName } from '../validation/references.ts'

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
  validate: (object) => [...validateParent(fields(object.spec).parentRef)],
  validateUpdate: (object, old) => [...immutable('spec.parentRef', fields(object.spec).parentRef, fields(old.spec).parentRef)],
  cells(object) {
    const { group, resource, namespace, name } = fields(fields(object.spec).parentRef)
    const kind = text(group) === '' ? text(resource) : `${text(resource)}.${text(group)}`
    return [object.metadata.name ?? '', [kind, text(namespace), text(name)].filter((part) => part !== '').join('/')]
  },
})

function* validateParent(parent: Json | undefined): Findings {
  const path = 'spec.parentRef'
  if (!present(parent)) return yield required(path)
  const { group, resource, name, namespace } = fields(parent)
  yield* optionalName(child(path, 'group'), group)
  yield* requiredName(child(path, 'resource'), resource, isPathSegment)
  yield* requiredName(child(path, 'name'), name, isPathSegment)
  yield* optionalName(child(path, 'namespace'), namespace, isPathSegment)
}
