// A runner that does what a test tells it: the site, the routes of the page's contract, and sockets whose terminals say what is written to them.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import {
  type AboutMessage,
  type AnswerMessage,
  type ClientMessage,
  type ClockMessage,
  frameHeads,
  frameTypes,
  type ServerMessage,
  type SessionMessage,
  type TerminalMessage,
} from '#runner/http/messages.ts'
import { type BuiltSite, type Served, serve } from './static-site.ts'

/** A runner under a test's control. */
export class ScriptedRunner implements AsyncDisposable {
  readonly origin: string
  /** Every text message that windows sent. */
  readonly received: ClientMessage[] = []
  /** Requests that changed something, as "POST sessions". */
  readonly requests: { route: string; body: unknown }[] = []
  /** What was typed into each terminal. */
  readonly typed = new Map<number, string>()
  sessions: SessionMessage[] = []
  terminals: TerminalMessage[] = [terminal(1)]
  steps: Extract<ServerMessage, { type: 'hello' }>['steps'] = []
  standings: Extract<ServerMessage, { type: 'hello' }>['standings'] = []
  notices: string[] = []
  sandbox: AboutMessage['sandbox'] = 'namespaces'
  /** Attach is answered at once from the log; a test may put its own answer here. */
  onAttach: ((socket: WebSocket, message: Extract<ClientMessage, { type: 'attach' }>) => void) | undefined
  readonly answers: Record<string, AnswerMessage> = {}
  readonly recordings = new Map<number, string>()
  readonly #served: Served
  readonly #sockets = new Set<WebSocket>()
  readonly #logs = new Map<number, Buffer>()
  readonly #server = new WebSocketServer({ noServer: true, handleProtocols: () => 'drydock.v1' })

  private constructor(served: Served) {
    this.#served = served
    this.origin = served.origin
    served.server.on('upgrade', (request, socket, head) => this.#server.handleUpgrade(request, socket, head, (opened) => this.#join(opened)))
  }

  /** Starts one, with no session. */
  static async start(site: BuiltSite): Promise<ScriptedRunner> {
    let runner: ScriptedRunner | undefined
    const served = await serve(async (request, response) => {
      if (request.url?.startsWith('/api/')) await runner?.answer(request, response)
      else await site.answer(request, response)
    })
    runner = new ScriptedRunner(served)
    return runner
  }

  /** A session of the lab, as if it had been opened before. */
  haveSession(change: Partial<SessionMessage> = {}): void {
    this.sessions.unshift(sessionOf('fleet-manager', this.sessions.length + 1, change))
  }

  /** Output of a terminal, kept in its log and sent to whoever listens. */
  output(number: number, text: string | Uint8Array): void {
    const bytes = Buffer.from(text)
    const log = this.#logs.get(number) ?? Buffer.alloc(0)
    this.#logs.set(number, Buffer.concat([log, bytes]))
    for (const socket of this.#sockets) this.sendOutput(socket, number, log.length, bytes)
  }

  /** Sends part of a log to one window. */
  sendOutput(socket: WebSocket, number: number, offset: number, bytes: Uint8Array, type: number = frameTypes.output): void {
    const frame = Buffer.alloc(frameHeads.output + bytes.length)
    frame[0] = type
    frame[1] = number
    frame.writeBigUInt64BE(BigInt(offset), 2)
    frame.set(bytes, frameHeads.output)
    socket.send(frame)
  }

  /** Says something to every window. */
  push(message: ServerMessage): void {
    for (const socket of this.#sockets) socket.send(JSON.stringify(message))
  }

  /** Cuts every socket, as a lost network does. */
  cut(): void {
    for (const socket of this.#sockets) socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await this.#served[Symbol.asyncDispose]()
  }

  /** Answers the routes of the contract. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const route = `${request.method} ${request.url?.slice('/api/'.length)}`
    if (request.method !== 'GET') this.requests.push({ route, body })
    const [status, value] = this.#answer(route, body)
    const text = typeof value === 'string'
    response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json' }).end(text ? value : JSON.stringify(value))
  }

  #answer(route: string, body: Record<string, unknown>): [number, unknown] {
    const about: AboutMessage = { version: '0', labs: ['fleet-manager'], sandbox: this.sandbox, sessions: this.sessions }
    if (route === 'GET about') return [200, about]
    if (route === 'POST sessions') return this.#open(body)
    if (route.endsWith('/ticket')) return [200, { ticket: 'once' }]
    if (route.endsWith('/clock')) return [200, clock(body.advance === '15m' ? 15 : 1)]
    if (route.endsWith('/restart')) return [200, this.sessions[0]]
    if (route.endsWith('/recordings')) return [200, [...this.recordings.keys()].map((number) => ({ terminal: number, startedAt: now, bytes: 10 }))]
    const recording = /\/recordings\/(\d+)$/.exec(route)?.[1]
    if (recording)
      return this.recordings.has(Number(recording)) ? [200, this.recordings.get(Number(recording))] : [404, { code: 'unknown-route', text: 'No recording' }]
    if (route.startsWith('GET answers/')) return [200, this.answers]
    const question = /^PUT answers\/[^/]+\/(.+)$/.exec(route)?.[1]
    if (question) return [200, this.#keep(question, String(body.answer))]
    if (route.startsWith('DELETE ')) {
      this.sessions = []
      return [200, {}]
    }
    return [404, { code: 'unknown-route', text: `There is no route "${route}"` }]
  }

  #open({ lab, from, fresh }: Record<string, unknown>): [number, unknown] {
    const [present] = this.sessions.filter(({ state }) => state !== 'ended')
    if (present && from !== undefined && fresh !== true) return [409, { code: 'session-exists', text: 'There is a session', session: present }]
    if (!present || fresh === true) {
      this.sessions = this.sessions.map((session) => ({ ...session, state: 'ended' }))
      this.sessions.unshift(sessionOf(String(lab), this.sessions.length + 1, { from: Number(from ?? 1) }))
    }
    return [200, this.sessions[0]]
  }

  #keep(question: string, answer: string): AnswerMessage {
    const message = { answer, attempts: (this.answers[question]?.attempts ?? 0) + 1, at: now }
    this.answers[question] = message
    return message
  }

  #join(socket: WebSocket): void {
    const [session] = this.sessions
    if (!session) {
      socket.close(4000)
      return
    }
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('message', (data, binary) => this.#hear(socket, data as Buffer, binary))
    const terminals = this.terminals.map((entry) => ({ ...entry, offset: this.#logs.get(entry.number)?.length ?? 0 }))
    const { standings, steps, sandbox, notices } = this
    socket.send(JSON.stringify({ type: 'hello', session, terminals, standings, steps, clock: clock(0), sandbox, notices } satisfies ServerMessage))
  }

  #hear(socket: WebSocket, data: Buffer, binary: boolean): void {
    if (binary) {
      const number = data[1] ?? 0
      this.typed.set(number, (this.typed.get(number) ?? '') + data.subarray(frameHeads.input).toString())
      return
    }
    const message = JSON.parse(data.toString()) as ClientMessage
    this.received.push(message)
    if (message.type === 'open') {
      this.terminals = [...this.terminals, terminal(this.terminals.length + 1)]
      this.push({ type: 'terminals', terminals: this.terminals })
    }
    if (message.type === 'close') {
      this.terminals = this.terminals.filter(({ number }) => number !== message.terminal)
      this.push({ type: 'terminals', terminals: this.terminals })
    }
    if (message.type !== 'attach') return
    if (this.onAttach) {
      this.onAttach(socket, message)
      return
    }
    const log = this.#logs.get(message.terminal) ?? Buffer.alloc(0)
    const from = message.offset ?? 0
    socket.send(JSON.stringify({ type: 'attached', terminal: message.terminal, from, live: log.length } satisfies ServerMessage))
    if (log.length > from) this.sendOutput(socket, message.terminal, from, log.subarray(from))
  }
}

const now = '2026-05-01T10:00:00.000Z'

function terminal(number: number): TerminalMessage {
  return { number, title: `bash ${number}`, columns: 80, rows: 24, offset: 0 }
}

function sessionOf(lab: string, attempt: number, change: Partial<SessionMessage>): SessionMessage {
  return { id: `session-${attempt}`, lab, attempt, from: 1, startedAt: now, keptUntil: now, state: 'live', ...change }
}

function clock(minutes: number): ClockMessage {
  return { now: Date.parse(now) + minutes * 60_000, at: Date.now(), pace: 1, running: true, next: Date.parse(now) + minutes * 60_000 + 90_000 }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>)
  const text = Buffer.concat(chunks).toString()
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
