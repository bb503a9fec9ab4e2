// Programs about running programs: what there is, and how it is ended.

import { nameOf } from '../files.ts'
import { fail, isTerminal, type Process, type Program, type Task } from '../process.ts'
import { sendSignal } from '../send-signal.ts'
import { signalName, signalNames } from '../signals.ts'
import { formatDate } from './date.ts'
import { readOptions } from './options.ts'
import { userName } from './people.ts'
import { noOption } from './usage.ts'

/** Everything that runs, with the one that asks, and what the shells beside it have started. */
function running(name: string, words: readonly string[], process: Process): readonly Task[] {
  const { user, tasks } = process.machine
  const own = user.uid === 0 ? 'root' : String(user.uid)
  const all = [...tasks()]
  for (const { pid, command } of process.family.members) if (pid !== process.pid && !all.some((task) => task.pid === pid)) all.push({ pid, user: own, command })
  if (!all.some((task) => task.pid === process.pid)) all.push({ pid: process.pid, user: own, command: [name, ...words].join(' ') })
  return all.sort((a, b) => a.pid - b.pid).map((task) => ({ ...task, user: /^\d+$/.test(task.user) ? userName(Number(task.user), process) : task.user }))
}

type Column = readonly [head: string, width: number, value: (task: Task, process: Process) => string]

/** Columns of `ps -o`, by name: as busybox and GNU print them. */
const columns: Readonly<Record<string, Column>> = {
  pid: ['PID', 5, ({ pid }) => String(pid)],
  ppid: ['PPID', 5, ({ pid }) => (pid === 1 ? '0' : '1')],
  user: ['USER', 8, ({ user }) => user],
  group: ['GROUP', 8, ({ user }) => user],
  comm: ['COMMAND', 16, ({ command }) => nameOf(command.split(' ')[0] ?? '')],
  args: ['COMMAND', 27, ({ command }) => command],
  cmd: ['CMD', 27, ({ command }) => command],
  time: ['TIME', 6, () => '0:00'],
  etime: ['ELAPSED', 7, () => '0:10'],
  vsz: ['VSZ', 6, ({ command }) => String(2576 + command.length * 16)],
  rss: ['RSS', 4, ({ command }) => String(1300 + command.length * 4)],
  stat: ['STAT', 4, ({ pid }) => (pid === 1 ? 'S' : 'R')],
  tty: ['TT', 6, () => '?'],
  nice: ['NI', 5, () => '0'],
  pgid: ['PGID', 5, ({ pid }) => String(pid)],
  '%cpu': ['%CPU', 4, () => '0.0'],
  '%mem': ['%MEM', 4, () => '0.0'],
  pcpu: ['%CPU', 4, () => '0.0'],
  pmem: ['%MEM', 4, () => '0.0'],
}

const left: ReadonlySet<string> = new Set(['user', 'group', 'comm', 'args', 'cmd', 'tty', 'stat'])

function table(names: readonly string[], tasks: readonly Task[], process: Process): string {
  const busybox = process.machine.flavor === 'busybox'
  const wanted = names.flatMap((name) => (columns[name] ? [[name, columns[name]] as const] : []))
  const row = (value: (column: Column) => string): string =>
    `${wanted
      .map(([name, column], index) => {
        const width = Math.max(column[1], column[0].length)
        if (index === wanted.length - 1 && (busybox || left.has(name))) return value(column)
        return busybox || left.has(name) ? value(column).padEnd(width) : value(column).padStart(busybox ? width : width + 2)
      })
      .join(' ')}\n`
  return row(([head]) => head) + tasks.map((task) => row(([, , value]) => value(task, process))).join('')
}

/** Which form somebody wants: that of System V, that of BSD, or the short one. */
const forms: readonly (readonly [words: RegExp, head: string, row: (task: Task, at: string) => string])[] = [
  [
    /^-\w*f|^-\w*F/,
    'UID          PID    PPID  C STIME TTY          TIME CMD',
    ({ pid, user, command }, at) => `${user.padEnd(8)} ${String(pid).padStart(7)}       0  0 ${at} ?        00:00:00 ${command}`,
  ],
  [
    /^-?\w*u/,
    'USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND',
    ({ pid, user, command }, at) =>
      `${user.padEnd(8)} ${String(pid).padStart(7)}  0.0  0.0   ${String(2576 + command.length * 16).padStart(4)}  ${String(1300 + command.length * 4).padStart(4)} ?        ${pid === 1 ? 'Ss ' : 'S  '}  ${at}   0:00 ${command}`,
  ],
  [/^/, '    PID TTY          TIME CMD', ({ pid, command }) => `${String(pid).padStart(7)} ?        00:00:00 ${command.split(' ')[0]}`],
]

const ps: Program = (words, process) => {
  const known = running('ps', words, process)
  const options = readOptions(words, ['o', 'O', 'p', 'C', 'u'])
  const names = options.all('o').flatMap((list) => list.split(',').map((name) => name.split('=')[0]?.trim() ?? ''))
  const pids = options.value('p')?.split(',')
  const shown = pids === undefined || process.machine.flavor === 'busybox' ? known : known.filter(({ pid }) => pids.includes(String(pid)))
  if (names.length > 0) {
    const odd = names.find((name) => !columns[name])
    if (odd !== undefined)
      return fail(
        process,
        process.machine.flavor === 'busybox'
          ? `ps: bad -o argument '${odd}', supported arguments: user,group,comm,args,pid,ppid,pgid,tty,vsz,sid,stat,rss`
          : `error: unknown user-defined format specifier "${odd}"`,
      )
    const text = table(names, shown, process)
    process.out(options.all('o').some((list) => list.endsWith('=')) ? text.slice(text.indexOf('\n') + 1) : text)
    return 0
  }
  if (process.machine.flavor === 'busybox') {
    process.out('PID   USER     TIME  COMMAND\n')
    for (const { pid, user, command } of known) process.out(`${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`)
    return 0
  }
  const asked = words[0] ?? ''
  const form = forms.find(([wanted]) => wanted.test(asked))
  const at = formatDate(process.now(), '%H:%M')
  process.out(`${form?.[1]}\n`)
  for (const task of shown) process.out(`${form?.[2](task, at)}\n`)
  return 0
}

const top: Program = async (words, process) => {
  const options = readOptions(words, ['n', 'd', 'u', 'p', 'o'])
  const turns = Number(options.value('n') ?? (options.has('b') || !isTerminal(process, process.out) ? 1 : Number.POSITIVE_INFINITY))
  for (let turn = 0; turn < turns; turn += 1) {
    if (turn > 0) await process.sleep(Number(options.value('d') ?? 5) * 1000)
    if (!options.has('b') && isTerminal(process, process.out)) process.out('\x1b[H\x1b[J')
    showLoad(words, process)
  }
  return 0
}

function showLoad(words: readonly string[], process: Process): void {
  const at = formatDate(process.now(), '%H:%M:%S')
  const busybox = process.machine.flavor === 'busybox'
  const tasks = running('top', words, process)
  process.out(
    busybox
      ? 'Mem: 6553600K used, 9830400K free, 1024K shrd, 204800K buff, 3895680K cached\nCPU:   2% usr   1% sys   0% nic  96% idle   0% io   0% irq   0% sirq\nLoad average: 0.12 0.10 0.08 1/412 14\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n'
      : `top - ${at} up 3 days,  2:11,  0 users,  load average: 0.12, 0.10, 0.08\nTasks: ${String(tasks.length).padStart(3)} total,   1 running, ${String(tasks.length - 1).padStart(3)} sleeping,   0 stopped,   0 zombie\n%Cpu(s):  2.0 us,  1.0 sy,  0.0 ni, 96.8 id,  0.2 wa,  0.0 hi,  0.0 si,  0.0 st \nMiB Mem :  16000.0 total,   9600.0 free,   2395.6 used,   4004.4 buff/cache     \nMiB Swap:      0.0 total,      0.0 free,      0.0 used.  13604.4 avail Mem \n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n`,
  )
  for (const { pid, user, command } of tasks)
    process.out(
      busybox
        ? `${String(pid).padStart(5)}     0 ${user.padEnd(8)} ${command.startsWith('top') ? 'R' : 'S'}     4400   0%   0   0% ${command}\n`
        : `${String(pid).padStart(7)} ${user.padEnd(9)} 20   0    4364   3200   2816 ${command.startsWith('top') ? 'R' : 'S'}   0.0   0.0   0:00.01 ${nameOf(command.split(' ')[0] ?? '')}\n`,
    )
}

/** The signal that the first word names, and the words behind. */
function signalOf(words: readonly string[]): { readonly name: string | undefined; readonly word: string; readonly rest: readonly string[] } {
  const [first = ''] = words
  if (first === '-s' || first === '-n') return { name: signalName(words[1] ?? ''), word: words[1] ?? '', rest: words.slice(2) }
  if (/^-./.test(first) && first !== '--') return { name: signalName(first.slice(1)), word: first.slice(1), rest: words.slice(1) }
  return { name: 'TERM', word: 'TERM', rest: first === '--' ? words.slice(1) : words }
}

const kill: Program = (words, process) => {
  if (words[0] === '-l') {
    process.out(`${signalNames.map((name, index) => `${String(index + 1).padStart(2)}) ${name}`).join('\n')}\n`)
    return 0
  }
  const { name, word, rest } = signalOf(words)
  if (name === undefined) return fail(process, `kill: bad signal name '${word}'`)
  if (rest.length === 0) return fail(process, 'kill: you need to specify whom to kill')
  let code = 0
  for (const pid of rest) {
    if (!/^-?\d+$/.test(pid)) code = fail(process, `kill: invalid number '${pid}'`)
    else if (!sendSignal(process, Number(pid), name)) code = fail(process, `kill: can't kill pid ${pid}: No such process`)
  }
  return code
}

/** Tasks whose program bears a name, or fits an expression. */
function called(process: Process, fits: (task: Task) => boolean): readonly Task[] {
  return running('', [], process).filter((task) => task.pid !== process.pid && fits(task))
}

function programOf({ command }: Task): string {
  return nameOf(command.split(' ')[0] ?? '').replace(/:$/, '')
}

const pidof: Program = (words, process) => {
  const names = words.filter((word) => !word.startsWith('-'))
  const found = called(process, (task) => names.includes(programOf(task))).map(({ pid }) => pid)
  if (found.length > 0) process.out(`${(words.includes('-s') ? found.slice(0, 1) : found.toReversed()).join(' ')}\n`)
  return found.length > 0 ? 0 : 1
}

const killall: Program = (words, process) => {
  const { name, word, rest } = signalOf(words)
  if (name === undefined) return fail(process, `killall: bad signal name '${word}'`)
  let code = 0
  for (const wanted of rest) {
    const found = called(process, (task) => programOf(task) === wanted)
    for (const { pid } of found) sendSignal(process, pid, name)
    if (found.length === 0) code = fail(process, `killall: ${wanted}: no process killed`)
  }
  return code
}

const findTasks =
  (name: 'pgrep' | 'pkill'): Program =>
  (words, process) => {
    const signal = name === 'pkill' ? signalOf(words) : { name: 'TERM', rest: words }
    const options = readOptions(signal.name === undefined ? words : signal.rest, ['u', 'P', 's'])
    const [pattern] = options.rest
    if (pattern === undefined) return noOption(process, name, '?', 2)
    const text = (task: Task): string => (options.has('f') ? task.command : programOf(task))
    const found = called(process, (task) => (options.has('x') ? text(task) === pattern : new RegExp(pattern).test(text(task))))
    for (const task of found) {
      if (name === 'pkill') sendSignal(process, task.pid, signal.name ?? 'TERM')
      else process.out(`${task.pid}${options.has('l', 'a') ? ` ${options.has('a') ? task.command : programOf(task)}` : ''}\n`)
    }
    return found.length > 0 ? 0 : 1
  }

/** Programs about running programs by name. */
export const taskPrograms: Readonly<Record<string, Program>> = { ps, kill, top, pidof, killall, pgrep: findTasks('pgrep'), pkill: findTasks('pkill') }
