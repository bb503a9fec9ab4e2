// Sequences that xterm.js would do too much work for: counts that it loops over (thirteen bytes can ask for two thousand
// million lines), and links without number, each of which it follows as long as it can be scrolled to.
import type { Terminal } from '@xterm/xterm'

/** Final bytes and the largest count that is let through. */
const counts: Readonly<Record<string, number>> = { S: 1000, T: 1000, L: 1000, M: 1000, '^': 1000, I: 1000, Z: 1000, b: 4096 }

/** Links of a terminal that are made into links; the text of further ones is shown. */
const links = 5000

/** Swallows what is beyond any honest use. */
export function guardSequences({ parser }: Pick<Terminal, 'parser'>): void {
  for (const [final, most] of Object.entries(counts)) {
    parser.registerCsiHandler({ final }, ([count]) => typeof count === 'number' && count > most)
  }
  let seen = 0
  parser.registerOscHandler(8, (data) => {
    if (data.endsWith(';')) return false
    seen += 1
    return seen > links
  })
}
