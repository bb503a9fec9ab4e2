// az: our own Azure CLI. It knows nothing of the clouds behind it but HTTP, and prints what Microsoft's az prints.
import { AzError, unexpectedError } from './cli-error.ts'
import { type AzConfig, loadConfig } from './config.ts'
import type { AzContext } from './context.ts'
import { expandFiles } from './expand-files.ts'
import { invoke } from './invoke.ts'
import { createLog, type Log } from './log.ts'
import { pythonRepr } from './python.ts'

/** Runs one command line and resolves to its exit code. A leading word `az` is not counted as an argument. */
export async function run(argv: readonly string[], context: AzContext): Promise<number> {
  const started = context.now()
  const words = argv[0] === 'az' ? argv.slice(1) : argv
  const config = await loadConfig(context)
  const log = createLog(context, logOptions(words, config))
  log.debug(`cli.knack.cli: Command arguments: ${pythonRepr(words)}`)
  const code = await guarded(log, async () => invoke(await expandFiles(words, context), { context, config, log }))
  const seconds = ((context.now() - started) / 1000).toFixed(3)
  log.info(`Command ran in ${seconds} seconds (init: 0.000, invoke: ${seconds})`)
  return code
}

async function guarded(log: Log, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    const failure =
      error instanceof AzError ? error : unexpectedError(error instanceof Error ? error.name : 'Error', error instanceof Error ? error.message : String(error))
    log.failure(failure)
    return failure.exitCode
  }
}

function logOptions(words: readonly string[], config: AzConfig): { onlyErrors: boolean; verbose: boolean; debugging: boolean; noColor: boolean } {
  const debugging = words.includes('--debug')
  return {
    onlyErrors: words.includes('--only-show-errors') || config.flag('core', 'only_show_errors', false),
    verbose: words.includes('--verbose'),
    debugging,
    noColor: config.flag('core', 'no_color', false),
  }
}
