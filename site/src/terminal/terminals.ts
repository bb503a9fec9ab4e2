// The terminals of the lab page (the door of the lazily loaded part): tabs, keys, settings, and the flow to each of them.
import '@xterm/xterm/css/xterm.css'
import { frameHeads, frameTypes, type ServerMessage, type TerminalMessage } from '#runner/http/messages.ts'
import { find } from '../client/elements.ts'
import { FindBar } from './find-bar.ts'
import { KeyBar } from './key-bar.ts'
import { plainTitle } from './plain-title.ts'
import { clampSize, readSettings, type Settings, writeSettings } from './settings.ts'
import { TabStrip } from './tab-strip.ts'
import { type Link, TerminalView } from './terminal-view.ts'
import { onThemeChange } from './themes.ts'

/** Makes the terminals' pane work. */
export function createTerminals(): Terminals {
  return new Terminals()
}

/** All terminals of the page. */
export class Terminals {
  readonly #place = find(document, '[data-views]')
  readonly #tabs = new TabStrip({ select: (number) => this.#select(number, true), close: (number) => this.#close(number), open: () => this.#open() })
  readonly #find = new FindBar(() => this.#view())
  readonly #keys = new KeyBar(() => this.#view())
  readonly #views = new Map<number, TerminalView>()
  readonly #titles = new Map<number, string>()
  #terminals: readonly TerminalMessage[] = []
  #settings = readSettings()
  #link: Link | undefined
  #wantsNew = false
  #wantsFocus = false
  #before: HTMLElement | undefined
  active = 1

  constructor() {
    onThemeChange(() => this.#each((view) => view.apply({ theme: true })))
    find(document, '[data-smaller]').addEventListener('click', () => this.#set({ fontSize: clampSize(this.#settings.fontSize - 1) }))
    find(document, '[data-larger]').addEventListener('click', () => this.#set({ fontSize: clampSize(this.#settings.fontSize + 1) }))
    const reader = find(document, '[data-reader]')
    reader.addEventListener('click', () => this.#set({ screenReader: !this.#settings.screenReader }))
    this.#set({})
    addEventListener('focus', () => this.#place.contains(document.activeElement) && this.#view()?.takeSize())
    document.addEventListener('keydown', (event) => {
      if (isLeaveKey(event) && !this.#place.contains(document.activeElement)) {
        event.preventDefault()
        this.#enter()
      }
    })
  }

  connect(link: Link): void {
    this.#link = link
  }

  /** A connection stands: every terminal goes on where it stopped. */
  hello(terminals: readonly TerminalMessage[]): void {
    this.update(terminals)
    for (const { number, offset } of terminals) this.#views.get(number)?.attach(offset)
    if (terminals.length === 0) this.#open()
    if (this.#wantsFocus && this.#place.checkVisibility()) this.#enter()
    this.#wantsFocus = false
  }

  /** Whoever asked for a terminal can type into it at once, where it is seen. */
  focusWhenReady(): void {
    this.#wantsFocus = true
  }

  attached({ terminal, from, live }: Extract<ServerMessage, { type: 'attached' }>): void {
    this.#views.get(terminal)?.flow.attached(from, live)
  }

  /** The terminals there are now: new ones appear, closed ones go. */
  update(terminals: readonly TerminalMessage[]): void {
    const fresh = terminals.filter(({ number }) => !this.#views.has(number))
    for (const [number, view] of this.#views) {
      if (terminals.some((terminal) => terminal.number === number)) continue
      view.dispose()
      this.#views.delete(number)
      this.#titles.delete(number)
    }
    const known = this.#terminals.length > 0
    for (const message of fresh) this.#add(message)
    for (const message of terminals) this.#views.get(message.number)?.update(message)
    this.#terminals = terminals
    if (known) for (const message of fresh) this.#views.get(message.number)?.attach(message.offset)
    const newest = this.#wantsNew ? fresh.at(-1)?.number : undefined
    if (newest !== undefined) this.#wantsNew = false
    const present = terminals.some(({ number }) => number === this.active) ? this.active : terminals[0]?.number
    const number = newest ?? present
    if (number !== undefined) this.#select(number, newest !== undefined)
  }

  /** A binary frame of the runner. */
  frame(bytes: Uint8Array): void {
    const view = this.#views.get(bytes[1] ?? 0)
    if (!view || bytes.length < frameHeads.output) return
    const offset = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(2))
    const body = bytes.subarray(frameHeads.output)
    if (bytes[0] === frameTypes.output) view.flow.output(offset, body)
    if (bytes[0] === frameTypes.screen) view.flow.screen(offset, body)
  }

  /** Forgets every terminal: the world was set back, or another session is shown. */
  clear(): void {
    this.#each((view) => view.dispose())
    this.#views.clear()
    this.#titles.clear()
    this.#terminals = []
  }

  /** Shows that what is typed goes nowhere just now. */
  dim(dimmed: boolean): void {
    this.#place.style.opacity = dimmed ? '0.6' : ''
  }

  #add(message: TerminalMessage): void {
    if (!this.#link) return
    const link = this.#link
    const keys = this.#keys
    const view = new TerminalView(message, link, {
      settings: this.#settings,
      events: {
        key: (event) => this.#key(event),
        title: (text) => this.#title(message.number, text),
        found: (results) => this.#find.found(results),
        typed: (text) => keys.withCtrl(text),
      },
    })
    view.element.hidden = true
    this.#views.set(message.number, view)
    this.#place.append(view.element)
  }

  #select(number: number, focus: boolean): void {
    this.active = number
    for (const [other, view] of this.#views) if (other !== number) view.element.hidden = true
    this.#tabs.show(this.#terminals, number, this.#titles)
    this.#view()?.show()
    if (focus) this.#view()?.focus()
  }

  #open(): void {
    this.#wantsNew = true
    this.#link?.send({ type: 'open', ...(this.#view()?.size() ?? { columns: 80, rows: 24 }) })
  }

  #close(number: number): void {
    this.#link?.send({ type: 'close', terminal: number })
  }

  #title(number: number, text: string): void {
    this.#titles.set(number, plainTitle(text))
    this.#tabs.show(this.#terminals, this.active, this.#titles)
  }

  /** Keys that the page keeps for itself. */
  #key(event: KeyboardEvent): boolean {
    if (isLeaveKey(event)) this.#leave()
    else if (event.ctrlKey && event.shiftKey && event.code === 'KeyF') this.#find.open()
    else if (event.ctrlKey && event.shiftKey && event.code === 'KeyC') void navigator.clipboard?.writeText(this.#view()?.selection() ?? '')
    else return event.ctrlKey && event.shiftKey && event.code === 'KeyV'
    event.preventDefault()
    event.stopPropagation()
    return true
  }

  /** Into the terminal from wherever the focus is; the way back is remembered. */
  #enter(): void {
    this.#before = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : undefined
    this.#view()?.focus()
  }

  #leave(): void {
    const back = this.#before?.isConnected ? this.#before : document.querySelector<HTMLElement>('[data-tabs] [aria-selected=true]')
    back?.focus()
  }

  #set(change: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...change }
    writeSettings(this.#settings)
    find(document, '[data-reader]').setAttribute('aria-pressed', String(this.#settings.screenReader))
    this.#each((view) => view.apply(change))
  }

  #view(): TerminalView | undefined {
    return this.#views.get(this.active)
  }

  #each(change: (view: TerminalView) => void): void {
    for (const view of this.#views.values()) change(view)
  }
}

/** Ctrl and the key left of 1: it moves the focus out of the terminal, and into it. */
function isLeaveKey({ ctrlKey, altKey, metaKey, code }: KeyboardEvent): boolean {
  return ctrlKey && !altKey && !metaKey && code === 'Backquote'
}
