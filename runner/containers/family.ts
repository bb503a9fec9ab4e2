// The processes that one program starts, by number: who can be sent a signal, and what `ps` shows.
import { endsProcesses, signalNumber } from './signals.ts'

/** A process that can be found by its number. */
export interface Member {
  readonly pid: number
  readonly command: string
  signal(name: string): void
}

/** All that came from one first process, and the numbers they bear. */
export class Family {
  readonly #members = new Map<number, Member>()
  #last: number

  constructor(first: number) {
    this.#last = first
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
