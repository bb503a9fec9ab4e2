// Who listens to what: many listeners of single namespaces cost nothing while another namespace changes.

/** Listeners by topic, told in the order in which they came. */
export class Audience<listener> {
  readonly #topics = new Map<string, Map<number, listener>>()
  #came = 0

  /** Adds a listener; returns what takes it away. */
  join(topic: string, listener: listener): () => void {
    this.#came += 1
    const place = this.#came
    const there = this.#topics.get(topic) ?? new Map<number, listener>()
    this.#topics.set(topic, there.set(place, listener))
    return () => {
      there.delete(place)
      if (there.size === 0 && this.#topics.get(topic) === there) this.#topics.delete(topic)
    }
  }

  /** The listeners of some topics as they are now. */
  of(topics: readonly string[]): readonly listener[] {
    const found = topics.flatMap((topic) => [...(this.#topics.get(topic) ?? [])])
    return (topics.length > 1 ? found.sort(([a], [b]) => a - b) : found).map(([, listener]) => listener)
  }
}
