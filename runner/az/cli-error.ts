// Errors as az prints them: a message, an exit code, recommendations, and examples from the command's help.

/** An example from a command's help: what to type, and what it does. */
export interface ExampleAdvice {
  readonly command: string
  readonly description: string
}

/** What stands below an error's message. */
export interface ErrorAdvice {
  readonly exitCode?: number
  /** Lines that follow the message as they are. */
  readonly recommendations?: readonly string[]
  /** Examples of the command; an empty list still prints the link to the reference. */
  readonly examples?: readonly ExampleAdvice[]
  /** Text of an unexpected error, printed as a second error. */
  readonly trace?: string
}

/** A failure that az tells in its own words. */
export class AzError extends Error {
  readonly exitCode: number
  readonly recommendations: readonly string[]
  readonly examples: readonly ExampleAdvice[] | undefined
  readonly trace: string | undefined

  constructor(message: string, advice: ErrorAdvice = {}) {
    super(message)
    this.exitCode = advice.exitCode ?? 1
    this.recommendations = advice.recommendations ?? []
    this.examples = advice.examples
    this.trace = advice.trace
  }
}

/** An unexpected error of the real program, which prints a traceback; here its last line stands for it. */
export function unexpectedError(type: string, message: string): AzError {
  return new AzError('The command failed with an unexpected error. Here is the traceback:', {
    trace: `${message}\nTraceback (most recent call last):\n${type}: ${message}`,
    recommendations: ['To check existing issues, please visit: https://github.com/Azure/azure-cli/issues'],
  })
}

/** A parsed command that real az has and this one does not carry out. */
export function notSimulated(command: string): AzError {
  return new AzError(`'az ${command}' is not simulated here.`)
}
