// ResourceClaims and their templates of resource.k8s.io.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind, type WriteContext } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import type { FieldError } from '../../status-error.ts'
import { age } from '../columns/cells.ts'
import { type DefaultRow, defaultsOf, rowsAt } from '../defaults/rows.ts'
import { validateTemplateMetadata } from '../metadata.ts'
import { withoutStatus } from '../strategy.ts'
import { type Findings, immutable, invalid } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { fields, list, present } from '../validation/read.ts'
import { adminResult, keptDevices, validateClaimStatus } from './claim-status.ts'
import { adminFindings, adminRequest, validateClaimSpec } from './device-requests.ts'

const apiVersion = 'resource.k8s.io/v1'
const claimRows: readonly DefaultRow[] = ['exactly', 'firstAvailable[]'].flatMap((request): DefaultRow[] => [
  [`devices.requests[].${request}.allocationMode`, 'ExactCount'],
  [`devices.requests[].${request}.count`, (parent) => (parent.allocationMode === 'ExactCount' ? 1 : undefined), 'zero'],
])

/** resource.k8s.io/v1 ResourceClaim (`pkg/registry/resource/resourceclaim/strategy.go`). */
export const resourceClaim = defineKind({
  apiVersion,
  kind: 'ResourceClaim',
  defaults: defaultsOf(rowsAt('spec', claimRows)),
  prepareForCreate: withoutStatus,
  prepareForStatusUpdate: keptDevices,
  validate: (object, context) => [...adminAllowed(adminRequest(fields(object.spec)), object, context), ...validateClaimSpec(fields(object.spec), 'spec')],
  validateUpdate: (object, old) => [...unchangedSpec(object, old, 'resource.v1.ResourceClaimSpec')],
  validateStatusUpdate: (object, old, context) => [...adminAllowed(adminResult(object, old), object, context), ...validateClaimStatus(object, old)],
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
  validate: (object, context) => [...adminAllowed(adminRequest(fields(fields(object.spec).spec)), object, context), ...validateTemplate(fields(object.spec))],
  validateUpdate: (object, old) => [...validateTemplate(fields(object.spec)), ...unchangedSpec(object, old, 'resource.v1.ResourceClaimTemplateSpec')],
  cells: (object, now) => [object.metadata.name ?? '', age(object, now)],
})

function* validateTemplate(spec: JsonObject): Findings {
  yield* validateTemplateMetadata(fields(spec.metadata), 'spec.metadata')
  yield* validateClaimSpec(fields(spec.spec), 'spec.spec')
}

function* unchangedSpec(object: KubernetesObject, old: KubernetesObject, type: string): Findings {
  for (const _changed of immutable('spec', fields(object.spec), fields(old.spec)))
    yield invalid('spec', internalForm(fields(object.spec), type), 'field is immutable')
}

function adminAllowed(field: string | undefined, { metadata: { namespace = '' } }: KubernetesObject, context: WriteContext): readonly FieldError[] {
  return adminFindings(field, context.get('v1', 'Namespace', { name: namespace })?.metadata.labels)
}
