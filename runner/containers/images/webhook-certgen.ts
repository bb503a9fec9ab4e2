// kube-webhook-certgen: makes the certificate of a webhook, keeps it in a Secret, and tells the webhook's configurations of its authority.
import { createAuthority, serverCertificate } from '../../base/certificates.ts'
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { createRandom } from '../../base/random.ts'
import { encodeText } from '../bytes.ts'
import { formatDate } from '../commands/date.ts'
import { type Options, readOptions } from '../commands/options.ts'
import { type ApiCall, ApiUnreachable, callApi } from '../in-cluster.ts'
import type { Process, Program } from '../process.ts'

const valued = [
  'host',
  'namespace',
  'secret-name',
  'secret-type',
  'cert-name',
  'key-name',
  'ca-name',
  'webhook-name',
  'patch-failure-policy',
  'patch-namespace',
].concat(['apiservice-name', 'crds', 'crd-api-groups', 'log-format', 'log-level', 'kubeconfig', 'patch-validating', 'patch-mutating'])

type Level = 'info' | 'fatal'

/** Runs `create` or `patch`, and ends. */
export const webhookCertgen: Program = async (words, process) => {
  const options = readOptions(words, valued)
  const [verb = ''] = options.rest
  const act = verbs[verb]
  if (!act) {
    process.out(usage)
    return 0
  }
  process.err(`W${formatDate(process.now(), '%m%d %H:%M:%S')}.000000       1 client_config.go:667] ${warning}\n`)
  const log = (level: Level, msg: string, [source, more]: readonly [string, JsonObject?]): void =>
    process.err(`${JSON.stringify({ ...more, level, msg, source, time: formatDate(process.now(), '%Y-%m-%dT%H:%M:%SZ') })}\n`)
  try {
    await act({ options, process, log })
    return 0
  } catch (error) {
    if (!(error instanceof Refused || error instanceof ApiUnreachable)) throw error
    log('fatal', error instanceof Refused ? error.doing : 'error building kubernetes client', ['k8s/k8s.go:40', { err: error.message }])
    return 1
  }
}

const warning = 'Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.'
const usage = `Use this to create a ca and signed certificates and patch admission webhooks to allow for quick
\t                   installation and configuration of validating and admission webhooks.

Usage:
  kube-webhook-certgen [command]

Available Commands:
  create      Generate a ca and server cert+key and store the results in a secret 'secret-name' in 'namespace'
  help        Help about any command
  patch       Patch a validatingwebhookconfiguration, mutatingwebhookconfiguration and/or an APIService by using the ca from 'secret-name' in 'namespace'
  version     Prints the CLI version information
`

interface Task {
  readonly options: Options
  readonly process: Process
  log(level: Level, msg: string, at: readonly [source: string, more?: JsonObject]): void
}

/** The API server's refusal of something that the program does. */
class Refused extends Error {
  readonly doing: string

  constructor(doing: string, body: Json) {
    super(isObject(body) ? String(body.message) : String(body))
    this.doing = doing
  }
}

const verbs: Readonly<Record<string, (task: Task) => Promise<void>>> = { create, patch }

function secretPath({ options }: Task): string {
  return `/api/v1/namespaces/${options.value('namespace') ?? ''}/secrets`
}

async function secretOf(task: Task): Promise<JsonObject | undefined> {
  const { status, body } = await callApi(task.process, { method: 'GET', path: `${secretPath(task)}/${task.options.value('secret-name') ?? ''}` })
  if (status === 404) task.log('info', 'no secret found', ['k8s/k8s.go:369', { err: isObject(body) ? (body.message ?? '') : '' }])
  else if (status !== 200) throw new Refused('error getting secret', body)
  return status === 200 && isObject(body) ? body : undefined
}

async function create(task: Task): Promise<void> {
  const { options, process, log } = task
  if (await secretOf(task)) return log('info', 'secret already exists', ['cmd/create.go:40'])
  log('info', 'creating new secret', ['cmd/create.go:28'])
  const hosts = (options.value('host') ?? '').split(',')
  const secret = createRandom(`certgen ${process.seed.below(2 ** 31)} ${process.seed.below(2 ** 31)}`)
  const authority = createAuthority('nil1', { secret, now: process.now() })
  const { certificate, key } = serverCertificate(authority, hosts, { secret, now: process.now() })
  const files = { 'ca-name': ['ca', authority.certificate], 'cert-name': ['cert', certificate], 'key-name': ['key', key] } as const
  await asked(task, 'failed creating secret', {
    method: 'POST',
    path: secretPath(task),
    body: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: options.value('secret-name') ?? '' },
      type: options.value('secret-type') ?? 'Opaque',
      data: Object.fromEntries(Object.entries(files).map(([option, [name, text]]) => [options.value(option) ?? name, btoa(encodeText(text))])),
    },
  })
}

/** What can be told of an authority: configurations by the option that leaves them out. */
const patched = [
  ['patch-validating', 'validatingwebhookconfigurations'],
  ['patch-mutating', 'mutatingwebhookconfigurations'],
] as const

async function patch(task: Task): Promise<void> {
  const { options, log } = task
  const data = (await secretOf(task))?.data
  const ca = isObject(data) ? data[options.value('ca-name') ?? 'ca'] : undefined
  if (typeof ca !== 'string') throw new Refused('no secret with the authority', `secret "${options.value('secret-name') ?? ''}" not found`)
  const name = options.value('webhook-name') ?? ''
  const policy = options.value('patch-failure-policy') ?? ''
  const wanted = (option: string): boolean => options.value(option) !== 'false'
  const shown = `mutating=${wanted('patch-mutating')}, validating=${wanted('patch-validating')}, failurePolicy=${policy}`
  if (name !== '') log('info', `patching webhook configurations '${name}' ${shown}`, ['k8s/k8s.go:126'])
  const chosen = name === '' ? [] : patched.filter(([option]) => wanted(option))
  for (const [, plural] of chosen) await patchHooks(task, `/apis/admissionregistration.k8s.io/v1/${plural}/${name}`, { ca, policy })
  const service = options.value('apiservice-name')
  if (service !== undefined) await patchService(task, service, ca)
  log('info', 'Patched hook(s)', ['k8s/k8s.go:148'])
}

async function patchHooks(task: Task, path: string, { ca, policy }: { readonly ca: string; readonly policy: string }): Promise<void> {
  const configuration = await asked(task, 'failed getting webhook configuration', { method: 'GET', path })
  const webhooks = (Array.isArray(configuration.webhooks) ? configuration.webhooks.filter(isObject) : []).map((hook) => ({
    ...hook,
    clientConfig: { ...(isObject(hook.clientConfig) && hook.clientConfig), caBundle: ca },
    ...(policy !== '' && { failurePolicy: policy }),
  }))
  await asked(task, 'failed patching webhook configuration', { method: 'PUT', path, body: { ...configuration, webhooks } })
}

async function patchService(task: Task, name: string, ca: string): Promise<void> {
  const body = { spec: { caBundle: ca, insecureSkipTLSVerify: false } }
  const path = `/apis/apiregistration.k8s.io/v1/apiservices/${name}`
  await asked(task, 'failed patching APIService', { method: 'PATCH', path, body, type: 'application/merge-patch+json' })
}

async function asked({ process }: Task, doing: string, call: ApiCall): Promise<JsonObject> {
  const { status, body } = await callApi(process, call)
  if (status >= 300 || !isObject(body)) throw new Refused(doing, body)
  return body
}
