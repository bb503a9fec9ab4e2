// exec and attach over SPDY, as older clients speak it: a stream for each of input, output, errors, sizes, and how it ended.

import type { PacedWriter } from './paced-writer.ts'
import { createInput, createSizes, incoming, type RemoteCommand, statusOf } from './remote-command.ts'
import { createSpdy, type SpdyConnection } from './spdy.ts'

/** Protocols that are spoken, the newest first. */
export const spdyProtocols = ['v4.channel.k8s.io'] as const

/** Joins a connection with a program once all its streams are there, says how the program ended, and ends the connection. */
export function serveSpdyCommand(writer: PacedWriter, command: RemoteCommand): SpdyConnection & { gone(): void } {
  const streams = new Map<string, number>()
  const wanted = ['error', ...(['stdin', 'stdout', 'stderr'] as const).filter((type) => command[type]), ...(command.tty ? ['resize'] : [])]
  const gone = new AbortController()
  const input = createInput()
  const sizes = createSizes()
  let begun = false
  const send = (type: string, bytes: Uint8Array, last = false): void => {
    const stream = streams.get(type)
    if (stream !== undefined) spdy.send(stream, bytes, last)
  }
  const begin = async (): Promise<void> => {
    const end = await command.run({
      out: (bytes) => send('stdout', bytes),
      err: (bytes) => send('stderr', bytes),
      drained: () => writer.drained(),
      gone: gone.signal,
      ...incoming(command, input, sizes),
    })
    send('error', new TextEncoder().encode(JSON.stringify(statusOf(end))), true)
    for (const type of ['stdout', 'stderr', 'stdin', 'resize']) send(type, new Uint8Array(), true)
    void writer.close()
  }
  const spdy = createSpdy((bytes) => void writer.write(bytes), {
    opened(stream, headers) {
      streams.set(headers.get('streamtype') ?? '', stream)
      if (begun || !wanted.every((type) => streams.has(type))) return
      begun = true
      void begin()
    },
    data(stream, bytes) {
      if (stream === streams.get('stdin')) input.data(bytes)
      else if (stream === streams.get('resize')) sizes.data(bytes)
    },
    ended(stream) {
      if (stream === streams.get('stdin')) input.end()
    },
  })
  return { ...spdy, gone: () => gone.abort() }
}
