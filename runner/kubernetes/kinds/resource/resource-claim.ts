// ResourceClaims and their templates, device classes and slices of resource.k8s.io.
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { type DefaultRow, defaultsOf, rowsAt } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { fields, list, present, text } from '../validation/read.ts'
import { resourceSliceWarnings } from '../warnings/cluster.ts'

const apiVersion = 'resource.k8s.io/v1'
const claimRows: readonly DefaultRow[] = ['exactly', 'firstAvailable[]'].flatMap((request): DefaultRow[] => [
  [`devices.requests[].${request}.allocationMode`, 'ExactCount'],
  [`devices.requests[].${request}.count`, (parent) => (parent.allocationMode === 'ExactCount' ? 1 : undefined), 'zero'],
])

/** resource.k8s.io/v1 ResourceClaim. */
export const resourceClaim = defineKind({
  apiVersion,
  kind: 'ResourceClaim',
  defaults: defaultsOf(rowsAt('spec', claimRows)),
  prepareForCreate: withoutStatus,
  cells(object, now) {
    const { allocation, reservedFor } = fields(object.status)
    const states = [
      ...(object.metadata.deletionTimestamp === undefined ? [] : ['deleted']),
      ...(present(allocation) ? ['allocated'] : []),
      ...(list(reservedFor).length > 0 ? ['reserved'] : []),
    ]
    const open = present(allocation) ? states : [...states, 'pending']
    return [object.metadata.name ?? '', open.join(','), age(object, now)]
  },
})

/** resource.k8s.io/v1 ResourceClaimTemplate. */
export const resourceClaimTemplate = defineKind({
  apiVersion,
  kind: 'ResourceClaimTemplate',
  defaults: defaultsOf(rowsAt('spec.spec', claimRows)),
  cells: (object, now) => [object.metadata.name ?? '', age(object, now)],
})

/** resource.k8s.io/v1 DeviceClass. */
export const deviceClass = defineKind({ apiVersion, kind: 'DeviceClass', cells: (object, now) => [object.metadata.name ?? '', age(object, now)] })

/** resource.k8s.io/v1 ResourceSlice. */
export const resourceSlice = defineKind({
  apiVersion,
  kind: 'ResourceSlice',
  warnings: resourceSliceWarnings,
  cells(object, now) {
    const spec = fields(object.spec)
    return [object.metadata.name ?? '', text(spec.nodeName), text(spec.driver), text(fields(spec.pool).name), age(object, now)]
  },
  selectableFields: (object) => ({ 'spec.nodeName': text(fields(object.spec).nodeName), 'spec.driver': text(fields(object.spec).driver) }),
})
