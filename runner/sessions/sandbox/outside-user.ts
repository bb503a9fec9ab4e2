// Who a sandbox is on the machine when the runner is root: an ordinary user that nobody else is.
import { randomInt } from 'node:crypto'

const first = 1_900_000_000
const count = 100_000_000

/** A user for one sandbox, so that uid 0 inside is nobody of the machine's; undefined where the runner itself is an ordinary user. */
export function outsideUser(): number | undefined {
  return process.getuid?.() === 0 ? first + randomInt(count) : undefined
}

/** Whether a user is of a sandbox. */
export function isOutsideUser(user: number): boolean {
  return user >= first && user < first + count
}

/** The words that begin a command as that user. */
export function becoming(user: number | undefined): readonly string[] {
  return user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--']
}
