// fetch with a kubeconfig's certificates, tokens and proxy: what Node's own fetch cannot be given.
import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request as tlsRequest } from 'node:https'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { KubeConfig } from '@kubernetes/client-node'

/** A fetch that speaks as the current context's user. Rejects with the system's own error where there is no answer. */
export function httpsFetch(config: KubeConfig): (request: Request) => Promise<Response> {
  return async (request) => {
    const options: RequestOptions = { method: request.method, signal: request.signal, headers: {} }
    await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0])
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
    // Node says no length by itself where a method usually has no body, as DELETE.
    const length = body ? { 'content-length': String(body.length) } : {}
    options.headers = { ...Object.fromEntries(request.headers), ...length, ...options.headers }
    return new Promise((resolve, reject) => {
      const send = request.url.startsWith('https:') ? tlsRequest : plainRequest
      const sent = send(request.url, options, (answer) => resolve(responseOf(answer)))
      sent.once('error', reject)
      sent.end(body)
    })
  }
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) for (const each of [value ?? []].flat()) headers.append(name, each)
  const status = answer.statusCode ?? 500
  const empty = status === 204 || status === 304
  if (empty) answer.resume()
  // Node's type of a web stream and the web's own are one thing under two names.
  const body = empty ? null : (Readable.toWeb(answer) as NodeStream<Uint8Array> as unknown as ReadableStream<Uint8Array>)
  return new Response(body, { status, headers })
}
