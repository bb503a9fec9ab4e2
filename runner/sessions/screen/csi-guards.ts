// Escape sequences with counts that no screen has: the emulator would loop over them for minutes (kitty #10333 is of the same kind).

/** The part of a terminal that guards need; xterm.js and its headless twin both have it. */
export interface Guarded {
  readonly parser: { registerCsiHandler(id: { readonly final: string }, handler: (parameters: (number | number[])[]) => boolean): unknown }
}

/** Largest count that is passed on, by the sequence's last letter: scrolls, lines, tabs; `b` repeats a character. */
const largest = { S: 1000, T: 1000, L: 1000, M: 1000, I: 1000, Z: 1000, '^': 1000, b: 4096 } as const

/** Swallows sequences whose count is beyond anything a program means. */
export function guardTerminal(terminal: Guarded): void {
  for (const [final, most] of Object.entries(largest)) {
    terminal.parser.registerCsiHandler({ final }, ([count]) => typeof count === 'number' && count > most)
  }
}
