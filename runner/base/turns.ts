// Long work in one thread: others have a turn between its pieces.

/** Pieces of work between two turns of others: some milliseconds. What is shorter is over before anybody else is served. */
const pieces = 64

/** Resolves when everything that could go on has gone on, and whoever waits outside was served. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    const listener = port1 as unknown as { onmessage: () => void } // Node's types leave out what it has of a browser's port
    listener.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(0)
  })
}

/** Counts the pieces of one long work, from its beginning. */
export class Turns {
  #done = 0

  /** After each piece: now and then what is to be awaited, so that requests and other worlds are served. */
  next(): Promise<void> | undefined {
    this.#done += 1
    return this.#done % pieces === 0 ? nextTurn() : undefined
  }
}
