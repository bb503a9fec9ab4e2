// Questions, as knack asks them: only on a terminal, and again until the answer is one.
import { AzError } from './cli-error.ts'
import type { AzContext } from './context.ts'

/** True where a question can be asked. */
export function canAsk(context: AzContext): boolean {
  return context.terminal.stdin && context.ask !== undefined
}

/** A yes-or-no question; undefined where there is no terminal. An empty answer is the default one, or asks again. */
export async function askYesNo(context: AzContext, question: string, otherwise?: 'y' | 'n'): Promise<boolean | undefined> {
  if (!canAsk(context) || context.ask === undefined) return undefined
  const choices = otherwise === 'y' ? 'Y/n' : otherwise === 'n' ? 'y/N' : 'y/n'
  for (;;) {
    const answer = (await context.ask(`${question} (${choices}): `)).trim().toLowerCase()
    if (answer === 'y' || answer === 'n') return answer === 'y'
    if (answer === '' && otherwise !== undefined) return otherwise === 'y'
  }
}

/** Asks before a command that destroys; fails unless the answer is yes. */
export async function confirm(context: AzContext, question: boolean | string, warn: (message: string) => void): Promise<void> {
  const answer = await askYesNo(context, typeof question === 'string' ? question : 'Are you sure you want to perform this operation?')
  if (answer === undefined) warn('Unable to prompt for confirmation as no tty available. Use --yes.')
  if (answer !== true) throw new AzError('Operation cancelled.')
}

/** A password, not shown; fails where there is no terminal. */
export async function askPassword(context: AzContext): Promise<string> {
  if (!canAsk(context) || context.ask === undefined) throw new AzError('Please specify both username and password in non-interactive mode.')
  return context.ask('Password: ', { hidden: true })
}
