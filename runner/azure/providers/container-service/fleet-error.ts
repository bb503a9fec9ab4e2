// The fleet service's own refusals: each message ends with what it was about, as all of that service's do.
import { type ArmError, error } from '../../arm-error.ts'
import type { NameRule, WriteRequest } from '../../resource-type.ts'

/** A refusal about a resource. */
export function fleetError(status: number, code: string, message: string, about: Pick<WriteRequest, 'id' | 'correlationId' | 'context'>): ArmError {
  return error(status, code, `${message} Resource ID: "${about.id}". Correlation ID: "${about.correlationId}". Operation ID: "${about.context.requestId()}"`)
}

/** The refusal of a body that lacks something. */
export function propertyMissing(property: string, about: Pick<WriteRequest, 'id' | 'correlationId' | 'context'>): ArmError {
  return fleetError(
    400,
    'RequiredPropertyMissing',
    `A required property ${property} is missing. Please specify a value for this property and retry this operation.`,
    about,
  )
}

/** Names of lower-case letters, digits and hyphens, of at most so many. */
export function fleetNameRule(collection: string, length: number): NameRule {
  return {
    pattern: namePattern(length),
    refuse: (name, correlationId) =>
      error(
        400,
        'InvalidParameter',
        `The ${collection} name '${name}' is invalid. Resource ID: "". Correlation ID: "${correlationId}". Operation ID: "${correlationId}"`,
      ),
  }
}

/** The pattern of the fleet service's names. */
export function namePattern(length: number): RegExp {
  return new RegExp(`^(?=.{1,${length}}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
}

/** The refusal while another operation runs on the fleet or member. */
export function fleetBusy(): ArmError {
  return error(409, 'OperationNotAllowed', 'Another operation is in progress.')
}
