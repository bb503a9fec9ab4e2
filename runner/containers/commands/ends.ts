// `head` and `tail`: the beginnings and ends of files.

import { resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { remembered } from '../streams.ts'
import { readOptions } from './options.ts'
import { inputs } from './text.ts'
import { noOption, strangeOption } from './usage.ts'

/** Waits for what is added to a file, as it is written. */
async function follow(path: string, process: Process, seen: number): Promise<number> {
  let shown = seen
  for (;;) {
    await process.sleep(1000)
    const entry = process.files.stat(path)
    if (entry?.kind !== 'file') continue
    if (entry.content.length < shown) shown = 0
    if (entry.content.length > shown) process.out(entry.content.slice(shown))
    shown = entry.content.length
  }
}

const headOrTail =
  (name: 'head' | 'tail'): Program =>
  async (words, process) => {
    const old = words.map((word, index) => {
      if (index === 0 && name === 'tail') return word.replace(/^\+(\d+)$/, '-n+$1').replace(/^-(\d+)$/, '-n$1')
      return /^-[nc]$/.test(words[index - 1] ?? '') ? word : word.replace(/^-(\d+)$/, '-n$1')
    })
    const strange = strangeOption(name, old, process.machine.flavor)
    if (strange !== undefined) return noOption(process, name, strange)
    const options = readOptions(old, ['n', 'c', 'lines', 'bytes'])
    const count = options.value('n', 'lines') ?? '10'
    const bytes = options.value('c', 'bytes')
    if (name === 'head' && options.rest.length === 0) return headOfInput(process, { count, bytes })
    const { parts, code } = await inputs(name, options.rest, process, name === 'head' && bytes !== undefined ? Number(bytes) : undefined)
    const follows = name === 'tail' && options.has('f', 'F', 'follow')
    for (const [index, { path, content }] of parts.entries()) {
      if ((parts.length > 1 && !options.has('q')) || options.has('v')) process.out(`${index === 0 ? '' : '\n'}==> ${path} <==\n`)
      if (bytes !== undefined) process.out(bytesOf(name, content, bytes))
      else process.out(selected(name, content, count))
    }
    const [first] = parts
    if (name === 'tail' && parts.length === 0 && !options.has('F'))
      return fail(process, process.machine.flavor === 'busybox' ? 'tail: no files' : follows ? 'tail: no files remaining' : '', 1)
    if (follows && parts.length === 0 && options.has('F')) return follow(resolve(process.cwd, options.rest[0] ?? ''), process, 0)
    if (follows && first?.path === '/dev/null') await process.sleep(Number.POSITIVE_INFINITY)
    return follows && first ? follow(resolve(process.cwd, first.path), process, first.content.length) : code
  }

function bytesOf(name: 'head' | 'tail', content: string, count: string): string {
  const number = Number(count.replace(/^\+/, ''))
  if (name === 'head') return content.slice(0, number)
  if (count.startsWith('+')) return content.slice(Math.max(number - 1, 0))
  return number === 0 ? '' : content.slice(-Math.abs(number))
}

/** Reads no more of the input than is shown: whoever writes without an end hears that nobody reads on. */
async function headOfInput(process: Process, { count, bytes }: { readonly count: string; readonly bytes: string | undefined }): Promise<number> {
  const shown = (text: string): string => (bytes === undefined ? selected('head', text, count) : text.slice(0, Number(bytes)))
  let [text, lines] = ['', 0]
  for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read())) {
    text = remembered(text, piece)
    lines += piece.split('\n').length - 1
    if (bytes === undefined ? !count.startsWith('-') && lines >= Number(count) : text.length >= Number(bytes)) break
  }
  process.stdin.close()
  process.out(shown(text))
  return 0
}

function selected(name: 'head' | 'tail', content: string, count: string): string {
  const lines = content.split(/(?<=\n)/)
  const number = Number(count.replace(/^[-+]/, ''))
  if (name === 'head') return lines.slice(0, count.startsWith('-') ? -number : number).join('')
  if (count.startsWith('+')) return lines.slice(number - 1).join('')
  return number === 0 ? '' : lines.slice(-number).join('')
}

/** `head` and `tail` by name. */
export const endPrograms: Readonly<Record<string, Program>> = { head: headOrTail('head'), tail: headOrTail('tail') }
