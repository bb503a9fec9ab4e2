// exec and attach over a WebSocket: channels of `v5.channel.k8s.io` and its forerunners.
import type { Duplex } from '../../base/host.ts'
import type { RemoteEnd, RemoteStreams } from '../pod-connections.ts'
import { fromText, inBytes, inText } from './channel-messages.ts'
import { openWebSocket } from './websocket.ts'

/** Protocols that are spoken, the newest first. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io', 'channel.k8s.io', 'base64.channel.k8s.io', ''] as const

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 }

/** Which streams were asked for. */
export interface RemoteCommand {
  readonly stdin: boolean
  readonly tty: boolean
  run(streams: RemoteStreams): Promise<RemoteEnd>
}

/** Joins a connection with a program until the program ends, and says how it did. The first message is empty: the connection stands. */
export async function serveChannels(duplex: Duplex, command: RemoteCommand, protocol: string): Promise<void> {
  const gone = new AbortController()
  const input = createInput()
  const base64 = protocol.includes('base64')
  const wire = openWebSocket(duplex, {
    message(sent) {
      const bytes = base64 ? fromText(sent) : sent
      const channel = bytes[0]
      if (channel === channels.stdin) input.data(bytes.subarray(1))
      else if (channel === channels.close && bytes[1] === channels.stdin) input.end()
    },
    closed: () => gone.abort(),
  })
  const send = (channel: number, bytes: Uint8Array): void => (base64 ? wire.sendText(inText(channel, bytes)) : wire.send(inBytes(channel, bytes)))
  send(channels.stdout, new Uint8Array())
  const end = await command.run({
    tty: command.tty,
    out: (bytes) => send(channels.stdout, bytes),
    err: (bytes) => send(channels.stderr, bytes),
    gone: gone.signal,
    ...(command.stdin && { stdin: input.stream }),
  })
  const said = protocol.startsWith('v') ? JSON.stringify(statusOf(end)) : plainly(end)
  if (said !== undefined) send(channels.error, new TextEncoder().encode(said))
  await wire.close()
}

/** Before v4 an end well is not told, and another one in words. */
function plainly(end: RemoteEnd): string | undefined {
  return 'exitCode' in end && end.exitCode === 0 ? undefined : (statusOf(end) as { readonly message: string }).message
}

/** How a program ended, as a Status. */
export function statusOf(end: RemoteEnd): object {
  if ('problem' in end) {
    const message = `Internal error occurred: ${end.problem}`
    return { metadata: {}, status: 'Failure', message, reason: 'InternalError', details: { causes: [{ message: end.problem }] }, code: 500 }
  }
  const { exitCode } = end
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  const details = { causes: [{ reason: 'ExitCode', message: String(exitCode) }] }
  return { metadata: {}, status: 'Failure', message: `command terminated with non-zero exit code: exit status ${exitCode}`, reason: 'NonZeroExitCode', details }
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
