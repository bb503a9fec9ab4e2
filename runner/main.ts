// The drydock command: joins this process to the command line, and gives the process its exit code.
import { setFlagsFromString } from 'node:v8'
import { drydock } from './cli/drydock.ts'
import { projectFolder } from './cli/machine.ts'

// Expressions that learners write (`grep`, patterns of custom resources) must not hold up everybody else: V8 goes through one in a single
// pass once it has stepped back too often. Those that ignore case, look around or refer back cannot be done so.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ending.abort(signal))
// Whoever reads the output may stop reading: that is no error of ours.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => process.exit(141))

process.exitCode = await drydock(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  project: projectFolder,
  ending: ending.signal,
})
// What a world left behind (an open keep-alive connection, a timer) must not hold the process up.
process.stdout.write('', () => process.stderr.write('', () => process.exit()))
