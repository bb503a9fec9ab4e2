// awk: reads its options, and gives its program what only a process has.
import type { Given, Need } from '../awk/evaluate.ts'
import { parseAwk } from '../awk/parse.ts'
import { Awk } from '../awk/run.ts'
import { AwkFault } from '../awk/syntax.ts'
import { readDevice } from '../devices.ts'
import { FileError, resolve } from '../files.ts'
import { child, fail, type Process, type Program, runProgram } from '../process.ts'
import { readOptions } from './options.ts'

/** awk as busybox has it: POSIX, and a little of gawk's. */
export const awk: Program = async (words, process) => {
  const options = readOptions(words, ['F', 'v', 'f', 'e'], true)
  const scripts = options.all('f')
  const [first = '', ...rest] = options.rest
  try {
    const source = scripts.length === 0 ? (options.value('e') ?? first) : scripts.map((path) => contentOf(path, process)).join('\n')
    const files = scripts.length === 0 && options.value('e') === undefined ? rest : options.rest
    if (source === '' && scripts.length === 0) return fail(process, 'awk: cmd. line:0: Unexpected end of string')
    const separator = options.value('F')
    const variables = options.all('v').map((text) => [text.split('=')[0] ?? '', text.slice(text.indexOf('=') + 1)] as const)
    const program = new Awk({
      program: parseAwk(source),
      files,
      variables: [...(separator === undefined ? [] : [['FS', separator === 't' ? '\t' : separator] as const]), ...variables],
      environment: process.env,
      print: (text) => process.out(text),
      write: (path, text, append) => send(process, path, { text, append }),
      now: () => process.now(),
      below: (limit) => process.seed.below(limit),
    })
    return await driven(program, process)
  } catch (error) {
    if (error instanceof AwkFault)
      return fail(
        process,
        `awk: ${/: (No such file or directory|Permission denied|Is a directory)$/.test(error.message) ? '' : 'cmd. line:1: '}${error.message}`,
      )
    if (error instanceof FileError) return fail(process, `awk: ${error.message}`)
    throw error
  }
}

async function driven(program: Awk, process: Process): Promise<number> {
  const work = program.work()
  let given: Given = {}
  for (;;) {
    const { done, value } = work.next(given)
    if (done) return value
    try {
      given = await satisfied(value, process)
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      const fault = new AwkFault(`${value.kind === 'read' ? value.path : ''}: ${error.message}`)
      const { done: over, value: next } = work.throw(fault)
      if (over) return next
      given = await satisfied(next, process)
    }
  }
}

async function satisfied(need: Need, process: Process): Promise<Given> {
  if (need.kind === 'more') {
    const text = await process.halt.unless(process.stdin.read())
    return text === undefined ? {} : { text }
  }
  if (need.kind === 'read') return { text: need.path === '-' ? await process.halt.unless(process.stdin.readAll()) : contentOf(need.path, process) }
  if (need.kind === 'step') {
    await process.step()
    return {}
  }
  const pieces: string[] = []
  const out = need.shown ? process.out : (bytes: string) => void pieces.push(bytes)
  const code = await runProgram(['sh', '-c', need.command], child(process, { out }))
  return { text: pieces.join(''), code }
}

function contentOf(path: string, process: Process): string {
  const real = resolve(process.cwd, path)
  return readDevice(real, process) ?? process.files.read(real)
}

function send(process: Process, path: string, { text, append }: { readonly text: string; readonly append: boolean }): void {
  if (path === '/dev/stderr') process.err(text)
  else if (path === '/dev/stdout' || path === '-') process.out(text)
  else if (readDevice(path, process, 0) === undefined) process.files.write(resolve(process.cwd, path), text, { append })
}
