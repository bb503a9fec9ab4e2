// Logs and watches over a WebSocket: what a plain answer would stream comes in frames (apiserver `wsstream.Reader`, `watch.go`).
import type { Duplex, Peer, Upgrade } from '../../base/host.ts'
import { acceptKey, openWebSocket } from '../streams/websocket.ts'
import { readRequestInfo } from './request-info.ts'

/** Answers a request as over plain HTTP. */
export type Answer = (request: Request, peer?: Peer) => Promise<Response>

const readerProtocols = ['binary.k8s.io', 'base64.binary.k8s.io']

/** True for a WebSocket on which a client only reads: a log, or the changes of a watch. */
export function isReadSocket(request: Request): boolean {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return false
  const url = new URL(request.url)
  const info = readRequestInfo(request.method, url)
  return info.type === 'resource' && (info.subresource === 'log' || (info.subresource === '' && info.verb === 'watch'))
}

/** Answers it: a refusal goes out as it is, anything else is streamed until it ends or nobody reads. */
export async function answerReadSocket(answer: Answer, request: Request, peer: Peer | undefined, duplex: Duplex): Promise<Upgrade> {
  const response = await answer(new Request(request.url, { headers: withoutUpgrade(request.headers) }), peer)
  if (!response.ok || !response.body) return { accepted: false, response }
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((protocol) => protocol.trim())
  const protocol = readerProtocols.find((each) => offered.includes(each)) ?? offered.find((each) => each !== '')
  const lines = (response.headers.get('content-type') ?? '').includes('json')
  void pump(response.body, duplex, { base64: protocol === 'base64.binary.k8s.io', lines })
  const key = acceptKey(request.headers.get('sec-websocket-key') ?? '')
  const chosen = protocol === undefined ? undefined : { 'sec-websocket-protocol': protocol }
  return { accepted: true, headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-accept': key, ...chosen } }
}

function withoutUpgrade(headers: Headers): Headers {
  const plain = new Headers(headers)
  for (const name of [...plain.keys()]) if (/^(connection|upgrade|sec-websocket-.*)$/.test(name)) plain.delete(name)
  return plain
}

/** Changes go out one to a text frame; other bytes as they come. */
async function pump(body: ReadableStream<Uint8Array>, duplex: Duplex, { base64, lines }: { readonly base64: boolean; readonly lines: boolean }): Promise<void> {
  const reader = body.getReader()
  const socket = openWebSocket(duplex, { message: () => undefined, closed: () => void reader.cancel().catch(() => undefined) })
  const decoder = new TextDecoder()
  let held = ''
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (!lines) {
        if (base64) socket.sendText(btoa(String.fromCharCode(...next.value)))
        else socket.send(next.value)
        continue
      }
      const parts = (held + decoder.decode(next.value, { stream: true })).split('\n')
      held = parts.pop() ?? ''
      for (const part of parts) socket.sendText(`${part}\n`)
    }
  } catch {
    // The stream broke off: so does the socket.
  }
  await socket.close()
}
