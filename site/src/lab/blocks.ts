// Command blocks: Run, Copy, and what became of them.
import type { BlockPlace, TerminalMessage } from '#runner/http/messages.ts'
import { copyFrom } from '../client/copy.ts'
import { find } from '../client/elements.ts'

/** The command blocks of the page. `run` is called with the place of a block. */
export class Blocks {
  readonly #blocks = [...document.querySelectorAll<HTMLElement>('.command[data-block]')]
  readonly #running = new Set<HTMLElement>()

  constructor(run: (place: BlockPlace) => void) {
    for (const block of this.#blocks) {
      const copy = find<HTMLButtonElement>(block, '[data-copy]')
      copy.addEventListener('click', () => void copyFrom(copy, block.querySelector('pre')?.textContent ?? ''))
      find(block, '[data-run]').addEventListener('click', () => {
        show(block, 'running', 'Sent to the terminal')
        run(placeOf(block))
      })
    }
  }

  /** Run is possible only while there is a connection. */
  enable(possible: boolean): void {
    for (const block of this.#blocks) find<HTMLButtonElement>(block, '[data-run]').disabled = !possible || this.#running.has(block)
  }

  /** Shows which blocks run, as the terminals say. */
  terminals(terminals: readonly TerminalMessage[]): void {
    const now = new Set(terminals.flatMap(({ running }) => (running ? (this.#at(running) ?? []) : [])))
    for (const block of now) show(block, 'running', 'Running…')
    for (const block of this.#running) if (!now.has(block) && block.dataset.state === 'running') show(block, '', '')
    this.#running.clear()
    for (const block of now) this.#running.add(block)
    this.enable(true)
  }

  /** A block has ended. */
  ended(place: BlockPlace, exit: number | null): void {
    const block = this.#at(place)
    if (!block) return
    this.#running.delete(block)
    if (exit === 0) show(block, 'ok', 'Ran without an error')
    else show(block, 'failed', exit === null ? 'Stopped before it ended' : `Ended with exit code ${exit}`)
    this.enable(true)
  }

  /** Forgets what became of blocks from a step on: the world was set back. */
  forgetFrom(step: number): void {
    this.#running.clear()
    for (const block of this.#blocks) if (Number(placeOf(block).step) >= step) show(block, '', '')
    this.enable(true)
  }

  /** What was sent was refused, or the connection was lost on the way. */
  forgetSent(): void {
    for (const block of this.#blocks) if (block.dataset.state === 'running' && !this.#running.has(block)) show(block, '', '')
  }

  #at({ step, block }: BlockPlace): HTMLElement | undefined {
    return this.#blocks.find((entry) => {
      const place = placeOf(entry)
      return place.step === step && place.block === block
    })
  }
}

function placeOf(block: HTMLElement): BlockPlace {
  return { step: block.closest<HTMLElement>('[data-step]')?.dataset.step ?? '', block: Number(block.dataset.block) }
}

function show(block: HTMLElement, state: '' | 'running' | 'ok' | 'failed', words: string): void {
  block.dataset.state = state
  find(block, '[data-outcome]').textContent = words
}
