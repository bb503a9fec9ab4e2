// Writes to a connection at any pace, and knows how far its reader is behind.

/** A connection's end to write to. */
export interface PacedWriter {
  /** Resolves when it is written, or nobody reads any more. */
  write(bytes: Uint8Array): Promise<void>
  /** What is to be awaited before more is written, while the reader is behind; undefined while it keeps up. */
  drained(): Promise<void> | undefined
  close(): Promise<void>
}

/** Bytes that may wait: as much as connections hold. */
const most = 512 * 1024

/** A writer for a stream that nobody else writes to. */
export function pacedWriter(stream: WritableStream<Uint8Array>): PacedWriter {
  const writer = stream.getWriter()
  let waiting = 0
  let drain: PromiseWithResolvers<void> | undefined
  return {
    async write(bytes) {
      waiting += bytes.length
      await writer.write(bytes).catch(() => undefined)
      waiting -= bytes.length
      if (waiting > most) return
      drain?.resolve()
      drain = undefined
    },
    drained() {
      if (waiting <= most) return undefined
      drain ??= Promise.withResolvers<void>()
      return drain.promise
    },
    close: () => writer.close().catch(() => undefined),
  }
}
