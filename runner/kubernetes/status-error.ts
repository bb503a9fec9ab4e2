// The Status answer of a failed request: reasons and codes as a table (apimachinery `pkg/api/errors`), one class, one shape.
import type { JsonObject } from '../base/json.ts'

/** One cause inside a Status (meta/v1 StatusCause). */
export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** Details of a Status (meta/v1 StatusDetails). */
export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

/** HTTP code of each reason that the server gives. */
export const statusCodes = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Expired: 410,
  Forbidden: 403,
  Gone: 410,
  InternalError: 500,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  ServerTimeout: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  TooManyRequests: 429,
  Unauthorized: 401,
  UnsupportedMediaType: 415,
} as const

/** A reason that a Status gives. */
export type StatusReason = keyof typeof statusCodes

/** A refused request. `toStatus()` is the body that goes over the wire. */
export class StatusError extends Error {
  override readonly name = 'StatusError'
  readonly reason: StatusReason | ''
  readonly code: number
  readonly details: StatusDetails | undefined
  readonly #continue: string | undefined

  /** `continue`: the token with which a list that came too late goes on. */
  constructor(reason: StatusReason | '', message: string, options: { details?: StatusDetails; code?: number; continue?: string } = {}) {
    super(message)
    this.reason = reason
    this.code = options.code ?? (reason === '' ? 500 : statusCodes[reason])
    this.details = options.details
    this.#continue = options.continue
  }

  toStatus(): JsonObject {
    const details = this.details as JsonObject | undefined
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.#continue === undefined ? {} : { continue: this.#continue },
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(details === undefined ? {} : { details }),
      code: this.code,
    }
  }
}

/** One finding of validation. `message` is without the field, e.g. `Required value` or `Invalid value: -1: must be …`. */
export interface FieldError {
  readonly field: string
  readonly reason: FieldErrorReason
  readonly message: string
}

/** Reasons of field errors (apimachinery `pkg/util/validation/field`). */
export type FieldErrorReason =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'FieldValueNotFound'
  | 'InternalError'
