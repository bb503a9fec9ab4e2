// One terminal on the page: its screen, its flow of bytes, its size.
import { FitAddon } from '@xterm/addon-fit'
import { type ISearchResultChangeEvent, SearchAddon } from '@xterm/addon-search'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'
import { type ClientMessage, limits, type TerminalMessage } from '#runner/http/messages.ts'
import { make } from '../client/elements.ts'
import { InputFlow, type SendFrame } from './input-flow.ts'
import { linkAddresses, linkHandler } from './links.ts'
import { OutputFlow } from './output-flow.ts'
import { guardPastes } from './paste.ts'
import { useBestRenderer } from './renderer.ts'
import { guardSequences } from './sequence-guards.ts'
import type { Settings } from './settings.ts'
import { StringCap } from './string-cap.ts'
import { currentTheme } from './themes.ts'

/** The way to the runner. */
export interface Link {
  send(message: ClientMessage): boolean
  sendBytes: SendFrame
}

/** What a view asks of its surroundings. */
export interface ViewEvents {
  /** A key that belongs to the page; true when it was taken. */
  key(event: KeyboardEvent): boolean
  title(text: string): void
  found(results: ISearchResultChangeEvent): void
  /** What a typed text becomes before it is sent. */
  typed(text: string): string
}

/** Bytes as the terminal's own keyboard sends them. */
const encoder = new TextEncoder()

/** A terminal and its element. */
export class TerminalView {
  readonly number: number
  readonly element: HTMLElement
  readonly search = new SearchAddon()
  readonly #fill = make('div', { class: 'fill' })
  readonly #ended = make('p', { class: 'ended', role: 'status', hidden: '' })
  readonly #fit = new FitAddon()
  readonly #terminal: Terminal
  readonly #link: Link
  readonly #input: InputFlow
  readonly #cap = new StringCap()
  readonly #observer = new ResizeObserver(() => this.#settle())
  #opened = false
  /** Another window set the size. */
  #following = false
  #timer = 0
  #asked = { columns: 0, rows: 0, at: 0 }

  readonly flow = new OutputFlow({
    write: (bytes, parsed) => this.#terminal.write(this.#cap.filter(bytes), parsed),
    ack: (offset) => this.#link.send({ type: 'ack', terminal: this.number, offset }),
    missing: (offset) => this.#link.send({ type: 'attach', terminal: this.number, offset }),
  })

  constructor(message: TerminalMessage, link: Link, options: { settings: Settings; events: ViewEvents }) {
    this.number = message.number
    this.#link = link
    this.#input = new InputFlow(message.number, link.sendBytes)
    this.#terminal = createTerminal(message, options.settings)
    this.element = make(
      'div',
      { class: 'view', role: 'tabpanel', id: `terminal-${message.number}`, 'aria-labelledby': `tab-${message.number}` },
      this.#fill,
      this.#ended,
    )
    this.#wire(options.events)
  }

  /** Brings the screen onto the page; nothing is drawn before. */
  show(): void {
    this.element.hidden = false
    if (!this.#opened) {
      this.#opened = true
      this.#terminal.open(this.#fill)
      void useBestRenderer(this.#terminal)
      guardPastes(this.#fill, this.#terminal)
      this.#terminal.textarea?.setAttribute('aria-describedby', 'leave-hint')
      this.#terminal.textarea?.addEventListener('focus', () => this.takeSize())
      this.#fill.addEventListener('pointerdown', () => this.#following && this.takeSize())
      this.#observer.observe(this.#fill)
    }
    this.#settle()
  }

  focus(): void {
    this.#terminal.focus()
  }

  /** Types as the keyboard would. */
  type(text: string): void {
    this.#input.type(encoder.encode(text))
  }

  /** Cursor keys have two forms; full-screen programs choose. */
  get applicationCursorKeys(): boolean {
    return this.#terminal.modes.applicationCursorKeysMode
  }

  selection(): string {
    return this.#terminal.getSelection()
  }

  apply(settings: Partial<Settings> & { theme?: boolean }): void {
    if (settings.fontSize !== undefined) this.#terminal.options.fontSize = settings.fontSize
    if (settings.screenReader !== undefined) this.#terminal.options.screenReaderMode = settings.screenReader
    if (settings.theme) this.#terminal.options.theme = currentTheme()
    this.#settle()
  }

  /** This window has the keyboard: its size counts. */
  takeSize(): void {
    this.#following = false
    this.#link.send({ type: 'focus', terminal: this.number })
    this.#asked = { columns: 0, rows: 0, at: 0 }
    this.#resize()
  }

  /** What the runner says of the terminal. Where another window set the size, this one follows. */
  update({ columns, rows, exited }: TerminalMessage): void {
    this.#ended.hidden = exited === undefined
    this.#ended.textContent = exited === undefined ? '' : `The shell has ended with exit code ${exited}. Open another with +.`
    const other = columns !== this.#asked.columns || rows !== this.#asked.rows
    if (this.#asked.at === 0 || !other || Date.now() - this.#asked.at < 1000) return
    this.#following = true
    this.#terminal.resize(columns, rows)
  }

  /** Wants output from where it stopped; a new view wants all that is kept. `written` is how much the runner has. */
  attach(written: number): void {
    this.#input.clear()
    this.#link.send({ type: 'attach', terminal: this.number, offset: written < this.flow.received ? 0 : this.flow.received })
    this.#asked = { columns: 0, rows: 0, at: 0 }
    this.#following = false
    this.#settle()
  }

  /** The size as it would be told to the runner for a new terminal. */
  size(): { columns: number; rows: number } {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows }
  }

  dispose(): void {
    clearTimeout(this.#timer)
    this.#observer.disconnect()
    this.#input.clear()
    this.#terminal.dispose()
    this.element.remove()
  }

  #wire(events: ViewEvents): void {
    const terminal = this.#terminal
    terminal.loadAddon(this.#fit)
    terminal.loadAddon(this.search)
    terminal.loadAddon(new Unicode11Addon())
    terminal.unicode.activeVersion = '11'
    linkAddresses(terminal)
    guardSequences(terminal)
    terminal.attachCustomKeyEventHandler((event) => !(event.type === 'keydown' && events.key(event)))
    terminal.onData((text) => this.#typed(encoder.encode(events.typed(text))))
    terminal.onBinary((text) => this.#typed(Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff)))
    terminal.onTitleChange((text) => events.title(text))
    terminal.onBell(() => this.#ring())
    this.search.onDidChangeResults((results) => events.found(results))
  }

  /** In a replay the terminal answers questions that were asked long ago; those answers are not typed. */
  #typed(bytes: Uint8Array): void {
    if (this.flow.replaying) return
    if (this.#following) this.takeSize()
    this.#input.type(bytes)
  }

  #ring(): void {
    this.element.classList.add('rings')
    setTimeout(() => this.element.classList.remove('rings'), 180)
  }

  /** Fits the screen to its place, once the place has come to rest. */
  #settle(): void {
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => this.#resize(), 75)
  }

  #resize(): void {
    if (this.#following) return
    const proposed = this.#opened && this.element.offsetParent !== null ? this.#fit.proposeDimensions() : undefined
    if (!proposed || !Number.isFinite(proposed.cols)) return
    if (this.flow.replaying) {
      this.#settle()
      return
    }
    const columns = clamp(proposed.cols, limits.columns)
    const rows = clamp(proposed.rows, limits.rows)
    if (this.#asked.columns === columns && this.#asked.rows === rows) return
    this.#terminal.resize(columns, rows)
    const sent = this.#link.send({ type: 'resize', terminal: this.number, columns, rows })
    if (sent) this.#asked = { columns, rows, at: Date.now() }
  }
}

function createTerminal({ columns, rows }: TerminalMessage, { fontSize, screenReader }: Settings): Terminal {
  return new Terminal({
    cols: clamp(columns, limits.columns),
    rows: clamp(rows, limits.rows),
    allowProposedApi: true,
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--dd-font-mono'),
    fontSize,
    lineHeight: 1.2,
    linkHandler,
    logLevel: 'off',
    macOptionIsMeta: true,
    minimumContrastRatio: 4.5,
    screenReaderMode: screenReader,
    scrollback: 10_000,
    theme: currentTheme(),
  })
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, Math.round(value)))
}
