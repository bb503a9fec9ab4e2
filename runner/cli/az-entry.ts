// The az program of a sandbox: bundled to one file by bundle-clients.ts.
import { writeSync } from 'node:fs'
import { run } from '../az/az.ts'
import { asksForCompletion, completion } from '../az/completion.ts'
import { processContext } from './client-process.ts'

process.stdout.on('error', () => process.exit(0))
const context = processContext()
// Bash's completion reads descriptor 8, as argcomplete writes there.
if (asksForCompletion(context)) writeSync(8, await completion(context))
else process.exitCode = await run(process.argv.slice(2), context)
