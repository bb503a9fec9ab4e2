// Who listens to what: many listeners of single namespaces cost nothing while another namespace changes.

/** Listeners by topic, told in the order in which they came. */
export class Audience<listener> {
  readonly #topics = new Map<string, Map<number, listener>>()
  /** Who was found for topics since somebody came or left, by the narrowest of them: most changes are of a few topics. */
  readonly #found = new Map<string, readonly listener[]>()
  #came = 0

  /** Adds a listener; returns what takes it away. */
  join(topic: string, listener: listener): () => void {
    this.#came += 1
    const place = this.#came
    const there = this.#topics.get(topic) ?? new Map<number, listener>()
    this.#topics.set(topic, there.set(place, listener))
    this.#found.clear()
    return () => {
      there.delete(place)
      this.#found.clear()
      if (there.size === 0 && this.#topics.get(topic) === there) this.#topics.delete(topic)
    }
  }

  /** The listeners of a topic as they are now, and of the wider one that it is a part of. */
  of(topic: string, wider?: string): readonly listener[] {
    const known = this.#found.get(topic)
    if (known) return known
    const all = [...(this.#topics.get(topic) ?? []), ...((wider === undefined ? undefined : this.#topics.get(wider)) ?? [])]
    const found = all.sort(([a], [b]) => a - b).map(([, listener]) => listener)
    this.#found.set(topic, found)
    return found
  }
}
