// Plugins that change no answer here: only their words are looked at, where a mistake in them keeps CoreDNS from starting.
import { readGoDuration } from '../../../base/go-duration.ts'
import { refuse, type Setup } from '../plugin.ts'

/** Takes so many words at most, and no block. */
function upTo(most: number): Setup {
  return (stanza) => {
    while (stanza.next()) if (stanza.args().length > most) throw stanza.wrongCount()
    return undefined
  }
}

/** `health [ADDRESS] { lameduck DURATION }`. */
const health: Setup = (stanza) => {
  while (stanza.next()) {
    if (stanza.args().length > 1) throw stanza.wrongCount()
    while (stanza.line()) {
      if (stanza.text !== 'lameduck') throw stanza.wrongCount()
      const args = stanza.args()
      const [text = ''] = args
      if (args.length !== 1) throw stanza.wrongCount()
      if (readGoDuration(text) === undefined) throw refuse(`unable to parse lameduck duration value: '${text}' : ${invalidDuration(text)}`)
    }
  }
  return undefined
}

/** `reload [INTERVAL [JITTER]]`: the least interval is two seconds, the least jitter one. */
const reload: Setup = (stanza) => {
  stanza.next()
  const args = stanza.args()
  if (args.length > 2) throw stanza.wrongCount()
  for (const [index, text] of args.entries()) {
    const ms = readGoDuration(text)
    if (ms === undefined) throw refuse(invalidDuration(text))
    if (ms < (index === 0 ? 2000 : 1000))
      throw refuse(index === 0 ? 'interval value must be greater or equal to 2s' : 'jitter value must be greater or equal to 1s')
  }
  return undefined
}

/** `log [NAMES...] [FORMAT] { class CLASS... }`. */
const log: Setup = (stanza) => {
  while (stanza.next()) {
    stanza.args()
    while (stanza.line()) {
      if (stanza.text !== 'class') throw stanza.wrongCount()
      const classes = stanza.args()
      if (classes.length === 0) throw stanza.wrongCount()
      const other = classes.find((each) => !['all', 'denial', 'error', 'success'].includes(each))
      if (other !== undefined) throw refuse(`invalid Class: ${other}`)
    }
  }
  return undefined
}

function invalidDuration(text: string): string {
  const unitless = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)
  return `time: ${unitless ? 'missing unit in' : 'invalid'} duration ${JSON.stringify(text)}`
}

/** Their readers by name; others take whatever they are given. */
export const plainPlugins: Readonly<Record<string, Setup>> = { health, reload, log, ready: upTo(2), loop: upTo(0), debug: upTo(0), prometheus: upTo(1) }
