// A sandbox over an internet made by hand, and what a script did in it.
import { Writable } from 'node:stream'
import { createEdge, type Edge } from '#runner/edge/serve.ts'
import { openSandbox } from '#runner/sessions/sandbox/choose.ts'
import { isOnPath } from '#runner/sessions/sandbox/probe.ts'
import type { Sandbox, SandboxKind, SandboxOptions } from '#runner/sessions/sandbox/sandbox.ts'
import { createSmallInternet, type SmallInternet, talkingHost } from './small-internet.ts'

export interface SmallSandbox {
  readonly internet: SmallInternet
  readonly sandbox: Sandbox
  /** Runs a script to its end. */
  run(script: string): Promise<{ exit: number; stdout: string; stderr: string }>
  close(): Promise<void>
}

/** A sandbox with one host, `hub.test`. */
export async function createSmallSandbox({ kind = 'namespaces', ...options }: Partial<SandboxOptions> & { kind?: SandboxKind } = {}): Promise<SmallSandbox> {
  const internet = createSmallInternet()
  internet.add('hub.test', talkingHost('hub'))
  const edge: Edge = createEdge(internet)
  const sandbox = await openSandbox(kind, { user: 'learner', hostName: 'lab', internet, edge, home: {}, programs: [], shown: [], ...options })
  return {
    internet,
    sandbox,
    async run(script) {
      const [stdout, stderr] = [collector(), collector()]
      const exit = await sandbox.run(script, { stdout, stderr })
      return { exit, stdout: stdout.text(), stderr: stderr.text() }
    },
    async close() {
      await sandbox.close()
      edge.close()
    },
  }
}

/** Why tests of a body are skipped on this machine; false where it is there. */
export function lacking(kind: SandboxKind): string | false {
  return kind === 'bubblewrap' && !isOnPath('bwrap') ? 'this machine has no bwrap' : false
}

/** A stream that keeps what is written to it. */
export function collector(): Writable & { text(): string } {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() })
}
