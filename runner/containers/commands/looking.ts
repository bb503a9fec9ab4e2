// Programs that look at what others have open and send.
import { fail, type Program } from '../process.ts'

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
