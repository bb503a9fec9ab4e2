// What this machine lacks, and what to do about it.

/** Something that is needed is missing on this machine, or forbidden by it; `remedy` says what to do, in a sentence or two. */
export class MachineError extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MachineError'
    this.remedy = remedy
  }
}
