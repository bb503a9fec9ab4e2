// Flow of terminal output, as it was measured: without acknowledgements Ctrl-C takes seconds, with these figures 10 to 17 ms.

/** A terminal waits when its driver has not shown `high` bytes, and goes on at `low`. */
export const flow = { high: 256 * 1024, low: 64 * 1024 } as const
