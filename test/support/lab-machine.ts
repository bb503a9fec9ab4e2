// A session as `drydock shell` opens it, for tests that run many scripts in one world.
import { readFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { projectFolder } from '#runner/cli/machine.ts'
import { findPrograms } from '#runner/cli/programs.ts'
import { parseWorldFile, type WorldFile } from '#runner/labs/world-file.ts'
import { openSession, type Session } from '#runner/sessions/open-session.ts'

/** Opens a session in the world of a file's text, or in a world given whole. */
export async function openTestSession(file: WorldFile): Promise<Session> {
  const { programs, shown } = await findPrograms({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    project: projectFolder,
    ending: new AbortController().signal,
  })
  return openSession({ file, sandbox: 'auto', programs, shown })
}

/** The world in which the kubectl recordings were made. */
export async function recordedWorld(): Promise<WorldFile> {
  const path = 'test/truth/kubernetes/world.yaml'
  return parseWorldFile(await readFile(path, 'utf8'), path)
}

/** What a script printed, and its exit code. */
export interface Printed {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script in a session's sandbox. */
export async function runScript(session: Session, script: string): Promise<Printed> {
  const stdout = new Collected()
  const stderr = new Collected()
  const exit = await session.sandbox.run(script, { stdout, stderr })
  return { exit, stdout: stdout.text, stderr: stderr.text }
}

class Collected extends Writable {
  readonly #chunks: Buffer[] = []

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk)
    done()
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}
