// The socket of a window: opened with a one-time ticket, opened again by itself when it is lost.
import { type ClientMessage, closeCodes, type ServerMessage, socketProtocol } from '#runner/http/messages.ts'
import { ask, RunnerError, socketAddressOf } from '../client/runner.ts'
import { nextDelay } from './back-off.ts'

/** How the connection stands. `gone`: the session has ended or is not there, and nothing more is tried. */
export type ConnectionState = 'connecting' | 'open' | 'lost' | 'gone'

/** What a connection tells. */
export interface ConnectionEvents {
  message(message: ServerMessage): void
  bytes(frame: Uint8Array): void
  state(state: ConnectionState, why?: string): void
}

/** A connection to one session; it comes back by itself until it is stopped or the session has ended. */
export class Connection {
  readonly #session: string
  readonly #events: ConnectionEvents
  readonly #stopped = new AbortController()
  #socket: WebSocket | undefined
  #timer = 0
  #failures = 0
  #ending: string | undefined

  constructor(session: string, events: ConnectionEvents) {
    this.#session = session
    this.#events = events
    const { signal } = this.#stopped
    addEventListener('online', () => this.#hurry(), { signal })
    addEventListener('offline', () => this.#socket?.close(), { signal })
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.#hurry(), { signal })
    void this.#open()
  }

  /** Sends a message; false while there is no connection. */
  send(message: ClientMessage): boolean {
    return this.#put(JSON.stringify(message))
  }

  /** Sends a binary frame; false while there is no connection. */
  sendBytes(frame: Uint8Array<ArrayBuffer>): boolean {
    return this.#put(frame)
  }

  /** Closes the socket, for good. */
  stop(): void {
    this.#stopped.abort()
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #put(data: string | Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(data)
    return true
  }

  async #open(): Promise<void> {
    this.#timer = 0
    if (this.#failures === 0) this.#events.state('connecting')
    try {
      const { ticket } = await ask<{ ticket: string }>('POST', `sessions/${this.#session}/ticket`)
      if (!this.#stopped.signal.aborted) this.#listen(new WebSocket(socketAddressOf(`sessions/${this.#session}/socket`), [socketProtocol, `ticket.${ticket}`]))
    } catch (error) {
      if (error instanceof RunnerError && (error.code === 'no-session' || error.code === 'session-ended')) this.#events.state('gone', error.message)
      else this.#again()
    }
  }

  #listen(socket: WebSocket): void {
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => this.#events.state('open')
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') this.#message(JSON.parse(data) as ServerMessage)
      else this.#events.bytes(new Uint8Array(data))
    }
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#socket = undefined
      if (this.#stopped.signal.aborted) return
      if (code === closeCodes.ended || this.#ending !== undefined) this.#events.state('gone', this.#ending ?? '')
      else this.#again()
    }
  }

  #message(message: ServerMessage): void {
    if (message.type === 'hello') this.#failures = 0
    if (message.type === 'goodbye' && message.code === 'ended') this.#ending = message.text
    this.#events.message(message)
  }

  #again(): void {
    if (this.#stopped.signal.aborted) return
    this.#events.state('lost')
    this.#timer = window.setTimeout(() => void this.#open(), nextDelay(this.#failures, Math.random()))
    this.#failures += 1
  }

  /** The network is back, or somebody looks: no reason to wait longer. */
  #hurry(): void {
    if (this.#timer === 0) return
    clearTimeout(this.#timer)
    void this.#open()
  }
}
