// How much a store holds: what one cluster may take of a process that it shares with others. A real etcd is full too, with 2 GiB if nobody
// says otherwise, and says so in the same words.

/** Objects, whatever their size: a hundred thousand pods and events take about a gibibyte. */
const mostObjects = 100_000
/** Events are refused before: they are the most, and would leave no room for anything else. */
const mostWithEvents = 80_000
/** What was sent for objects that are large, bytes. */
const mostBytes = 256 * 2 ** 20
/** Smaller ones are not weighed. */
const large = 4096

/** The weights of large objects, by their place. They are not kept with a store's state: what goes on from one begins to count anew. */
export class Room {
  readonly #weights = new Map<string, number>()
  #bytes = 0

  /** So many bytes were sent for the object at a place. A patch says nothing of the rest of it: the largest of what was sent counts. */
  weigh(place: string, bytes: number): void {
    if (bytes < large) return
    const before = this.#weights.get(place) ?? 0
    if (bytes <= before) return
    this.#weights.set(place, bytes)
    this.#bytes += bytes - before
  }

  free(place: string): void {
    this.#bytes -= this.#weights.get(place) ?? 0
    this.#weights.delete(place)
  }

  /** True if what is sent for an object is large, and there is no room for large ones. */
  refuses(bytes: number): boolean {
    return bytes >= large && this.#bytes >= mostBytes
  }

  /** True if nothing new of a resource goes in beside so many objects. */
  isFull(resource: string, objects: number): boolean {
    return objects >= (resource === 'events' ? mostWithEvents : mostObjects) || this.#bytes >= mostBytes
  }
}
