// `ps`, of busybox and of procps.
import { fail, type Machine, type Program, type Task } from '../process.ts'

/** The tasks, with the one that asks where it is not a container's or a command's first. */
function withOwn(machine: Machine, command: string): readonly Task[] {
  const tasks = machine.tasks()
  if (tasks.some((task) => task.command === command)) return tasks
  const last = Math.max(0, ...tasks.map(({ pid }) => pid))
  return [...tasks, { pid: last + 6, user: machine.user.uid === 0 ? 'root' : String(machine.user.uid), command }]
}

/** `ps aux` of procps. */
function psOfBsd(tasks: readonly Task[], out: (text: string) => void): number {
  out('USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n')
  for (const { pid, user, command } of tasks)
    out(`${user.padEnd(8)} ${String(pid).padStart(7)}  0.0  0.0   2584  1536 ?        ${pid === 1 ? 'Ss' : 'S '}   00:00   0:00 ${command}\n`)
  return 0
}

/** The program. */
export const ps: Program = (words, { machine, out }) => {
  const tasks = withOwn(machine, ['ps', ...words].join(' '))
  if (machine.flavor === 'busybox') {
    out('PID   USER     TIME  COMMAND\n')
    for (const { pid, user, command } of tasks) out(`${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}\n`)
  } else {
    if (/^[axuw]+$/.test(words[0] ?? '') && words[0]?.includes('u')) return psOfBsd(tasks, out)
    const wide = words.some((word) => /[aef]/.test(word))
    out(wide ? 'UID          PID    PPID  C STIME TTY          TIME CMD\n' : '    PID TTY          TIME CMD\n')
    for (const { pid, user, command } of tasks)
      out(
        wide
          ? `${user.padEnd(8)} ${String(pid).padStart(7)}       0  0 00:00 ?        00:00:00 ${command}\n`
          : `${String(pid).padStart(7)} ?        00:00:00 ${command.split(' ')[0]}\n`,
      )
  }
  return 0
}

/** `lsof`: what each task has open, as far as that is plain. */
export const lsof: Program = (_, { machine, out }) => {
  out('COMMAND PID USER   FD   TYPE DEVICE SIZE/OFF    NODE NAME\n')
  for (const { pid, user, command } of machine.tasks()) {
    const name = (command.split(/[ :]/)[0] ?? '').slice(0, 7).padEnd(7)
    for (const [descriptor, path] of [
      ['cwd', '/'],
      ['rtd', '/'],
      ['  1w', '/dev/pts/0'],
    ])
      out(`${name} ${String(pid).padStart(3)} ${user.padEnd(5)} ${descriptor}    DIR   0,42     4096 1313042 ${path}\n`)
    if (pid === 1)
      for (const port of machine.net.listening)
        out(`${name} ${String(pid).padStart(3)} ${user.padEnd(5)}  6u   IPv4  41532      0t0     TCP *:${port} (LISTEN)\n`)
  }
  return 0
}

/** `tcpdump`: it listens; packets are not simulated. */
export const tcpdump: Program = async (words, process) => {
  if (process.machine.user.uid !== 0)
    return fail(process, "tcpdump: eth0: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)")
  const device = words.includes('-i') ? (words[words.indexOf('-i') + 1] ?? 'eth0') : 'eth0'
  process.err(
    `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${device}, link-type EN10MB (Ethernet), snapshot length 262144 bytes\ndrydock: packets are not simulated\n`,
  )
  await process.sleep(Number.POSITIVE_INFINITY)
  return 0
}
