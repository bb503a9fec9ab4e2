// Programs that show again or page by page: `watch`, `less`, `more`; and what tells lines of other systems.

import { FileError, resolve } from '../files.ts'
import { child, type Program, runProgram } from '../process.ts'
import { inputOf } from '../streams.ts'
import { cat } from './cat.ts'
import { formatDate } from './date.ts'
import { readOptions } from './options.ts'
import { complaint } from './text.ts'
import { tooFew } from './usage.ts'

/** Runs a program again and again, the screen cleared before each time. */
const watch: Program = async (words, process) => {
  const options = readOptions(words, ['n', 'interval'], true)
  if (options.rest.length === 0) return tooFew(process, 'watch')
  const interval = options.value('n', 'interval') ?? '2'
  const command = options.rest.join(' ')
  for (;;) {
    const head = `Every ${process.machine.flavor === 'busybox' ? interval : `${Number(interval).toFixed(1)}`}s: ${command}`
    process.out('\x1b[H\x1b[J')
    const width = process.terminal?.screen.columns || 80
    if (!options.has('t')) process.out(`${head.padEnd(width - 24)}${formatDate(process.now(), '%Y-%m-%d %H:%M:%S').padStart(24)}\n\n`)
    await runProgram(['sh', '-c', command], child(process, { stdin: inputOf('') }))
    await process.sleep(Number(interval) * 1000)
  }
}

/** All at once: what pages would show. */
const pager: Program = (words, process) =>
  cat(
    words.filter((word) => !/^[-+]./.test(word)),
    process,
  )

/** Line ends of one system in those of another, in place or through the streams. */
const lineEnds =
  (name: string, change: (text: string) => string): Program =>
  async (words, process) => {
    const paths = words.filter((word) => !word.startsWith('-'))
    if (paths.length === 0) {
      process.out(change(await process.halt.unless(process.stdin.readAll())))
      return 0
    }
    let code = 0
    for (const path of paths) {
      try {
        const real = resolve(process.cwd, path)
        process.files.write(real, change(process.files.read(real)))
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        process.err(`${complaint(process, name, path, error)}\n`)
        code = 1
      }
    }
    return code
  }

/** Programs about pages and line ends by name. */
export const pagePrograms: Readonly<Record<string, Program>> = {
  watch,
  less: pager,
  more: pager,
  dos2unix: lineEnds('dos2unix', (text) => text.replaceAll('\r\n', '\n')),
  unix2dos: lineEnds('unix2dos', (text) => text.replace(/\r?\n/g, '\r\n')),
}
