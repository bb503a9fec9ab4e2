// Signals by number and name, and what becomes of who does not heed them.

const names =
  'EXIT HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH POLL PWR SYS'.split(
    ' ',
  )

const unheeded: ReadonlySet<string> = new Set(['CHLD', 'CONT', 'URG', 'WINCH', 'STOP', 'TSTP', 'TTIN', 'TTOU'])

/** All names in the order of their numbers, from 1. */
export const signalNames: readonly string[] = names.slice(1)

/** The name of a signal that is given by number or name, with or without `SIG`; undefined for none. `0` is `EXIT`. */
export function signalName(word: string): string | undefined {
  if (/^\d+$/.test(word)) return names[Number(word)]
  const plain = word.toUpperCase().replace(/^SIG/, '')
  return names.includes(plain) ? plain : plain === 'IO' ? 'POLL' : undefined
}

/** The number of a signal by its name. */
export function signalNumber(name: string): number {
  return names.indexOf(name)
}

/** True for a signal that ends who does not heed it. */
export function endsProcesses(name: string): boolean {
  return !unheeded.has(name) && name !== 'EXIT'
}

const ends: Readonly<Record<string, string>> = {
  HUP: 'Hangup',
  QUIT: 'Quit',
  ILL: 'Illegal instruction',
  TRAP: 'Trace/breakpoint trap',
  ABRT: 'Aborted',
  BUS: 'Bus error',
  FPE: 'Floating point exception',
  KILL: 'Killed',
  USR1: 'User defined signal 1',
  SEGV: 'Segmentation fault',
  USR2: 'User defined signal 2',
  ALRM: 'Alarm clock',
  TERM: 'Terminated',
}

/** What a shell says of a process that a signal ended; nothing of some. */
export function endedBy(code: number): string | undefined {
  return ends[names[code - 128] ?? '']
}
