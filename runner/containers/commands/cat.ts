// `cat`.
import { isEndless, readDevice } from '../devices.ts'
import type { Program } from '../process.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'
import { noOption, strangeOption } from './usage.ts'

/** Bytes that are not shown by themselves, as `cat -v` shows them. */
function visible(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be shown
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f-\xff]/g, (char) => {
    const code = char.charCodeAt(0)
    const low = code & 127
    return `${code > 127 ? 'M-' : ''}${low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low)}`
  })
}

/** Lines with numbers and signs, as the options of `cat` ask for. */
function dressed(content: string, { has }: ReturnType<typeof readOptions>): string {
  let number = 0
  let blank = false
  return content
    .split(/(?<=\n)/)
    .map((whole) => {
      const ended = whole.endsWith('\n')
      const line = ended ? whole.slice(0, -1) : whole
      const skipped = has('s') && blank && line === ''
      blank = line === ''
      if (skipped || whole === '') return ''
      const shown = has('A', 'v', 'e', 't', 'E', 'T', 'show-all', 'show-nonprinting') ? visible(line) : line
      const tabs = has('A', 't', 'T', 'show-all', 'show-tabs') ? shown.replaceAll('\t', '^I') : shown
      const counted = has('b', 'number-nonblank') ? line !== '' : has('n', 'number')
      if (counted) number += 1
      return `${counted ? `${String(number).padStart(6)}\t` : ''}${tabs}${ended && has('A', 'e', 'E', 'show-all', 'show-ends') ? '$' : ''}${ended ? '\n' : ''}`
    })
    .join('')
}

/** `cat`: contents one after the other, with numbers and signs if they are asked for. */
export const cat: Program = async (words, process) => {
  const strange = strangeOption('cat', words, process.machine.flavor)
  if (strange !== undefined) return noOption(process, 'cat', strange)
  const options = readOptions(words, [])
  const plain = words.length === options.rest.length || words.every((word) => !/^-./.test(word) || word === '-u')
  if (options.rest.length === 0 && plain) {
    for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
      process.out(piece)
      await process.step()
    }
    return 0
  }
  const endless = plain ? options.rest.findIndex(isEndless) : -1
  if (endless >= 0) {
    const { parts } = await inputs('cat', options.rest.slice(0, endless), process)
    for (const { content } of parts) process.out(content)
    for (;;) {
      process.out(readDevice(options.rest[endless] ?? '', process) ?? '')
      await process.step()
    }
  }
  const { parts, code } = await inputs('cat', options.rest, process)
  const content = parts.map((part) => part.content).join('')
  process.out(plain ? content : dressed(content, options))
  return code
}
