// The command line as one function: from words to an exit code.
import { MachineError } from '../sessions/machine-error.ts'
import { exitCodes, UsageError } from './command.ts'
import { commands } from './commands.ts'
import { helpFor, overview } from './help.ts'
import { coloured, type Machine, tell } from './machine.ts'
import { findCommand, parseArguments } from './parse-arguments.ts'

/** Runs the command that the words name. Every error ends here: in words, and as an exit code of the contract. */
export async function drydock(typed: readonly string[], machine: Machine): Promise<number> {
  try {
    if (typed.length === 0 || typed[0] === '--help' || typed[0] === '-h' || typed[0] === 'help') return showHelp(typed, machine)
    const { command, rest } = findCommand(typed, commands)
    const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
    if (own.includes('--help') || own.includes('-h')) {
      machine.stdout.write(helpFor(command))
      return exitCodes.done
    }
    const code = await command.run(parseArguments(command, rest), machine)
    return machine.ending.aborted ? interrupted(machine, code) : code
  } catch (error) {
    return report(error, machine)
  }
}

function showHelp(typed: readonly string[], machine: Machine): number {
  const about = typed[0] === 'help' ? typed.slice(1) : []
  if (about.length > 0) machine.stdout.write(helpFor(findCommand(about, commands).command))
  else (typed.length === 0 ? machine.stderr : machine.stdout).write(overview(commands))
  return typed.length === 0 ? exitCodes.wrongUse : exitCodes.done
}

/** A command that ends by itself when it is told to has done what it should; SIGINT counts as interrupted all the same. */
function interrupted(machine: Machine, code: number): number {
  return machine.ending.reason === 'SIGINT' && code !== exitCodes.done ? exitCodes.interrupted : code
}

/** By its name: the room of labs is loaded only by the commands that read one. */
function isFormError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'FormError'
}

function report(error: unknown, machine: Machine): number {
  const prefix = coloured(machine.stderr, machine) ? '\x1b[31mdrydock:\x1b[0m' : 'drydock:'
  if (error instanceof UsageError || isFormError(error)) {
    tell(machine, `${prefix} ${error.message}`)
    return exitCodes.wrongUse
  }
  if (error instanceof MachineError) {
    tell(machine, `${prefix} ${error.message}\n${error.remedy}`)
    return exitCodes.missing
  }
  if (machine.ending.aborted) return exitCodes.interrupted
  tell(machine, `${prefix} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return exitCodes.failed
}
