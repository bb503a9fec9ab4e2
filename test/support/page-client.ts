// The page without a browser: its requests and its socket, as the contract in runner/http/messages.ts has them.
import { WebSocket } from 'ws'
import { type ClientMessage, csrfHeader, flow, frameHeads, frameTypes, type ServerMessage, type SessionMessage, socketProtocol } from '#runner/http/messages.ts'

/** A learner's browser: a cookie, and what it asks. */
export interface PageClient {
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<{ status: number; body: unknown; headers: Headers }>
  /** Begins or finds the session at a lab. */
  begin(lab: string, more?: { readonly from?: number; readonly fresh?: boolean }): Promise<SessionMessage>
  /** Opens a window; resolves after `hello`. */
  window(session: string, options?: { readonly acknowledge?: boolean }): Promise<PageWindow>
}

/** One window's socket. */
export class PageWindow {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  readonly output = new Map<number, { start: number; bytes: Buffer }>()
  acknowledge: boolean
  closed: { readonly code: number; readonly reason: string } | undefined
  readonly #acknowledged = new Map<number, number>()
  readonly #waiting = new Set<() => void>()

  constructor(socket: WebSocket, acknowledge: boolean) {
    this.socket = socket
    this.acknowledge = acknowledge
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.#take(data)
      else this.#hear(JSON.parse(data.toString('utf8')) as ServerMessage)
      this.#wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', (code: number, reason: Buffer) => {
      this.closed = { code, reason: reason.toString('utf8') }
      this.#wake()
    })
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  type(text: string | Uint8Array, terminal = 1): void {
    this.socket.send(Buffer.concat([Buffer.from([frameTypes.input, terminal]), Buffer.from(text as string)]))
  }

  /** All output of a terminal that this window was sent, as text. */
  text(terminal = 1): string {
    return this.output.get(terminal)?.bytes.toString('utf8') ?? ''
  }

  /** Resolves when it holds; looks again after each frame. */
  async until(holds: () => boolean, what = 'what was waited for', patience = 30_000): Promise<void> {
    const late = AbortSignal.timeout(patience)
    while (!holds()) {
      if (late.aborted) throw new Error(`Never came: ${what}; the terminal shows: ${JSON.stringify(this.text().slice(-600))}`)
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake)
          late.removeEventListener('abort', wake)
          resolve()
        }
        this.#waiting.add(wake)
        late.addEventListener('abort', wake)
      })
    }
  }

  /** Types a command and waits for a line that it prints when it is over. */
  async run(command: string, terminal = 1): Promise<string> {
    const mark = `end${this.#count++}x`
    const before = this.text(terminal).length
    this.type(`${command}; echo ${mark.slice(0, 3)}''${mark.slice(3)}\r`, terminal)
    await this.until(() => new RegExp(`${mark}\\r\\n`).test(this.text(terminal).slice(before)), `the end of "${command}"`)
    return withoutMarks(this.text(terminal).slice(before))
  }
  #count = 1

  last<type extends ServerMessage['type']>(type: type): Extract<ServerMessage, { type: type }> | undefined {
    return this.messages.findLast((message): message is Extract<ServerMessage, { type: type }> => message.type === type)
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.until(() => this.closed !== undefined)
  }

  #hear(message: ServerMessage): void {
    this.messages.push(message)
    if (message.type === 'attached') this.#begin(message.terminal, message.from)
    if (message.type === 'restarted') this.output.clear()
  }

  #begin(terminal: number, from: number): void {
    const known = this.output.get(terminal)
    if (!known || known.start + known.bytes.length !== from) this.output.set(terminal, { start: from, bytes: Buffer.alloc(0) })
    this.#acknowledged.set(terminal, from)
  }

  #take(frame: Buffer): void {
    const terminal = frame[1] ?? 0
    const offset = Number(frame.readBigUInt64BE(2))
    const bytes = frame.subarray(frameHeads.output)
    if (frame[0] === frameTypes.screen) return
    const known = this.output.get(terminal)
    if (!known || known.start + known.bytes.length !== offset)
      throw new Error(`Output of terminal ${terminal} came for ${offset}, expected ${known && known.start + known.bytes.length}`)
    known.bytes = Buffer.concat([known.bytes, bytes])
    const shown = offset + bytes.length
    if (!this.acknowledge || shown - (this.#acknowledged.get(terminal) ?? 0) < flow.every) return
    this.#acknowledged.set(terminal, shown)
    this.send({ type: 'ack', terminal, offset: shown })
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake()
  }
}

/** A learner who is new to the server. */
export function pageClient(url: string): PageClient {
  let cookie = ''
  async function request(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): ReturnType<PageClient['request']> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { origin: url, 'sec-fetch-site': 'same-origin', [csrfHeader]: '1', cookie, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const [set] = response.headers.getSetCookie()
    if (set) cookie = set.split(';')[0] ?? ''
    const text = await response.text()
    const json = response.headers.get('content-type')?.includes('json') && text !== ''
    return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers }
  }

  return {
    request,
    async begin(lab, more = {}) {
      const { status, body } = await request('POST', '/api/sessions', { lab, ...more })
      if (status !== 200) throw new Error(`No session: ${status} ${JSON.stringify(body)}`)
      return body as SessionMessage
    },
    async window(session, { acknowledge = true } = {}) {
      const { status, body } = await request('POST', `/api/sessions/${session}/ticket`)
      if (status !== 200) throw new Error(`No ticket: ${status} ${JSON.stringify(body)}`)
      const { ticket } = body as { ticket: string }
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/sessions/${session}/socket`, [socketProtocol, `ticket.${ticket}`], {
        headers: { origin: url },
      })
      const window = new PageWindow(socket, acknowledge)
      await window.until(() => window.last('hello') !== undefined || window.closed !== undefined, 'hello')
      if (window.closed) throw new Error(`The socket closed: ${window.closed.code} ${window.closed.reason}`)
      return window
    },
  }
}

/** Opens a window and attaches its first terminal; resolves when its shell waits for a command. */
export async function attached(
  client: PageClient,
  session: string,
  options: { readonly offset?: number; readonly acknowledge?: boolean } = {},
): Promise<PageWindow> {
  const { offset, ...more } = options
  const window = await client.window(session, more)
  window.send({ type: 'attach', terminal: 1, ...(offset === undefined ? {} : { offset }) })
  await window.until(() => offset !== undefined || /\]133;B/.test(window.text()), 'a prompt')
  return window
}

/** What a person sees: without the marks that the shell makes for the page. */
function withoutMarks(text: string): string {
  return text.replaceAll(/\x1b\]133;[^\x07]*\x07|\x1b\[\?2004[hl]/g, '')
}
