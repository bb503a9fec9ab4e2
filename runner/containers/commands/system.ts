// Programs about the machine, time and other programs.

import { apart, child, fail, isTerminal, type Process, type Program, runProgram } from '../process.ts'
import { signalName, signalNumber } from '../signals.ts'
import { date, formatDate } from './date.ts'
import { expr, seq } from './expr.ts'
import { kernelPrograms } from './kernel.ts'
import { readOptions } from './options.ts'
import { pagePrograms } from './pages.ts'
import { peoplePrograms } from './people.ts'
import { printf } from './printf.ts'
import { echo } from './say.ts'
import { taskPrograms } from './tasks.ts'
import { inputs } from './text.ts'
import { tooFew } from './usage.ts'
import { xargs } from './xargs.ts'

const env: Program = (words, process) => {
  const changed = new Map(process.env)
  let rest = [...words]
  for (; /^-./.test(rest[0] ?? '') || rest[0] === '-'; rest = rest.slice(1)) {
    const [word = ''] = rest
    if (word === '-' || /^-\w*i|^--ignore-environment$/.test(word)) changed.clear()
    else if (word === '-u' || word === '--unset') {
      changed.delete(rest[1] ?? '')
      rest = rest.slice(1)
    } else if (word.startsWith('-u') || word.startsWith('--unset=')) changed.delete(word.replace(/^(-u|--unset=)/, ''))
  }
  for (; /^[A-Za-z_][\w.]*=/.test(rest[0] ?? ''); rest = rest.slice(1))
    changed.set(rest[0]?.split('=')[0] ?? '', (rest[0] ?? '').slice((rest[0] ?? '').indexOf('=') + 1))
  if (rest.length > 0) return launch(rest, child(process, { env: changed }), 'env')
  const end = words.includes('-0') ? '\0' : '\n'
  for (const [name, value] of changed) process.out(`${name}=${value}${end}`)
  return 0
}

/** Runs a program for another that was asked to. */
async function launch(words: readonly string[], process: Process, name: string): Promise<number> {
  if (process.find(words[0] ?? '', process.cwd)) return runProgram(words, process)
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

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

function seconds(word: string): number | undefined {
  if (/^inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY
  const [, number, unit = ''] = word.match(/^(\d*\.?\d+)([smhd]?)$/) ?? []
  return number === undefined ? undefined : Number(number) * (units[unit] ?? 1)
}

const sleep: Program = async (words, process) => {
  if (words.length === 0) return tooFew(process, 'sleep')
  let total = 0
  for (const word of words) {
    const wait = seconds(word)
    if (wait === undefined)
      return fail(
        process,
        process.machine.flavor === 'busybox'
          ? `sleep: invalid number '${word}'`
          : `sleep: invalid time interval '${word}'\nTry 'sleep --help' for more information.`,
      )
    total += wait
  }
  await process.sleep(total * 1000)
  return 0
}

const timeout: Program = async (words, process) => {
  const options = readOptions(words, ['t', 's', 'k', 'signal', 'kill-after'], true)
  const [limit, ...command] = options.value('t') === undefined ? options.rest : [options.value('t') ?? '', ...options.rest]
  if (limit === undefined || command.length === 0) return tooFew(process, 'timeout', 'missing operand', 125)
  const wait = seconds(limit)
  const busybox = process.machine.flavor === 'busybox'
  if (wait === undefined)
    return fail(
      process,
      busybox ? `timeout: invalid number '${limit}'` : `timeout: invalid time interval '${limit}'\nTry 'timeout --help' for more information.`,
      busybox ? 1 : 125,
    )
  const name = signalName(options.value('s', 'signal') ?? 'TERM') ?? 'TERM'
  if (!process.find(command[0] ?? '', process.cwd)) return launch(command, process, 'timeout')
  let late = false
  const { code } = await apart(process, { command: command.join(' ') }, async (inner) => {
    const { halt: clock, leave } = process.halt.below()
    const alarm = process.sleep(wait === 0 ? Number.POSITIVE_INFINITY : wait * 1000, clock).then(
      () => {
        late = true
        inner.halt.fire(128 + signalNumber(name))
      },
      () => undefined,
    )
    const ended = await runProgram(command, inner)
    clock.fire(0)
    await alarm
    leave()
    return ended
  })
  if (!late) return code
  if (busybox || name === 'KILL') process.err(`${name === 'KILL' ? 'Killed' : 'Terminated'}\n`)
  return busybox || name === 'KILL' ? 128 + signalNumber(name) : options.has('preserve-status') ? code : 124
}

const hostname: Program = (words, { machine, files, out }) => {
  const letters = words.filter((word) => word.startsWith('-')).join('')
  const hosts = files.stat('/etc/hosts')
  const line = hosts?.kind === 'file' ? hosts.content.split('\n').find((each) => each.split(/\s+/).slice(1).includes(machine.hostname)) : undefined
  const full = line?.split(/\s+/)[1] ?? machine.hostname
  const [short = '', ...domain] = full.split('.')
  if (/[iI]/.test(letters)) out(`${machine.net.address}${letters.includes('I') ? ' ' : ''}\n`)
  else out(`${letters.includes('f') ? full : letters.includes('s') ? short : letters.includes('d') ? domain.join('.') : machine.hostname}\n`)
  return 0
}

const yes: Program = async (words, process) => {
  const line = `${words.join(' ') || 'y'}\n`
  const block = line.repeat(Math.ceil(256 / line.length))
  for (;;) {
    process.out(block)
    await process.step()
  }
}

const base64: Program = async (words, process) => {
  const options = readOptions(words, ['w', 'wrap'])
  const { parts, code } = await inputs('base64', options.rest, process)
  if (code !== 0) return code
  const content = parts.map((part) => part.content).join('')
  if (options.has('d', 'D', 'decode')) return decoded(content.replace(/\s/g, ''), options.has('i', 'ignore-garbage'), process)
  const width = Number(options.value('w', 'wrap') ?? 76)
  const text = btoa(content)
  const lines = width === 0 ? text : text.replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\n')
  process.out(width === 0 || text === '' ? lines : `${lines}\n`)
  return code
}

function decoded(text: string, lenient: boolean, process: Process): number {
  const plain = lenient ? text.replace(/[^\w+/=]/g, '') : text
  const [good = ''] = /^[A-Za-z\d+/]*={0,2}/.exec(plain) ?? []
  const bare = good.replace(/=+$/, '')
  const whole = bare.slice(0, bare.length % 4 === 1 ? -1 : undefined)
  process.out(atob(whole))
  if (good === plain && bare.length % 4 !== 1 && (good.length % 4 === 0 || process.machine.flavor === 'busybox')) return 0
  return fail(process, process.machine.flavor === 'busybox' ? 'base64: truncated input' : 'base64: invalid input')
}

const which: Program = (names, process) => {
  const wanted = names.filter((name) => !name.startsWith('-'))
  const folders = (process.env.get('PATH') ?? '').split(':')
  let missing = 0
  for (const name of wanted) {
    const path = name.includes('/') ? name : folders.map((folder) => `${folder}/${name}`).find((each) => process.files.stat(each)?.kind === 'file')
    const usual = process.find(name) ? `${process.machine.flavor === 'busybox' ? '/bin' : '/usr/bin'}/${name}` : undefined
    const found = path ?? usual
    if (found === undefined) missing = 1
    else process.out(`${found}\n`)
  }
  return missing
}

/** `time` as a program of its own: busybox has it, and dash looks for it. */
const timed: Program = async (words, process) => {
  const started = process.now()
  const code = await launch(
    words.filter((word, index) => index > 0 || word !== '-p'),
    process,
    'time',
  )
  const took = (process.now() - started) / 1000
  process.err(
    words[0] === '-p'
      ? `real ${took.toFixed(2)}\nuser 0.00\nsys 0.00\n`
      : `real\t${Math.floor(took / 60)}m ${(took % 60).toFixed(2)}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n`,
  )
  return code
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
  clear: (_, { out }) => {
    out('\x1b[H\x1b[J')
    return 0
  },
  reset: nothing,
  logger: nothing,
  arch: (_, { out }) => {
    out('x86_64\n')
    return 0
  },
  ...pagePrograms,
  sync: nothing,
  nproc: (_, { out }) => {
    out('4\n')
    return 0
  },
  uptime: (_, process) => {
    process.out(` ${formatDate(process.now(), '%H:%M:%S')} up 3 days,  2:11,  load average: 0.12, 0.10, 0.08\n`)
    return 0
  },
  tty: (_, process) => {
    const found = isTerminal(process, process.stdin)
    process.out(found ? '/dev/pts/0\n' : 'not a tty\n')
    return found ? 0 : 1
  },
  nohup: (words, process) => (words.length === 0 ? tooFew(process, 'nohup', 'missing operand', 125) : launch(words, process, 'nohup')),
  time: timed,
  vi: (_, process) => fail(process, 'vi: editing a whole screen is not simulated: write files with cat, echo or sed -i'),
}
