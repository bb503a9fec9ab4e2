// The learner's home folder as an archive: packed and unpacked inside the sandbox, as the learner, so that no link of theirs leads the runner astray.
import { Writable } from 'node:stream'
import type { Sandbox } from './sandbox/sandbox.ts'

/** What can be made again is left out. */
const left = ['./.kube/cache', './.cache', './.npm'].map((path) => `--exclude=${path}`).join(' ')
const pack = `tar -C "$HOME" ${left} -cf - . | gzip -1`
const unpack = 'tar -C "$HOME" -xzf - --no-same-owner'
/** A home is a file system in memory of 128 MiB: no archive of it is larger. */
const largest = 160 * (1 << 20)

/** The home as tar.gz; undefined where it could not be packed (the sandbox is gone). */
export async function packHome(sandbox: Sandbox): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      length += chunk.length
      if (length <= largest) chunks.push(chunk)
      done()
    },
  })
  const code = await sandbox.run(`set -o pipefail; ${pack}`, { stdout, stderr: nowhere() })
  return code === 0 && length <= largest ? Buffer.concat(chunks) : undefined
}

/** Puts an archive's files into the home. */
export async function unpackHome(sandbox: Sandbox, archive: Uint8Array): Promise<void> {
  await sandbox.run(unpack, { stdout: nowhere(), stderr: nowhere(), input: archive })
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

/** Packs the home whenever it is asked to, one time after another, never two at once. */
export class HomeKeeper {
  readonly #sandbox: Sandbox
  readonly #keep: (archive: Uint8Array) => void
  #saving: Promise<void> | undefined
  #again = false
  #closed = false

  constructor(sandbox: Sandbox, keep: (archive: Uint8Array) => void) {
    this.#sandbox = sandbox
    this.#keep = keep
  }

  /** Saves now, or once more after the save that is under way; resolves when the home as it is now is kept. */
  save(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    if (this.#saving) {
      this.#again = true
      return this.#saving
    }
    this.#saving = this.#save().finally(() => {
      this.#saving = undefined
    })
    return this.#saving
  }

  /** No more saves: the home that comes next is another. */
  close(): void {
    this.#closed = true
  }

  async #save(): Promise<void> {
    do {
      this.#again = false
      const archive = await packHome(this.#sandbox).catch(() => undefined)
      if (archive && !this.#closed) this.#keep(archive)
    } while (this.#again && !this.#closed)
  }
}
