// The values of a list of bash, in the order of their indexes.

/** Values by index; the next one is found without a look at all of them. */
export class List extends Map<string, string> {
  #top = -1

  /** Values, whatever their order. */
  static of(values: Iterable<readonly [string, string]>): List {
    const list = new List()
    for (const [index, value] of [...values].sort(([a], [b]) => Number(a) - Number(b))) list.set(index, value)
    return list
  }

  /** The index of a value that is appended. */
  get next(): number {
    return this.#top + 1
  }

  override set(index: string, value: string): this {
    const inner = Number(index) < this.#top && !this.has(index)
    super.set(index, value)
    if (inner) this.#order()
    else this.#top = Math.max(this.#top, Number(index))
    return this
  }

  override delete(index: string): boolean {
    const found = super.delete(index)
    if (found && Number(index) === this.#top) this.#top = Number([...this.keys()].at(-1) ?? -1)
    return found
  }

  /** A value came between others. */
  #order(): void {
    const values = List.of([...this])
    this.clear()
    this.#top = -1
    for (const [index, value] of values) this.set(index, value)
  }
}
