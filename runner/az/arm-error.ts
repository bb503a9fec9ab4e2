// Error answers of ARM and Graph in the words of azure-core: code and message, then every detail.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { AzError } from './cli-error.ts'

/** An HTTP error answer. */
export class HttpError extends AzError {
  readonly status: number
  readonly code: string | undefined
  /** The error object of the answer, when it had one. */
  readonly error: JsonObject | undefined

  constructor(message: string, status: number, error: JsonObject | undefined) {
    super(message, { exitCode: status === 404 ? 3 : 1 })
    this.status = status
    this.error = error
    this.code = typeof error?.code === 'string' ? error.code : undefined
  }
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** The reason phrase of a status, which HTTP/2 and some servers leave out. */
export function reasonPhrase(status: number): string {
  return reasons[status] ?? String(status)
}

/** The error of an answer's status and body text. */
export function httpError(status: number, text: string): HttpError {
  const body = parse(text)
  if (!isObject(body)) return new HttpError(`Operation returned an invalid status '${reasonPhrase(status)}'`, status, undefined)
  const error = isObject(body.error) ? body.error : body
  return new HttpError(errorText(error), status, error)
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** `(Code) Message` and the lines below it. */
export function errorText(error: JsonObject): string {
  const code = named(error.code)
  const message = named(error.message)
  const lines = [`(${code}) ${message}`, `Code: ${code}`, `Message: ${message}`]
  if (truthy(error.target)) lines.push(`Target: ${error.target}`)
  let text = lines.join('\n')
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : []
  if (details.length > 0) {
    text += '\nException Details:'
    for (const detail of details) {
      text += errorText(detail)
        .split('\n')
        .map((line) => `\t${line}`)
        .join('\n')
    }
  }
  if (truthy(error.innererror)) text += `\nInner error: ${JSON.stringify(error.innererror, null, 4)}`
  return text + additionalInfo(error.additionalInfo)
}

function additionalInfo(value: Json | undefined): string {
  if (!Array.isArray(value) || value.length === 0) return ''
  const entries = value.filter(isObject).map((entry) => `Type: ${named(entry.type)}\nInfo: ${JSON.stringify(entry.info ?? null, null, 4)}`)
  return `\nAdditional Information:${entries.join('')}`
}

function named(value: Json | undefined): string {
  return value === undefined || value === null ? 'None' : String(value)
}

function truthy(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== ''
}
