// port-forward: pairs of SPDY streams, one for data and one for what went wrong, each pair a connection to a port.
import type { Dialed, PortConnection, PortReceiver } from '../pod-connections.ts'
import { createSpdy, type SpdyConnection } from './spdy.ts'

/** Dials a port of the pod. */
export type Dial = (port: number, receive: PortReceiver) => Promise<Dialed>

interface Pair {
  error?: number
  data?: number
  connection?: PortConnection
  readonly early: Uint8Array[]
  ended: boolean
}

/** Serves connections over one stream of SPDY; gives what is to be fed with what comes. */
export function servePortForward(write: (bytes: Uint8Array) => void, dial: Dial): SpdyConnection {
  const pairs = new Map<string, Pair>()
  const byStream = new Map<number, Pair>()
  const finish = (pair: Pair, problem = ''): void => {
    if (pair.ended) return
    pair.ended = true
    if (pair.data !== undefined) spdy.send(pair.data, new Uint8Array(), true)
    if (pair.error !== undefined) spdy.send(pair.error, new TextEncoder().encode(problem), true)
  }
  const begin = async (pair: Pair, port: number): Promise<void> => {
    const { data = 0 } = pair
    const dialed = await dial(port, { data: (bytes) => (pair.ended ? undefined : spdy.send(data, bytes)), end: (problem) => finish(pair, problem) })
    if ('problem' in dialed) return finish(pair, dialed.problem)
    pair.connection = dialed
    for (const bytes of pair.early.splice(0)) dialed.send(bytes)
  }
  const spdy = createSpdy(write, {
    opened(stream, headers) {
      const id = headers.get('requestid') ?? String(stream)
      const pair = pairs.get(id) ?? { early: [], ended: false }
      pairs.set(id, pair)
      if (headers.get('streamtype') === 'error') {
        pair.error = stream
        return
      }
      pair.data = stream
      byStream.set(stream, pair)
      void begin(pair, Number(headers.get('port')))
    },
    data(stream, bytes) {
      const pair = byStream.get(stream)
      if (pair?.connection) pair.connection.send(bytes)
      else pair?.early.push(bytes)
    },
    ended(stream) {
      const pair = byStream.get(stream)
      if (!pair) return
      pair.connection?.close()
      byStream.delete(stream)
      finish(pair)
    },
  })
  return spdy
}
