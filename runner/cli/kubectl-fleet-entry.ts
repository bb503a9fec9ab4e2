// The program `kubectl-fleet` of a sandbox, which kubectl runs as `kubectl fleet`: bundled to one file by bundle-clients.ts.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { runKubectlFleet } from './kubectl-fleet.ts'

process.exitCode = await runKubectlFleet(process.argv.slice(2), {
  kubectl,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  now: () => Date.now(),
  sleep: (ms) => sleep(ms),
  suffix: () => randomBytes(4).toString('hex'),
})

/** An argument `data:...` is handed over on standard input, as `-`. */
function kubectl(args: readonly string[]): Promise<{ readonly exit: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((done, fail) => {
    const data = args.find((arg) => arg.startsWith('data:'))
    const child = spawn(
      'kubectl',
      args.map((arg) => (arg === data ? '-' : arg)),
      { stdio: ['pipe', 'pipe', 'pipe'] },
    )
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (part) => (stdout += part))
    child.stderr.on('data', (part) => (stderr += part))
    child.on('error', fail)
    child.on('close', (code) => done({ exit: code ?? 1, stdout, stderr }))
    child.stdin.end(data?.slice('data:'.length) ?? '')
  })
}
