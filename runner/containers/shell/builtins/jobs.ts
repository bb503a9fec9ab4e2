// Builtins about what runs in the background: wait, jobs, kill.
import { sendSignal } from '../../send-signal.ts'
import { endedBy, signalName, signalNames, signalNumber } from '../../signals.ts'
import type { Builtin, ShellCore } from '../core.ts'
import type { Job } from '../jobs.ts'
import type { Streams } from '../redirect.ts'

/** Waits for jobs; a trap that is due comes first. Undefined if one did. */
function awaited(shell: ShellCore, jobs: readonly Job[], all: boolean): Promise<unknown> {
  const ends = jobs.map(({ done }) => done)
  return shell.traps.unless(all ? Promise.all(ends).then(() => true) : Promise.race(ends).then(() => true))
}

const wait: Builtin = async (words, shell, streams) => {
  const { jobs } = shell
  const names = words.filter((word) => !word.startsWith('-'))
  const next = words.includes('-n')
  let code = next && jobs.list.length === 0 ? 127 : 0
  for (const name of names.length === 0 ? [undefined] : names) {
    const job = name === undefined ? undefined : jobs.find(name)
    if (name !== undefined && !job) {
      if (shell.scope.dialect === 'bash') shell.complain(streams, `pid ${name} is not a child of this shell`, 'wait')
      code = 127
      continue
    }
    const wanted = job ? [job] : [...jobs.list]
    if (wanted.length === 0) continue
    while ((await awaited(shell, wanted, !next)) === undefined) {
      if (shell.scope.dialect !== 'dash' || name !== undefined) return interrupted(shell, streams)
      await shell.heed(streams)
    }
    const over = next ? wanted.filter((each) => each.code !== undefined).slice(0, 1) : wanted
    for (const each of over) tellEnd(each, shell, streams)
    code = job || next ? (over[0]?.code ?? 0) : 0
  }
  return code
}

/** A signal's number tells why the wait is over; its trap is run before what follows. */
async function interrupted(shell: ShellCore, streams: Streams): Promise<number> {
  const name = shell.traps.first ?? ''
  await shell.heed(streams)
  return 128 + signalNumber(name)
}

function tellEnd(job: Job, { jobs, scope }: ShellCore, streams: Streams): void {
  const word = job.killed ? endedBy(job.code ?? 0) : undefined
  if (word !== undefined && !(scope.dialect === 'bash' && word === 'Terminated') && jobs.list.includes(job))
    streams.err(
      scope.dialect === 'bash' ? `${scope.name}: line ${scope.line + 1}: ${String(job.pid).padStart(5)} ${word.padEnd(23)} ${job.text}\n` : `${word}\n`,
    )
  jobs.forget(job)
}

/** How a job stands, in the words of `jobs`. */
export function jobLine(job: Job, { scope, jobs }: ShellCore, typed: boolean): string {
  const mark = jobs.list.at(-1) === job ? '+' : jobs.list.at(-2) === job ? '-' : ' '
  const state =
    job.code === undefined
      ? 'Running'
      : job.killed
        ? (endedBy(job.code) ?? 'Done')
        : job.code === 0
          ? 'Done'
          : scope.dialect === 'bash'
            ? `Exit ${job.code}`
            : `Done(${job.code})`
  if (scope.dialect === 'bash') return `[${job.number}]${mark}  ${state.padEnd(23)} ${job.text}${job.code === undefined ? ' &' : ''}\n`
  if (scope.dialect === 'dash') return `[${job.number}] ${mark} ${state.padEnd(27)}${typed ? job.text : ''}\n`
  return `[${job.number}]${mark}  ${state.padEnd(27)}${typed ? job.text : ''}\n`
}

const jobsOf: Builtin = (words, shell, { out }) => {
  for (const job of [...shell.jobs.list]) {
    if (words.includes('-p')) out(`${job.pid}\n`)
    else out(jobLine(job, shell, shell.interactive))
    if (job.code !== undefined) shell.jobs.forget(job)
  }
  return 0
}

const kill: Builtin = (words, shell, streams) => {
  const { dialect } = shell.scope
  const said = dialect === 'ash' ? undefined : 'kill'
  if (words[0] === '-l' || words[0] === '-L') return list(words.slice(1), shell, streams)
  let [name, rest]: [string, readonly string[]] = ['TERM', words]
  const [, flag] = /^-(?!-)(?:SIG)?(.+)$/.exec(words[0] ?? '') ?? []
  if (flag !== undefined) {
    const word = flag === 's' || flag === 'n' ? (words[1] ?? '') : flag
    rest = words.slice(flag === 's' || flag === 'n' ? 2 : 1)
    const found = signalName(word)
    if (found === undefined) {
      shell.complain(
        streams,
        dialect === 'bash' ? `${word}: invalid signal specification` : dialect === 'ash' ? `bad signal name '${word}'` : `Illegal option -${word[0]}`,
        said,
      )
      return dialect === 'dash' ? 2 : 1
    }
    name = found
  }
  if (rest[0] === '--') rest = rest.slice(1)
  if (rest.length === 0) {
    if (dialect === 'ash') shell.complain(streams, 'you need to specify whom to kill')
    else if (dialect === 'bash') streams.err('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n')
    else shell.complain(streams, 'Usage: kill [-s sigspec | -signum | -sigspec] [pid | job]... or\nkill -l [exitstatus]', 'kill')
    return dialect === 'ash' ? 1 : 2
  }
  return Math.max(...rest.map((word) => killOne(word, name, shell, streams)))
}

function killOne(word: string, name: string, shell: ShellCore, streams: Streams): number {
  const { dialect } = shell.scope
  const said = dialect === 'ash' ? undefined : 'kill'
  const job = word.startsWith('%') ? shell.jobs.find(word) : undefined
  if (!job && !/^-?\d+$/.test(word)) {
    const line = { ash: `invalid number '${word}'`, dash: `Illegal number: ${word}`, bash: `${word}: arguments must be process or job IDs` }[dialect]
    shell.complain(streams, line, said)
    return 1
  }
  const pid = job?.pid ?? Number(word)
  if (sendSignal(shell.process, pid, name)) return 0
  const line = { ash: `can't kill pid ${pid}: No such process`, dash: 'No such process', bash: `(${pid}) - No such process` }[dialect]
  shell.complain(streams, line, said)
  return 1
}

function list(words: readonly string[], { scope }: ShellCore, { out }: Streams): number {
  for (const word of words) {
    const number = Number(word) > 128 ? Number(word) - 128 : word
    const name = signalName(String(number))
    out(`${/^\d+$/.test(word) ? (name ?? word) : signalNumber(name ?? '')}\n`)
  }
  if (words.length > 0) return 0
  if (scope.dialect === 'bash') out(`${columns(signalNames)}\n`)
  else for (const [index, name] of signalNames.entries()) out(scope.dialect === 'ash' ? `${String(index + 1).padStart(2)}) ${name}\n` : `${name}\n`)
  return 0
}

function columns(names: readonly string[]): string {
  const cells = names.map((name, index) => `${String(index + 1).padStart(2)}) SIG${name}`)
  return Array.from({ length: Math.ceil(cells.length / 5) }, (_, row) => cells.slice(row * 5, row * 5 + 5).join('\t')).join('\n')
}

const foreground: Builtin = async (words, shell, streams) => {
  const job = shell.jobs.find(words[0] ?? '%+')
  if (!job || !shell.interactive) {
    shell.complain(streams, shell.interactive ? `${words[0] ?? 'current'}: no such job` : 'no job control', 'fg')
    return 1
  }
  streams.out(`${job.text}\n`)
  const code = await shell.process.halt.unless(job.done)
  shell.jobs.forget(job)
  return code
}

/** Builtins about jobs by name. */
export const jobControl: Readonly<Record<string, Builtin>> = {
  wait,
  jobs: jobsOf,
  kill,
  fg: foreground,
  bg: (_, shell, streams) => {
    if (!shell.interactive) shell.complain(streams, 'no job control', 'bg')
    return shell.interactive ? 0 : 1
  },
  disown: (words, { jobs }) => {
    for (const job of words.length === 0 ? jobs.list.slice(-1) : words.flatMap((word) => jobs.find(word) ?? [])) jobs.forget(job)
    return 0
  },
}
