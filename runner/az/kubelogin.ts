// kubelogin: tokens for kubectl. Whoever is signed in to az gets one without being asked anything.
import { AzError } from './cli-error.ts'
import type { AzContext } from './context.ts'
import { convertKubeconfigs } from './kubeconfig-convert.ts'
import { loadProfile } from './profile.ts'
import { acquireToken } from './tokens.ts'

const usage = `login to azure active directory and populate kubeconfig with AAD tokens

Usage:
  kubelogin [flags]
  kubelogin [command]

Available Commands:
  completion         Generate the autocompletion script for the specified shell
  convert-kubeconfig convert kubeconfig to use exec auth module
  get-token          get AAD token
  help               Help about any command
  remove-cache-dir   Remove all cached authentication record from filesystem

Flags:
  -h, --help          help for kubelogin
      --logtostderr   log to standard error instead of files (default true)
  -v, --v Level       number for the log level verbosity
      --version       version for kubelogin

Use "kubelogin [command] --help" for more information about a command.
`

const versionText = `kubelogin version 
git hash: v0.2.10/0d9f1c5d2c3b4a5e6f708192a3b4c5d6e7f80912
Go version: go1.24.4
Build time: 2025-07-01T00:00:00Z
Platform: linux/amd64
`

const logins = ['devicecode', 'interactive', 'spn', 'ropc', 'msi', 'azurecli', 'azd', 'workloadidentity', 'azurepipelines']

/** Runs one kubelogin command line and resolves to its exit code. */
export async function runKubelogin(argv: readonly string[], context: AzContext): Promise<number> {
  try {
    return await execute(argv[0] === 'kubelogin' ? argv.slice(1) : argv, context)
  } catch (error) {
    context.stderr(`Error: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function execute(words: readonly string[], context: AzContext): Promise<number> {
  const [command, ...rest] = words
  const options = parseOptions(rest)
  if (command === 'get-token') return getToken(options, context)
  if (command === 'convert-kubeconfig') return convert(options, context)
  if (command === 'remove-cache-dir') return 0
  if (command === '--version') context.stdout(versionText)
  else if (command === undefined || command === 'help' || command === '-h' || command === '--help') context.stdout(usage)
  else {
    context.stderr(`Error: unknown command "${command}" for "kubelogin"\nRun 'kubelogin --help' for usage.\n`)
    return 1
  }
  return 0
}

type Options = ReadonlyMap<string, string>

const shortNames: Readonly<Record<string, string>> = { '-l': '--login', '-t': '--tenant-id', '-v': '--v' }

/** Options with their values; `-l azurecli`, `--login azurecli` and `--login=azurecli` are the same. */
function parseOptions(words: readonly string[]): Options {
  const options = new Map<string, string>()
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const at = word.indexOf('=')
    const name = at < 0 ? word : word.slice(0, at)
    const next = words[index + 1]
    const takesNext = at < 0 && next !== undefined && !next.startsWith('-')
    options.set(shortNames[name] ?? name, at >= 0 ? word.slice(at + 1) : takesNext ? next : 'true')
    if (takesNext) index += 1
  }
  return options
}

async function getToken(options: Options, context: AzContext): Promise<number> {
  const login = options.get('--login') ?? context.env.AAD_LOGIN_METHOD ?? 'devicecode'
  if (!logins.includes(login)) throw new AzError(`'${login}' is not a supported login method. Supported method is one of ${logins.join(', ')}`)
  const server = options.get('--server-id')
  if (server === undefined) throw new AzError('server-id is required')
  const profile = await loadProfile(context)
  const subscription = profile.subscription()
  const tenant = options.get('--tenant-id')
  const owner = tenant === undefined || tenant === '' ? subscription : { ...subscription, tenantId: tenant }
  const token = await acquireToken(context, owner, `${server}/.default`)
  context.stdout(`${JSON.stringify(execCredential(token.token, token.expiresOn, context.env.KUBERNETES_EXEC_INFO))}\n`)
  return 0
}

/** The answer that kubectl reads, in the version that it asked for. */
function execCredential(token: string, expiresOn: number, info: string | undefined): unknown {
  const asked = /"apiVersion"\s*:\s*"(client\.authentication\.k8s\.io\/[^"]+)"/.exec(info ?? '')?.[1]
  const expirationTimestamp = new Date(expiresOn * 1000).toISOString().replace('.000Z', 'Z')
  return {
    kind: 'ExecCredential',
    apiVersion: asked ?? 'client.authentication.k8s.io/v1beta1',
    spec: { interactive: false },
    status: { expirationTimestamp, token },
  }
}

async function convert(options: Options, context: AzContext): Promise<number> {
  const login = options.get('--login') ?? 'devicecode'
  if (!logins.includes(login)) throw new AzError(`'${login}' is not a supported login method. Supported method is one of ${logins.join(', ')}`)
  await convertKubeconfigs(context, { login, path: options.get('--kubeconfig'), context: options.get('--context') })
  return 0
}
