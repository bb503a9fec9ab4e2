// What runs in the background of a shell.

/** A command in the background. */
export interface Job {
  readonly number: number
  readonly pid: number
  readonly text: string
  readonly done: Promise<number>
  /** Its exit code, once it is over. */
  code?: number
  /** True if a signal ended it. */
  killed?: boolean
}

/** The jobs of one shell. */
export class Jobs {
  readonly #list: Job[] = []
  /** Codes of jobs that are over and were forgotten but for their number. */
  readonly #past = new Map<number, Job>()

  /** Takes note of a command on its way. */
  add(pid: number, text: string, work: Promise<{ readonly code: number; readonly killed: boolean }>): Job {
    const number = (this.#list.at(-1)?.number ?? 0) + 1
    const { promise, resolve } = Promise.withResolvers<number>()
    const job: Job = { number, pid, text, done: promise }
    const over = (code: number, killed: boolean): void => {
      job.code = code
      job.killed = killed
      resolve(code)
    }
    void work.then(
      ({ code, killed }) => over(code, killed),
      () => over(137, true),
    )
    this.#list.push(job)
    return job
  }

  get list(): readonly Job[] {
    return this.#list
  }

  /** The job of a number of a process, of `%1`, `%%`, `%+` or `%-`. */
  find(word: string): Job | undefined {
    if (/^%[%+]?$/.test(word)) return this.#list.at(-1)
    if (word === '%-') return this.#list.at(-2)
    if (word.startsWith('%')) return this.#list.find(({ number, text }) => number === Number(word.slice(1)) || text.startsWith(word.slice(1)))
    return this.#list.find(({ pid }) => pid === Number(word)) ?? this.#past.get(Number(word))
  }

  /** Somebody heard of its end. */
  forget(job: Job): void {
    const at = this.#list.indexOf(job)
    if (at >= 0) this.#list.splice(at, 1)
    this.#past.set(job.pid, job)
  }
}
