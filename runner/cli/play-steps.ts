// Brings a session to where a step of a lab begins: the steps before it are typed, and what they set in the shell is kept.
import { loadChecks } from '../checks/load-checks.ts'
import { watchWorld } from '../checks/watch-world.ts'
import type { Lab } from '../labs/load-labs.ts'
import type { Session } from '../sessions/open-session.ts'
import { worldGround } from '../sessions/patience.ts'
import { runLab } from '../sessions/run-lab.ts'
import { checkImporter } from './content.ts'
import { type Machine, tell } from './machine.ts'

/** Plays the steps; gives what a script must begin with to find the shell as they left it. */
export type StepsPlayed = (session: Session) => Promise<string>

const keeping = `{ declare -p $(comm -13 <(printf '%s\\n' "$__drydock_known" | sort) <(compgen -v | sort) | grep -vE '^(__drydock|BASH|_$|PIPESTATUS|RANDOM|SECONDS)') 2>/dev/null
printf 'cd %q\\n' "$PWD"; } >~/.drydock-variables`

/** Types the steps before step `before`. */
export function playSteps({ lab, before, machine }: { readonly lab: Lab; readonly before: number; readonly machine: Machine }): StepsPlayed {
  return async ({ world, sandbox }) => {
    const checks = await loadChecks(lab, checkImporter(machine))
    const parameters = lab.file.parameters
    const watcher = watchWorld(world, { lab, checks, parameters })
    const shell = sandbox.openShell()
    await shell.execute('__drydock_known=$(compgen -v)')
    const steps = new Set(lab.steps.slice(0, before - 1).map(({ id }) => id))
    const observer = machine.stderr.isTTY ? { stepBegins: ({ id, title }: { id: string; title: string }) => tell(machine, `step ${id}: ${title}`) } : {}
    await runLab({ lab, ground: worldGround(world), shell, watcher, parameters, steps, observer, date: () => Date.now() })
    await shell.execute(keeping)
    shell.close()
    watcher.stop()
    return '. ~/.drydock-variables; '
  }
}
