// port-forward over a WebSocket: two channels a port, for data and for what went wrong (kubelet `cri/streaming/portforward/websocket.go`).
import type { Duplex } from '../../base/host.ts'
import type { PortConnection } from '../pod-connections.ts'
import { fromText, inBytes, inText } from './channel-messages.ts'
import type { Dial } from './port-forward.ts'
import { openWebSocket } from './websocket.ts'

/** Protocols that are spoken; without any it is as with the first. */
export const portProtocols: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io', '']

/** Serves a connection to each port; both its channels begin with the port's number. Ends when all are over. */
export async function servePortChannels(duplex: Duplex, dial: Dial, asked: { readonly ports: readonly number[]; readonly protocol: string }): Promise<void> {
  const base64 = asked.protocol.includes('base64')
  const connections: (PortConnection | undefined)[] = []
  const early = asked.ports.map((): Uint8Array[] => [])
  const wire = openWebSocket(duplex, {
    message(sent) {
      const bytes = base64 ? fromText(sent) : sent
      const index = (bytes[0] ?? 0) / 2
      const connection = connections[index]
      if (connection) connection.send(bytes.subarray(1))
      else early[index]?.push(bytes.slice(1))
    },
    closed() {
      for (const connection of connections) connection?.close()
    },
  })
  const send = (channel: number, bytes: Uint8Array): void => (base64 ? wire.sendText(inText(channel, bytes)) : wire.send(inBytes(channel, bytes)))
  for (const [index, port] of asked.ports.entries()) for (const channel of [2 * index, 2 * index + 1]) send(channel, Uint8Array.from([port & 255, port >> 8]))
  const serve = async (port: number, index: number): Promise<void> => {
    const over = Promise.withResolvers<void>()
    const complain = (problem: string): void => send(2 * index + 1, new TextEncoder().encode(problem))
    const end = (problem?: string): void => {
      if (problem !== undefined) complain(problem)
      over.resolve()
    }
    const dialed = await dial(port, { data: (bytes) => send(2 * index, bytes), end })
    if ('problem' in dialed) return complain(dialed.problem)
    connections[index] = dialed
    for (const bytes of early[index]?.splice(0) ?? []) dialed.send(bytes)
    await over.promise
  }
  await Promise.all(asked.ports.map(serve))
  await wire.close()
}

/** The ports of a request's query, or what is wrong with them, in the kubelet's words. */
export function portsAsked(query: URLSearchParams): readonly number[] | { readonly problem: string } {
  const given = query.getAll('ports')
  if (given.length === 0) return { problem: 'query parameter "port" is required' }
  const ports = given.flatMap((text) => text.split(',')).map((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
  if (ports.some((port) => !(port <= 65_535))) return { problem: `unable to parse ${JSON.stringify(given.join(','))} as a port` }
  return ports.every((port) => port > 0) ? ports : { problem: `port ${JSON.stringify(given.join(','))} must be > 0` }
}
