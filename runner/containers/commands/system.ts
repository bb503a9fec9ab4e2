// Programs about the machine, time and other programs.

import { child, fail, Halt, type Process, type Program, runProgram } from '../process.ts'
import { inputOf } from '../streams.ts'
import { formatDate } from './date.ts'
import { expr, seq } from './expr.ts'
import { kernelPrograms, may } from './kernel.ts'
import { readOptions } from './options.ts'
import { peoplePrograms } from './people.ts'
import { printf } from './printf.ts'
import { echo } from './say.ts'
import { taskPrograms } from './tasks.ts'
import { inputs } from './text.ts'

const env: Program = (words, process) => {
  const changed = new Map(process.env)
  let rest = [...words]
  if (rest[0] === '-i') {
    changed.clear()
    rest = rest.slice(1)
  }
  for (; /^[A-Za-z_]\w*=/.test(rest[0] ?? ''); rest = rest.slice(1))
    changed.set(rest[0]?.split('=')[0] ?? '', (rest[0] ?? '').slice((rest[0] ?? '').indexOf('=') + 1))
  if (rest.length > 0) return launch(rest, child(process, { env: changed }), 'env')
  for (const [name, value] of changed) process.out(`${name}=${value}\n`)
  return 0
}

/** Runs a program for another that was asked to. */
async function launch(words: readonly string[], process: Process, name: string): Promise<number> {
  if (process.find(words[0] ?? '')) return runProgram(words, process)
  const text =
    process.machine.flavor === 'busybox'
      ? `${name}: can't execute '${words[0]}': No such file or directory`
      : `${name}: '${words[0]}': No such file or directory`
  return fail(process, text, 127)
}

const printenv: Program = (names, process) => {
  if (names.length === 0) return env([], process)
  let code = 0
  for (const name of names) {
    const value = process.env.get(name)
    if (value === undefined) code = 1
    else process.out(`${value}\n`)
  }
  return code
}

function cannotSetDate({ machine }: Process): string {
  return `date: ${machine.flavor === 'busybox' ? "can't" : 'cannot'} set date: Operation not permitted`
}

const date: Program = (words, process) => {
  const options = readOptions(words, ['d', 'date', 's', 'set'])
  if (options.has('s', 'set') && !may(process, 'SYS_TIME')) return fail(process, cannotSetDate(process))
  const given = options.value('d', 'date')
  const at =
    given === undefined
      ? process.now()
      : given.startsWith('@')
        ? Number(given.slice(1)) * 1000
        : Date.parse(`${given.replace(' ', 'T')}${/[Zz]|[-+]\d\d:?\d\d$/.test(given) ? '' : 'Z'}`)
  if (Number.isNaN(at)) return fail(process, `date: invalid date '${given}'`)
  const wanted = options.rest.find((word) => !word.startsWith('+'))
  if (wanted !== undefined) return fail(process, /^\d{8}(\d\d){0,2}(\.\d\d)?$/.test(wanted) ? cannotSetDate(process) : `date: invalid date '${wanted}'`)
  const format = options.rest.find((word) => word.startsWith('+'))
  const iso = options.has('I', 'Iseconds', 'iso-8601')
  process.out(
    `${formatDate(at, format?.slice(1) ?? (iso ? '%Y-%m-%d' : process.machine.flavor === 'busybox' ? '%a %b %e %H:%M:%S UTC %Y' : '%a %b %e %H:%M:%S UTC %Y'))}\n`,
  )
  return 0
}

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

function seconds(word: string): number | undefined {
  if (/^inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY
  const [, number, unit = ''] = word.match(/^(\d*\.?\d+)([smhd]?)$/) ?? []
  return number === undefined ? undefined : Number(number) * (units[unit] ?? 1)
}

const sleep: Program = async (words, process) => {
  let total = 0
  for (const word of words) {
    const wait = seconds(word)
    if (wait === undefined)
      return fail(process, process.machine.flavor === 'busybox' ? `sleep: invalid number '${word}'` : `sleep: invalid time interval '${word}'`)
    total += wait
  }
  await process.sleep(total * 1000)
  return 0
}

const timeout: Program = async (words, process) => {
  const options = readOptions(words, ['t', 's', 'k', 'signal'], true)
  const [limit = '', ...command] = options.value('t') === undefined ? options.rest : [options.value('t') ?? '', ...options.rest]
  const halt = new Halt()
  const inner = child(process, { halt, sleep: (ms) => halt.unless(process.sleep(ms)) })
  const late = Symbol('late')
  const work = launch(command, inner, 'timeout')
  const ended = await Promise.race([work, process.sleep((seconds(limit) ?? 0) * 1000).then(() => late)])
  if (ended !== late) return ended as number
  halt.fire(143)
  if (process.machine.flavor === 'busybox') process.err('Terminated\n')
  return process.machine.flavor === 'busybox' ? 143 : 124
}

const hostname: Program = (words, { machine, out }) => {
  out(`${words.some((word) => word === '-i' || word === '-I') ? machine.net.address : machine.hostname}\n`)
  return 0
}

const xargs: Program = async (words, process) => {
  const options = readOptions(words, ['n', 'I', 'd', 'P', 'L'], true)
  const text = await process.stdin.readAll()
  const place = options.value('I')
  const items = (place === undefined ? text.split(options.has('0') ? '\0' : /\s+/) : text.split('\n')).filter((item) => item !== '')
  const command = options.rest.length === 0 ? ['echo'] : options.rest
  const size = place === undefined ? Number(options.value('n') ?? items.length) || 1 : 1
  let code = 0
  for (let start = 0; start < items.length; start += size) {
    const group = items.slice(start, start + size)
    const line = place === undefined ? [...command, ...group] : command.map((word) => word.replaceAll(place, group[0] ?? ''))
    const ended = await launch(line, child(process, { stdin: inputOf('') }), 'xargs')
    if (ended !== 0) code = 123
  }
  return code
}

const yes: Program = async (words, process) => {
  for (;;) {
    process.out(`${words.join(' ') || 'y'}\n`)
    await process.step()
  }
}

const base64: Program = async (words, process) => {
  const options = readOptions(words, ['w'])
  const { parts, code } = await inputs('base64', options.rest, process)
  const content = parts.map((part) => part.content).join('')
  if (options.has('d', 'D', 'decode')) process.out(atob(content.replace(/\s/g, '')))
  else process.out(options.value('w') === '0' ? btoa(content) : `${btoa(content).replace(/.{76}(?=.)/g, '$&\n')}\n`)
  return code
}

const which: Program = (names, process) => {
  const missing = names.filter((name) => !process.find(name))
  const folder = process.machine.flavor === 'busybox' ? '/bin' : '/usr/bin'
  for (const name of names) if (process.find(name)) process.out(`${folder}/${name}\n`)
  return missing.length > 0 ? 1 : 0
}

const nothing: Program = () => 0

/** The number of bytes that a word names, as `stress --vm-bytes` does; for the memory hogs. */
export function bytesOf(word: string): number {
  const [, number = '0', unit = ''] = word.match(/^(\d+)([kKmMgG]?)/) ?? []
  return Number(number) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1)
}

/** Programs of the system by name. */
export const systemPrograms: Readonly<Record<string, Program>> = {
  ...peoplePrograms,
  ...taskPrograms,
  ...kernelPrograms,
  echo,
  printf,
  env,
  printenv,
  date,
  sleep,
  usleep: async ([micro = '0'], process) => {
    await process.sleep(Number(micro) / 1000)
    return 0
  },
  timeout,
  hostname,
  seq,
  xargs,
  yes,
  base64,
  which,
  expr,
  true: nothing,
  false: () => 1,
  pwd: (_, { cwd, out }) => {
    out(`${cwd}\n`)
    return 0
  },
  test: (words, process) => launch(['sh', '-c', 'test "$@"', 'test', ...words], process, 'test'),
  clear: nothing,
  sync: nothing,
  nproc: (_, { out }) => {
    out('4\n')
    return 0
  },
  uptime: (_, process) => {
    process.out(` ${formatDate(process.now(), '%H:%M:%S')} up 3 days,  2:11,  load average: 0.12, 0.10, 0.08\n`)
    return 0
  },
  tty: (_, { tty, out }) => {
    out(tty ? '/dev/pts/0\n' : 'not a tty\n')
    return tty ? 0 : 1
  },
  nohup: (words, process) => launch(words, process, 'nohup'),
  time: (words, process) => launch(words, process, 'time'),
  vi: (_, process) => fail(process, 'vi: editing a whole screen is not simulated: write files with cat, echo or sed -i'),
}
