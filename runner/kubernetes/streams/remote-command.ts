// exec and attach over a WebSocket: channels of `v5.channel.k8s.io` and its forerunners.
import type { Duplex } from '../../base/host.ts'
import type { RemoteEnd, RemoteStreams, TerminalSize } from '../pod-connections.ts'
import { fromText, inBytes, inText } from './channel-messages.ts'
import { openWebSocket } from './websocket.ts'

/** Protocols that are spoken, the newest first. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io', ''] as const

/** The protocol that the server itself speaks, and translates for the node. */
export const translated = 'v5.channel.k8s.io'

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 }

/** Which streams were asked for; the others are not there. */
export interface RemoteCommand {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
  run(streams: RemoteStreams): Promise<RemoteEnd>
}

/** Joins a connection with a program until the program ends, and says how it did. The first message is empty, on the lowest channel: the connection stands. */
export async function serveChannels(duplex: Duplex, command: RemoteCommand, protocol: string): Promise<void> {
  const gone = new AbortController()
  const input = createInput()
  const sizes = createSizes()
  const base64 = protocol.includes('base64')
  const wire = openWebSocket(duplex, {
    message(sent) {
      const bytes = base64 ? fromText(sent) : sent
      const channel = bytes[0]
      if (channel === channels.stdin) input.data(bytes.subarray(1))
      else if (channel === channels.resize) sizes.data(bytes.subarray(1))
      else if (channel === channels.close && bytes[1] === channels.stdin) input.end()
    },
    closed: () => gone.abort(),
  })
  const send = (channel: number, bytes: Uint8Array): void => (base64 ? wire.sendText(inText(channel, bytes)) : wire.send(inBytes(channel, bytes)))
  send(command.stdout ? channels.stdout : command.stderr ? channels.stderr : channels.error, new Uint8Array())
  const end = await command.run({
    out: (bytes) => (command.stdout ? send(channels.stdout, bytes) : undefined),
    err: (bytes) => (command.stderr ? send(channels.stderr, bytes) : undefined),
    drained: () => wire.drained(),
    gone: gone.signal,
    ...incoming(command, input, sizes),
  })
  const said = protocol.startsWith('v') ? JSON.stringify(statusOf(end, protocol === translated)) : plainly(end)
  if (said !== undefined) send(channels.error, new TextEncoder().encode(said))
  await wire.close()
}

/** Before v4 an end well is not told, and another one in words. */
function plainly(end: RemoteEnd): string | undefined {
  return 'exitCode' in end && end.exitCode === 0 ? undefined : statusOf(end).message
}

interface EndStatus {
  readonly message?: string
  readonly [field: string]: unknown
}

/** How a program ended, as a Status. What the node says of a program that did not start is said once more by a server that translates for it. */
export function statusOf(end: RemoteEnd, translated = false): EndStatus {
  if (!('exitCode' in end)) {
    const said = 'refused' in end ? `unable to upgrade connection: ${end.refused}` : end.problem
    const why = translated && 'problem' in end ? internal(said) : said
    return { metadata: {}, status: 'Failure', message: internal(why), reason: 'InternalError', details: { causes: [{ message: why }] }, code: 500 }
  }
  const { exitCode } = end
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] }
  return { metadata: {}, status: 'Failure', message: `command terminated with non-zero exit code: exit status ${exitCode}`, reason: 'NonZeroExitCode', details }
}

function internal(why: string): string {
  return `Internal error occurred: ${why}`
}

/** What a client sends in, as far as it was asked for. */
export function incoming(
  command: RemoteCommand,
  input: ReturnType<typeof createInput>,
  sizes: ReturnType<typeof createSizes>,
): Pick<RemoteStreams, 'tty' | 'stdin' | 'size'> {
  return { tty: command.tty, ...(command.stdin && { stdin: input.stream }), ...(command.tty && { size: sizes.stream }) }
}

/** Sizes of a terminal as clients send them, JSON after JSON; the last one waits until somebody listens. */
export function createSizes(): { data(bytes: Uint8Array): void; readonly stream: NonNullable<RemoteStreams['size']> } {
  let last: TerminalSize | undefined
  let listener: ((size: TerminalSize) => void) | undefined
  return {
    data(bytes) {
      for (const [text] of new TextDecoder().decode(bytes).matchAll(/\{[^{}]*\}/g)) {
        const [columns, rows] = ['width', 'height'].map((name) => Number(new RegExp(`"${name}"\\s*:\\s*(\\d+)`, 'i').exec(text)?.[1] ?? 0))
        last = { columns: columns ?? 0, rows: rows ?? 0 }
        listener?.(last)
      }
    },
    stream: {
      follow(next) {
        listener = next
        if (last) next(last)
      },
    },
  }
}

/** Input that comes before anybody listens waits. */
export function createInput(): { data(bytes: Uint8Array): void; end(): void; readonly stream: NonNullable<RemoteStreams['stdin']> } {
  const held: Uint8Array[] = []
  let ended = false
  let listener: { data(bytes: Uint8Array): void; end(): void } | undefined
  return {
    data: (bytes) => void (listener ? listener.data(bytes) : held.push(bytes)),
    end() {
      ended = true
      listener?.end()
    },
    stream: {
      follow(next) {
        listener = next
        for (const bytes of held.splice(0)) next.data(bytes)
        if (ended) next.end()
      },
    },
  }
}
