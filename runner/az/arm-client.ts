// Azure Resource Manager over HTTP: requests with az's headers, and long-running operations polled to their end.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { errorText, HttpError, httpError } from './arm-error.ts'
import type { AzContext, AzResponse } from './context.ts'
import { sendWithRetries, userAgents } from './http-client.ts'
import type { Progress } from './progress.ts'

/** One request to ARM or Graph. */
export interface ArmRequest {
  /** A path with query below the service's host, or a whole URL. */
  readonly path: string
  readonly body?: Json
  /** A body that is text already. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly accept?: string
}

/** An answer: JSON where the body was JSON. */
export interface ArmAnswer {
  readonly status: number
  readonly headers: AzResponse['headers']
  readonly body: Json | undefined
  readonly url: string
}

/** How a long-running operation is followed. */
export interface OperationOptions {
  /** Return after the first answer. */
  readonly noWait?: boolean
  /** The result is what Location leads to. */
  readonly final?: 'location'
  /** Seconds between polls where the server says nothing. */
  readonly interval?: number
}

/** Requests of one command. Every method fails with an HttpError on an error answer. */
export interface ArmClient {
  send(method: string, request: ArmRequest): Promise<ArmAnswer>
  get(path: string): Promise<Json | undefined>
  /** All items of a list, over all pages. */
  list(path: string): Promise<readonly Json[]>
  /** Sends and follows the operation to its end; its result, or undefined with noWait. */
  operate(method: string, request: ArmRequest, options?: OperationOptions): Promise<Json | undefined>
  /** Sends to Microsoft Graph. */
  graph(method: string, request: ArmRequest): Promise<ArmAnswer>
  /** /subscriptions/ID of this run. */
  scope(): string
  subscriptionId(): string
}

/** What a client needs to know of its command. */
export interface ArmClientOptions {
  readonly context: AzContext
  readonly command: string
  readonly parameters: readonly string[]
  readonly requestId: string
  readonly progress: Progress
  subscriptionId(): string
  /** `fresh`: the one that is kept was refused as expired. */
  token(audience: 'arm' | 'graph', fresh?: boolean): Promise<string>
}

const armHost = 'https://management.azure.com'
const graphHost = 'https://graph.microsoft.com/v1.0'

/** The client of one command. */
export function createArmClient(options: ArmClientOptions): ArmClient {
  const send = (method: string, request: ArmRequest): Promise<ArmAnswer> => exchange(options, 'arm', method, request)
  return {
    send,
    get: async (path) => (await send('GET', { path })).body,
    list: (path) => listAll(send, path),
    operate: (method, request, how = {}) => operate(options, send, method, request, how),
    graph: (method, request) => exchange(options, 'graph', method, request),
    scope: () => `/subscriptions/${options.subscriptionId()}`,
    subscriptionId: () => options.subscriptionId(),
  }
}

/** A token that has expired by the service's clock, though not by this machine's, is got anew once: a world's time may have been moved on. */
async function exchange(options: ArmClientOptions, audience: 'arm' | 'graph', method: string, request: ArmRequest): Promise<ArmAnswer> {
  try {
    return await exchangeWith(await options.token(audience), options, audience, { method, request })
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== 'ExpiredAuthenticationToken') throw error
    return exchangeWith(await options.token(audience, true), options, audience, { method, request })
  }
}

async function exchangeWith(
  token: string,
  options: ArmClientOptions,
  audience: 'arm' | 'graph',
  { method, request }: { readonly method: string; readonly request: ArmRequest },
): Promise<ArmAnswer> {
  const body = request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body))
  const url = request.path.startsWith('https://') ? request.path : `${audience === 'arm' ? armHost : graphHost}${request.path}`
  const headers: Record<string, string> = {
    accept: request.accept ?? (audience === 'arm' ? 'application/json' : '*/*'),
    authorization: `Bearer ${token}`,
    'user-agent': userAgents[audience],
    'x-ms-client-request-id': options.requestId,
    commandname: options.command,
    ...(options.parameters.length > 0 ? { parametersetname: options.parameters.join(' ') } : {}),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...request.headers,
  }
  const response = await sendWithRetries(options.context, { url, method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  if (response.status >= 400) throw httpError(response.status, text)
  return { status: response.status, headers: response.headers, body: parseBody(text), url }
}

function parseBody(text: string): Json | undefined {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

async function listAll(send: ArmClient['send'], path: string): Promise<readonly Json[]> {
  const items: Json[] = []
  for (let next: string | undefined = path; next !== undefined; ) {
    const { body }: ArmAnswer = await send('GET', { path: next })
    if (!isObject(body)) break
    if (Array.isArray(body.value)) items.push(...body.value)
    next = typeof body.nextLink === 'string' && body.nextLink !== '' ? body.nextLink : undefined
  }
  return items
}

async function operate(
  options: ArmClientOptions,
  send: ArmClient['send'],
  method: string,
  request: ArmRequest,
  how: OperationOptions,
): Promise<Json | undefined> {
  const first = await send(method, request)
  if (how.noWait) return undefined
  options.progress.show('Starting')
  const result = await followOperation(options, send, method, first, how)
  options.progress.clear()
  return result
}

/** Polls as azure-core does: the operation's own resource, else Location, else the resource itself. */
async function followOperation(
  options: ArmClientOptions,
  send: ArmClient['send'],
  method: string,
  first: ArmAnswer,
  how: OperationOptions,
): Promise<Json | undefined> {
  const target = pollTarget(method, first)
  let answer = first
  let status = target === undefined ? 'Succeeded' : target.kind === 'resource' ? provisioningState(first.body, first.status) : 'InProgress'
  let location = first.headers.get('location') ?? undefined
  for (let poll = 0; target !== undefined && !isFinished(status); poll += 1) {
    if (poll > 0) await options.context.sleep(delay(answer, how.interval))
    answer = await send('GET', { path: target.kind === 'location' ? (location ?? target.url) : target.url, accept: '*/*' })
    location = answer.headers.get('location') ?? location
    status = pollStatus(target.kind, answer)
    options.progress.show(isFinished(status) ? 'Finished' : status)
  }
  if (isFailed(status)) throw operationError(answer)
  const final = target?.kind === 'operation' ? finalUrl(method, first, location, how) : undefined
  return final === undefined ? answer.body : (await send('GET', { path: final, accept: '*/*' })).body
}

type PollTarget = { readonly kind: 'operation' | 'location' | 'resource'; readonly url: string }

function pollTarget(method: string, first: ArmAnswer): PollTarget | undefined {
  const operation = first.headers.get('azure-asyncoperation') ?? first.headers.get('operation-location')
  if (operation !== null) return { kind: 'operation', url: operation }
  const location = first.headers.get('location')
  if (location !== null) return { kind: 'location', url: location }
  return ['PUT', 'PATCH'].includes(method) ? { kind: 'resource', url: first.url } : undefined
}

function pollStatus(kind: PollTarget['kind'], answer: ArmAnswer): string {
  if (kind === 'operation') return isObject(answer.body) ? String(answer.body.status ?? 'InProgress') : 'InProgress'
  if (kind === 'resource') return provisioningState(answer.body, answer.status)
  if (answer.status === 202) return 'InProgress'
  return 'Succeeded'
}

function provisioningState(body: Json | undefined, status: number): string {
  const properties = isObject(body) ? body.properties : undefined
  const state = isObject(properties) ? properties.provisioningState : undefined
  return typeof state === 'string' ? state : status === 202 ? 'InProgress' : 'Succeeded'
}

function isFinished(status: string): boolean {
  return ['succeeded', 'canceled', 'failed'].includes(status.toLowerCase())
}

function isFailed(status: string): boolean {
  return ['canceled', 'failed'].includes(status.toLowerCase())
}

function delay(answer: ArmAnswer, interval = 30): number {
  const after = Number(answer.headers.get('retry-after') ?? Number.NaN)
  return (Number.isFinite(after) ? after : interval) * 1000
}

function finalUrl(method: string, first: ArmAnswer, location: string | undefined, how: OperationOptions): string | undefined {
  if (how.final === 'location' && location !== undefined) return location
  if (method === 'PUT' || method === 'PATCH') return first.url
  return method === 'POST' ? location : undefined
}

function operationError(answer: ArmAnswer): HttpError {
  const body = isObject(answer.body) ? answer.body : {}
  const error = isObject(body.error) ? body.error : (body as JsonObject)
  if (!('code' in error)) return new HttpError("Operation returned an invalid status 'OK'", answer.status, undefined)
  return new HttpError(errorText(error), answer.status, error)
}
