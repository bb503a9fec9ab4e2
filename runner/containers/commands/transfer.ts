// What programs of the network share: names, connections, requests.
import { encodeText } from '../bytes.ts'
import type { HttpAnswer, Process } from '../process.ts'
import { formatDate } from './date.ts'

/** An address on the web, in parts. */
export interface Target {
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
}

/** The parts of an address as people type it. */
export function readTarget(text: string): Target {
  const [, scheme = 'http', host = '', port, path = '/'] = text.match(/^(?:(\w+):\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)(?::(\d+))?([/?].*)?$/) ?? []
  return { scheme, host, port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port), path: path.startsWith('/') ? path : `/${path}` }
}

/** A request to be sent. */
export interface Sending {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** An address to go to in place of the host's own. */
  readonly place?: string
  /** How long to wait for a connection that nobody answers, in ms. */
  readonly patience: number
}

/** How a request ended: an answer, or what stood in its way. */
export type Transfer =
  | { readonly kind: 'answer'; readonly address: string; readonly answer: HttpAnswer }
  | { readonly kind: 'unknown host' /** Nobody answered at the nameserver as long as the sender could wait. */; readonly silent: boolean }
  | { readonly kind: 'refused' | 'timeout' | 'no route' | 'no http'; readonly address: string }

/** How long a resolver waits for an answer, ms; it asks twice. */
export const resolverPatience = 5000

/** Sends a request; one that nobody answers waits as long as its sender does. */
export async function transfer(process: Process, target: Target, sending: Sending): Promise<Transfer> {
  const { net } = process.machine
  const found = net.resolve(sending.place ?? target.host)
  if (!found) {
    const silent = !net.answersNames
    if (silent) await process.sleep(Math.min(sending.patience, 2 * resolverPatience))
    return { kind: 'unknown host', silent: silent && sending.patience <= 2 * resolverPatience }
  }
  const [address = ''] = found.addresses
  const connection = await net.connect(address, target.port)
  if (connection === 'timeout') await process.sleep(sending.patience)
  if (typeof connection === 'string') return { kind: connection, address }
  if (!('http' in connection.listener)) return { kind: 'no http', address }
  const host = target.port === (target.scheme === 'https' ? 443 : 80) ? target.host : `${target.host}:${target.port}`
  const headers = { host, ...Object.fromEntries(Object.entries(sending.headers).map(([name, value]) => [name.toLowerCase(), value])) }
  const call = { method: sending.method, path: target.path, headers, body: sending.body, from: net.address }
  return { kind: 'answer', address, answer: await process.halt.unless(Promise.resolve(connection.listener.http(call))) }
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  418: "I'm a teapot",
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** The word beside a status. */
export function reasonOf({ status, reason }: Pick<HttpAnswer, 'status' | 'reason'>): string {
  return reason ?? reasons[status] ?? 'Unknown'
}

/** A path, and the query behind its first question mark. */
export function partsOf(asked: string): readonly [path: string, query: string] {
  const [path = ''] = asked.split('?', 1)
  return [path, asked.slice(path.length + 1)]
}

/** Puts a text into an answer of a type. */
export function answerText(text: string, type = 'text/plain; charset=utf-8', status = 200): HttpAnswer {
  return { status, headers: { 'content-type': type }, body: encodeText(text) }
}

/** An answer whose type is told from its first characters, as Go's servers do. */
export function answerSniffed(text: string, status = 200): HttpAnswer {
  const html = /^\s*<(!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)[ >]/i.test(text)
  return answerText(text, html ? 'text/html; charset=utf-8' : undefined, status)
}

/** nginx's own order of what it says first. */
const order = ['server', 'date', 'content-type', 'content-length', 'location', 'last-modified', 'connection', 'etag', 'accept-ranges']

/** The head of an answer as it comes over the wire. */
export function headOf(answer: HttpAnswer, now: number): string {
  const { headers } = answer
  const length = headers['content-length'] ?? String(answer.body.length)
  const date = formatDate(now, '%a, %d %b %Y %H:%M:%S GMT')
  const nginx = headers.server?.startsWith('nginx') === true
  const all = { ...headers, date, 'content-length': length, ...(nginx && { connection: 'keep-alive' }) }
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  const lines = nginx ? Object.entries(all).sort(([a], [b]) => rank(a) - rank(b)) : Object.entries(all)
  return `HTTP/1.1 ${answer.status} ${reasonOf(answer)}\r\n${lines.map(([name, value]) => `${title(name)}: ${value}\r\n`).join('')}\r\n`
}

function title(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (whole) => whole.toUpperCase()).replace(/^Etag$/, 'ETag')
}
