// Shells in a sandbox, whatever its body: one script, one block after another, or a terminal.
import { pipeline } from 'node:stream/promises'
import { openBlockShell } from './block-shell.ts'
import { exitCode, killAll, outputsOver, start } from './processes.ts'
import type { RunOptions, Sandbox, SandboxBody } from './sandbox.ts'
import { openTerminal } from './terminal.ts'

/** Longest argument that Linux takes (128 KiB), less a margin. */
const longestArgument = 120_000
/** For a script longer than that: it comes on standard input, which is empty once it is read. */
const readThenRun = `IFS= read -r -d '' script; exec </dev/null; eval "$script"`

/** A sandbox of this body. */
export function createSandbox(body: SandboxBody): Sandbox {
  return {
    kind: body.kind,
    home: body.home,
    run: (script, options) => runScript(body, script, options),
    openShell: () => openBlockShell(body),
    openTerminal: (size) => openTerminal(body, size),
    close: () => body.close(),
  }
}

async function runScript(body: SandboxBody, script: string, { stdout, stderr, signal, input }: RunOptions): Promise<number> {
  const long = Buffer.byteLength(script) > longestArgument
  const child = start(body.enter(['bash', '-c', long ? readThenRun : script]), long || input ? 'pipe' : 'ignore')
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(long ? script : input)
  const kill = (): void => killAll(child)
  signal?.addEventListener('abort', kill, { once: true })
  const ended = exitCode(child)
  const flowing = [child.stdout, child.stderr].map(
    (from, index) => from && pipeline(from, index === 0 ? stdout : stderr, { end: false }).catch(() => undefined),
  )
  const code = await ended
  await Promise.race([Promise.all(flowing), outputsOver(child)])
  signal?.removeEventListener('abort', kill)
  return code
}
