// Pipelines: commands side by side, each reading what the one before it prints.
import { Pipe, type Write } from '../streams.ts'
import type { ShellCore } from './core.ts'
import type { Streams } from './redirect.ts'
import type { Node } from './syntax.ts'

/** Runs a pipeline; its exit code is that of its last command, or with `pipefail` that of the last one that failed. */
export async function runPipe(node: Node & { kind: 'pipe' }, shell: ShellCore, streams: Streams): Promise<number> {
  const [only] = node.parts
  const alone = node.parts.length === 1 && only
  const codes = alone ? [await shell.tested(only, streams, node.negated)] : await connected(node.parts, shell, streams)
  if (!alone && shell.scope.dialect === 'bash') shell.scope.lists.set('PIPESTATUS', new Map(codes.map((code, index) => [String(index), String(code)])))
  const code = shell.scope.options.has('pipefail') ? (codes.findLast((each) => each !== 0) ?? 0) : (codes.at(-1) ?? 0)
  return node.negated ? (code === 0 ? 1 : 0) : code
}

function connected(parts: readonly Node[], shell: ShellCore, streams: Streams): Promise<readonly number[]> {
  let stdin = streams.stdin
  return Promise.all(
    parts.map((part, index) => {
      const pipe = new Pipe()
      const input = stdin
      stdin = pipe
      const out: Write = index === parts.length - 1 ? streams.out : Object.assign((bytes: string) => pipe.write(bytes), { behind: () => pipe.behind() })
      return shell.subshell(part, { ...streams, stdin: input, out }).finally(() => {
        pipe.end()
        if (index > 0) input.close()
      })
    }),
  )
}
