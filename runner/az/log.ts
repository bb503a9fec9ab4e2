// az's log on stderr: `WARNING: ` and the like, or colours where stdout and stderr are both terminals.
import type { AzError, ExampleAdvice } from './cli-error.ts'
import type { AzContext } from './context.ts'

/** Writes messages as az's logger does. */
export interface Log {
  readonly color: boolean
  readonly onlyErrors: boolean
  readonly verbose: boolean
  readonly debugging: boolean
  error(message: string): void
  warning(message: string): void
  info(message: string): void
  debug(message: string): void
  /** A preview, experimental or deprecation notice. */
  notice(message: string, kind: 'preview' | 'experimental' | 'deprecation'): void
  /** An error with all that stands below it. */
  failure(error: AzError): void
}

const reset = '\u001b[0m'
const levelColors = { error: '\u001b[91m', warning: '\u001b[93m', info: '\u001b[92m', debug: '\u001b[96m' }
const noticeColors = { preview: '\u001b[36m', experimental: '\u001b[36m', deprecation: '\u001b[33m' }
const styles = { primary: reset, secondary: '\u001b[90m', action: '\u001b[94m', hyperlink: '\u001b[96m' }
const reference = 'https://aka.ms/cli_ref'

/** The log of one run, as loud as its arguments and configuration say. */
export function createLog(context: AzContext, options: { onlyErrors: boolean; verbose: boolean; debugging: boolean; noColor: boolean }): Log {
  const color = context.terminal.stdout && context.terminal.stderr && !options.noColor
  const line = (level: keyof typeof levelColors, message: string): void => {
    context.stderr(color ? `${levelColors[level]}${message}${reset}\n` : `${level.toUpperCase()}: ${message}\n`)
  }
  const log: Log = {
    color,
    onlyErrors: options.onlyErrors,
    verbose: options.verbose || options.debugging,
    debugging: options.debugging,
    error: (message) => line('error', message),
    warning: (message) => (options.onlyErrors ? undefined : line('warning', message)),
    info: (message) => (log.verbose ? line('info', message) : undefined),
    debug: (message) => (options.debugging ? line('debug', message) : undefined),
    notice: (message, kind) => {
      if (!options.onlyErrors) context.stderr(color ? `${noticeColors[kind]}${message}${reset}\n` : `WARNING: ${message}\n`)
    },
    failure: (error) => printFailure(context, log, error),
  }
  return log
}

function printFailure(context: AzContext, log: Log, error: AzError): void {
  log.error(error.message)
  if (error.trace !== undefined) log.error(error.trace)
  for (const recommendation of error.recommendations) context.stderr(`${recommendation}\n`)
  if (error.examples === undefined) return
  context.stderr('\n')
  if (error.examples.length > 0) context.stderr("Examples from command's help:\n")
  for (const example of error.examples) printExample(context, log.color, example)
  context.stderr(`${styled(log.color, [['hyperlink', reference]])}\n${styled(log.color, [['secondary', 'Read more about the command in reference docs']])}\n`)
}

function printExample(context: AzContext, color: boolean, example: ExampleAdvice): void {
  context.stderr(`${styled(color, highlighted(example.command))}\n`)
  context.stderr(`${styled(color, [['secondary', `${example.description}\n`]])}\n`)
}

type Styled = readonly (readonly [style: keyof typeof styles, text: string])[]

function styled(color: boolean, parts: Styled): string {
  if (!color) return parts.map(([, text]) => text).join('')
  return parts.map(([style, text]) => `${styles[style]}${text}`).join('') + reset
}

/** The command's own words and its option names stand out, values do not. */
function highlighted(command: string): Styled {
  let argumentsBegan = false
  return command.split(/\s+/).map((word, index) => {
    const isOption = word.startsWith('-') && !word.includes('=')
    const action = isOption || (!argumentsBegan && !word.includes('='))
    argumentsBegan ||= isOption
    return [action ? 'action' : 'primary', index > 0 ? ` ${word}` : word] as const
  })
}
