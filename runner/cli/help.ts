// The text of --help, made from the commands.
import type { Command } from './command.ts'

/** What every command has besides its own options. */
const common = { name: '--help', says: 'this text' }

/** The overview of all commands. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map((command) => [usage(command).split(' [')[0] ?? command.name, command.says] as const)
  return `${['Usage: drydock COMMAND [OPTIONS]', '', 'Commands', ...table(rows), '', 'Run "drydock COMMAND --help" for more about one of them.'].join('\n')}\n`
}

/** The help of one command. */
export function helpFor(command: Command): string {
  const words = command.words.map(({ name, says }) => [name, says] as const)
  const options = [...command.options, common].map(
    (option) => ['value' in option && option.value ? `${option.name} ${option.value}` : option.name, saysOf(option)] as const,
  )
  return `${[
    `Usage: drydock ${usage(command)}${command.options.length > 0 ? ' [OPTIONS]' : ''}`,
    '',
    command.says,
    ...(words.length > 0 ? ['', 'Arguments', ...table(words)] : []),
    '',
    'Options',
    ...table(options),
    ...(command.notes ? ['', ...command.notes] : []),
  ].join('\n')}\n`
}

function usage({ name, words }: Command): string {
  return [name, ...words.map((word) => (word.required ? word.name : `[${word.name}${word.repeated ? '...' : ''}]`))].join(' ')
}

function saysOf(option: { readonly says: string; readonly choices?: readonly string[]; readonly repeated?: boolean }): string {
  return `${option.says}${option.choices ? ` (${option.choices.join(', ')})` : ''}${option.repeated ? '; may be repeated' : ''}`
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
