// Who listens to what: many listeners of single namespaces cost nothing while another namespace changes.

/** A listener, and how many had come with it. */
interface Seat<listener> {
  readonly place: number
  readonly listener: listener
}

/** Listeners by topic, told in the order in which they came. */
export class Audience<listener> {
  readonly #topics = new Map<string, Seat<listener>[]>()
  /** Who was found for topics since somebody came or left, by the narrowest of them: most changes are of a few topics. */
  readonly #found = new Map<string, readonly listener[]>()
  #came = 0

  /** Adds a listener; returns what takes it away. */
  join(topic: string, listener: listener): () => void {
    this.#came += 1
    const seat = { place: this.#came, listener }
    this.#topics.set(topic, (this.#topics.get(topic) ?? []).concat(seat))
    this.#found.clear()
    return () => this.#leave(topic, seat)
  }

  /** The listeners of a topic as they are now, and of the wider one that it is a part of. */
  of(topic: string, wider?: string): readonly listener[] {
    const known = this.#found.get(topic)
    if (known) return known
    const all = [...(this.#topics.get(topic) ?? []), ...((wider === undefined ? undefined : this.#topics.get(wider)) ?? [])]
    const found = all.sort((a, b) => a.place - b.place).map(({ listener }) => listener)
    this.#found.set(topic, found)
    return found
  }

  #leave(topic: string, seat: Seat<listener>): void {
    const left = this.#topics.get(topic)?.filter((each) => each !== seat) ?? []
    if (left.length === 0) this.#topics.delete(topic)
    else this.#topics.set(topic, left)
    this.#found.clear()
  }
}
