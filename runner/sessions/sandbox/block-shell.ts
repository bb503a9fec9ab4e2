// One long-lived bash that runs block after block; each block's output and exit code are told apart by marks.
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { exitCode, killAll, outputsOver, start } from './processes.ts'
import type { BlockResult, BlockShell, SandboxBody } from './sandbox.ts'

/**
 * Blocks come on descriptor 9, ended by a zero byte; marks go out on 7 and 8. The three are closed while a block runs, so that no command
 * of the learner's can read or hold them, and a block that turns its own output elsewhere loses no mark.
 */
const loop = `exec 9<&0 </dev/null 7>&1 8>&2
shopt -s expand_aliases
alias k=kubectl
__drydock_status=0
__drydock_restore() { return $__drydock_status; }
while IFS= read -r -d '' -u 9 __drydock_block; do
  __drydock_restore
  eval "$__drydock_block" 7>&- 8>&- 9<&-
  __drydock_status=$?
  printf '\\0MARK %d\\0' $__drydock_status >&7
  printf '\\0MARK %d\\0' $__drydock_status >&8
done`

/** A mark is a zero byte, 24 letters, a blank, up to three digits, a zero byte. */
const longestMark = 30

interface Running {
  readonly child: ChildProcess
  readonly stdout: MarkedReader
  readonly stderr: MarkedReader
  readonly gone: Promise<number>
}

/** A shell that is started with its first block, and again after a block that ended it. */
export function openBlockShell(body: SandboxBody): BlockShell {
  let running: Running | undefined

  async function execute(block: string): Promise<BlockResult> {
    const started = performance.now()
    running ??= begin(body)
    const { child, stdout, stderr, gone } = running
    child.stdin?.write(`${block.replaceAll('\0', '')}\0`)
    const ends = gone.then(async (code) => {
      running = undefined
      return { code, text: undefined }
    })
    const [out, err] = await Promise.all([Promise.race([stdout.next(), ends]), Promise.race([stderr.next(), ends])])
    const durationMs = Math.round(performance.now() - started)
    const ended = out.text === undefined || err.text === undefined
    return { exit: out.code, stdout: out.text ?? stdout.rest(), stderr: err.text ?? stderr.rest(), durationMs, ended }
  }

  return {
    execute,
    close() {
      if (running) killAll(running.child)
      running = undefined
    },
  }
}

function begin(body: SandboxBody): Running {
  const mark = randomBytes(12).toString('hex')
  const child = start(body.enter(['bash', '-c', loop.replaceAll('MARK', mark)]), 'pipe')
  child.stdin?.on('error', () => undefined)
  const gone = exitCode(child).then(
    (code) => outputsOver(child).then(() => code),
    () => 127,
  )
  return { child, stdout: readMarked(child.stdout, mark), stderr: readMarked(child.stderr, mark), gone }
}

interface MarkedReader {
  /** What came before the next mark, and the exit code in it. */
  next(): Promise<{ readonly code: number; readonly text: string }>
  /** What came since the last mark. */
  rest(): string
}

function readMarked(stream: Readable | null, mark: string): MarkedReader {
  const pattern = new RegExp(`\\0${mark} (\\d+)\\0`)
  const decoder = new StringDecoder('utf8')
  let text = ''
  let searched = 0
  let tell: (() => void) | undefined
  stream?.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk)
    tell?.()
  })
  return {
    next: () =>
      new Promise((resolve) => {
        tell = () => {
          const from = Math.max(0, searched - longestMark)
          const found = pattern.exec(text.slice(from))
          searched = text.length
          if (!found) return
          tell = undefined
          const before = text.slice(0, from + found.index)
          text = text.slice(from + found.index + found[0].length)
          searched = 0
          resolve({ code: Number(found[1]), text: before })
        }
        tell()
      }),
    rest() {
      const all = text
      text = ''
      return all
    },
  }
}
