// How a shell's work comes to its end: by its last command, by `exit`, or by a fault.
import { Exit } from '../process.ts'
import { Leave, type ShellCore } from './core.ts'
import { ShellFault } from './faults.ts'
import type { Streams } from './redirect.ts'

/** Does a shell's work, and at its end what `trap` said; a fault has its line and its code. */
export async function ended(shell: ShellCore, streams: Streams, work: () => Promise<number>): Promise<number> {
  let code: number
  try {
    code = await work()
  } catch (error) {
    code = codeOf(error, shell, streams)
  }
  const body = shell.traps.get('EXIT')
  if (body === undefined || body === '') return code
  shell.traps.set('EXIT', undefined)
  shell.scope.last = code
  try {
    await shell.read(body, streams)
    return code
  } catch (error) {
    return codeOf(error, shell, streams)
  }
}

function codeOf(error: unknown, shell: ShellCore, streams: Streams): number {
  if (error instanceof Leave) return error.kind === 'return' ? error.levels : 0
  if (error instanceof ShellFault) {
    shell.complain(streams, error.message, error.command)
    return error.code ?? 2
  }
  if (!(error instanceof Exit) || error.reason !== undefined || shell.process.halt.code !== undefined) throw error
  return error.code
}
