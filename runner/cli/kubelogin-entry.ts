// The kubelogin program of a sandbox: bundled to one file by bundle-clients.ts.
import { runKubelogin } from '../az/kubelogin.ts'
import { processContext } from './client-process.ts'

process.exitCode = await runKubelogin(process.argv.slice(2), processContext())
