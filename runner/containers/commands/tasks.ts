// Programs about running programs.
import { fail, type Process, type Program, type Task } from '../process.ts'
import { formatDate } from './date.ts'
import { userName } from './people.ts'

/** Everything that runs, with the one that asks. */
function running(name: string, words: readonly string[], process: Process): readonly Task[] {
  const { user, tasks } = process.machine
  const command = [name, ...words].join(' ')
  const all = tasks()
  if (all.some((task) => task.command === command)) return all
  const pid = Math.max(...all.map((task) => task.pid), 6) + 1
  return [...all, { pid, user: user.uid === 0 ? 'root' : String(user.uid), command }]
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
  const known = running('ps', words, process).map((task) => ({ ...task, user: /^\d+$/.test(task.user) ? userName(Number(task.user), process) : task.user }))
  if (process.machine.flavor === 'busybox') {
    process.out('PID   USER     TIME  COMMAND\n')
    for (const { pid, user, command } of known) process.out(`${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`)
    return 0
  }
  const asked = words[0] ?? ''
  const form = forms.find(([wanted]) => wanted.test(asked))
  const at = formatDate(process.now(), '%H:%M')
  process.out(`${form?.[1]}\n`)
  for (const task of known) process.out(`${form?.[2](task, at)}\n`)
  return 0
}

const top: Program = (words, process) => {
  const at = formatDate(process.now(), '%H:%M:%S')
  process.out(
    process.machine.flavor === 'busybox'
      ? 'Mem: 6553600K used, 9830400K free, 1024K shrd, 204800K buff, 3895680K cached\nCPU:   2% usr   1% sys   0% nic  96% idle   0% io   0% irq   0% sirq\nLoad average: 0.12 0.10 0.08 1/412 14\n  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n'
      : `top - ${at} up 3 days,  2:11,  0 users,  load average: 0.12, 0.10, 0.08\nTasks:   2 total,   1 running,   1 sleeping,   0 stopped,   0 zombie\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n`,
  )
  for (const { pid, user, command } of running('top', words, process))
    process.out(
      process.machine.flavor === 'busybox'
        ? `${String(pid).padStart(5)}     0 ${user.padEnd(8)} ${command.startsWith('top') ? 'R' : 'S'}     4400   0%   0   0% ${command}\n`
        : `${String(pid).padStart(7)} ${user.padEnd(9)} 20   0    4364   3200   2816 ${command.startsWith('top') ? 'R' : 'S'}   0.0   0.0   0:00.01 ${command.split(' ')[0]}\n`,
    )
  return 0
}

const signals: Readonly<Record<string, string>> = { '1': 'HUP', '2': 'INT', '9': 'KILL', '15': 'TERM' }

const kill: Program = (words, process) => {
  const flag = words.find((word) => word.startsWith('-'))?.replace(/^-(s|SIG)?/, '') ?? 'TERM'
  for (const pid of words.filter((word) => /^\d+$/.test(word))) {
    if (!process.machine.kill(Number(pid), signals[flag] ?? flag)) return fail(process, `kill: can't kill pid ${pid}: No such process`)
  }
  return 0
}

/** Programs about running programs by name. */
export const taskPrograms: Readonly<Record<string, Program>> = { ps, kill, top }
