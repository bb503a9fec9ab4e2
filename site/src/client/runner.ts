// Talks to the runner's HTTP routes. Where there is no runner, the pages stay readable and keep answers to themselves.
import { type AboutMessage, csrfHeader, type ErrorMessage } from '#runner/http/messages.ts'

const origin = import.meta.env.PUBLIC_DRYDOCK_RUNNER ?? ''

/** An error of the runner, with its words for people. `code` is `no-runner` where nothing answered. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError'
  readonly code: ErrorMessage['code'] | 'no-runner'
  readonly details: ErrorMessage | undefined

  constructor(code: RunnerError['code'], text: string, details?: ErrorMessage) {
    super(text)
    this.code = code
    this.details = details
  }
}

/** Address of one of the runner's routes, for links and downloads. */
export function addressOf(path: string): string {
  return `${origin}/api/${path}`
}

/** Address of a WebSocket of the runner. */
export function socketAddressOf(path: string): string {
  return new URL(addressOf(path), location.href).href.replace(/^http/, 'ws')
}

/** Asks the runner. Throws `RunnerError` when it refuses, or is not there. */
export async function ask<answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<answer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers[csrfHeader] = '1'
  if (body) headers['content-type'] = 'application/json'
  const response = await fetch(addressOf(path), {
    method,
    headers,
    credentials: origin ? 'include' : 'same-origin',
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined)
  const json = response?.headers.get('content-type')?.includes('json') ?? false
  if (response?.status === 204) return undefined as answer
  if (!response || !json) throw new RunnerError('no-runner', 'The runner does not answer.')
  const value: unknown = await response.json()
  if (response.ok) return value as answer
  const refused = value as ErrorMessage
  throw new RunnerError(refused.code ?? 'failed', refused.text ?? `The runner answered with status ${response.status}.`, refused)
}

let about: Promise<AboutMessage | undefined> | undefined

/** What the runner says about itself, or undefined where there is none. Asked once for a page. */
export function aboutRunner(): Promise<AboutMessage | undefined> {
  about ??= ask<AboutMessage>('GET', 'about').catch(() => undefined)
  return about
}
