// The list of commands, in the order in which the help shows them.
import { clock } from './clock.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor.ts'
import { lint } from './lint.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'
import { shell } from './shell.ts'
import { test } from './test.ts'
import { worldUp } from './world.ts'

/** Every command of the command line. */
export const commands: readonly Command[] = [serve, run, shell, worldUp, clock, doctor, lint, test]
