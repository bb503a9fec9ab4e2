// The processes that one program starts, by number: who can be sent a signal, and what `ps` shows.
import { endsProcesses, signalNumber } from './signals.ts'

/** A process that can be found by its number. */
export interface Member {
  readonly pid: number
  readonly command: string
  signal(name: string): void
  /** True if it does something of its own at this signal. */
  heeds(name: string): boolean
}

/** How many processes of one family run at a time: far more than a script has, far less than would burden others. */
const most = 1024

/** All that came from one first process, and the numbers they bear. */
export class Family {
  readonly #members = new Map<number, Member>()
  #last: number
  #running = 0

  constructor(first: number) {
    this.#last = first
  }

  /** One more process runs; what is to be called at its end, or undefined when there are too many. */
  fork(): (() => void) | undefined {
    if (this.#running === most) return undefined
    this.#running += 1
    return () => {
      this.#running -= 1
    }
  }

  next(): number {
    this.#last += 1
    return this.#last
  }

  get members(): readonly Member[] {
    return [...this.#members.values()]
  }

  find(pid: number): Member | undefined {
    return this.#members.get(pid)
  }

  /** Somebody is there; what was under the number comes back when it leaves. */
  join(member: Member): () => void {
    const before = this.#members.get(member.pid)
    this.#members.set(member.pid, member)
    return () => {
      if (this.#members.get(member.pid) !== member) return
      if (before) this.#members.set(member.pid, before)
      else this.#members.delete(member.pid)
    }
  }
}

/** What a signal does to a process that does not heed it. */
export function endBy(name: string, halt: { fire(code: number): void }): void {
  if (endsProcesses(name)) halt.fire(128 + signalNumber(name))
}
