// Control sequences with counts that xterm.js would loop over: thirteen bytes can ask for two thousand million lines.
import type { Terminal } from '@xterm/xterm'

/** Final bytes and the largest count that is let through. */
const guards: Readonly<Record<string, number>> = { S: 1000, T: 1000, L: 1000, M: 1000, '^': 1000, I: 1000, Z: 1000, b: 4096 }

/** Swallows sequences with a count beyond any screen. */
export function guardSequences(terminal: Pick<Terminal, 'parser'>): void {
  for (const [final, most] of Object.entries(guards)) {
    terminal.parser.registerCsiHandler({ final }, ([count]) => typeof count === 'number' && count > most)
  }
}
