// The az program of a sandbox: bundled to one file by bundle-clients.ts.
import { run } from '../az/az.ts'
import { processContext } from './client-process.ts'

process.stdout.on('error', () => process.exit(0))
process.exitCode = await run(process.argv.slice(2), processContext())
