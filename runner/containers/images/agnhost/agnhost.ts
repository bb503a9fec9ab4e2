// agnhost: the many small programs of Kubernetes' own tests (test/images/agnhost of Kubernetes 1.35), by their first word.

import { readGoDuration } from '../../../base/go-duration.ts'
import { decodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { answerSniffed, answerText, partsOf } from '../../commands/transfer.ts'
import { FileError, resolve } from '../../files.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../../process.ts'
import { serveConversions } from './conversion-webhook.ts'
import { grpcHealthChecking } from './grpc-health-checking.ts'
import { guestbook } from './guestbook.ts'
import { issuerDiscovery } from './issuer-discovery.ts'
import { logLine } from './klog.ts'
import { mounttest } from './mounttest.ts'
import { netexec, redirectTo } from './netexec.ts'
import { nettest } from './nettest.ts'
import { portForwardTester } from './port-forward-tester.ts'
import { serveWebhooks } from './webhook.ts'

function listen(process: Process, port: number, http: (call: HttpCall) => HttpAnswer, secure = false): Promise<number> {
  process.machine.net.listen(port, { http, secure })
  return forever(process)
}

const notFound = answerText('404 page not found\n', undefined, 404)

const commands: Readonly<Record<string, Program>> = {
  connect,
  'crd-conversion-webhook': (words, process) => {
    serveConversions(words, process)
    return forever(process)
  },
  'dns-server-list': (_, process) => printResolver(process, 'nameserver'),
  'dns-suffix': (_, process) => printResolver(process, 'search'),
  guestbook: guestbook,
  'grpc-health-checking': grpcHealthChecking,
  'etc-hosts': (_, process) => printFile(process, '/etc/hosts'),
  'entrypoint-tester': testEntrypoint('/agnhost'),
  help: (_, process) => {
    process.out(
      `Usage:\n  app [command]\n\nAvailable Commands:\n${Object.keys(commands)
        .sort()
        .map((name) => `  ${name}\n`)
        .join('')}`,
    )
    return 0
  },
  inclusterclient: inClusterClient,
  liveness,
  'logs-generator': generateLogs,
  mounttest,
  netexec,
  nettest,
  pause: (_, process) => {
    process.out('Paused\n')
    return forever(process)
  },
  'port-forward-tester': portForwardTester,
  porter,
  'serve-hostname': serveHostname,
  'test-service-account-issuer-discovery': issuerDiscovery,
  'test-webserver': (words, process) =>
    listen(process, Number(readOptions(words, ['port']).value('port') ?? 80), ({ path }) => fileAt(resolve('/', path.split('?')[0] ?? '/'), process)),
  webhook: (words, process) => {
    serveWebhooks(words, process)
    return forever(process)
  },
}

function testEntrypoint(called: string): Program {
  return (words, process) => {
    process.out(`[${[called, 'entrypoint-tester', ...words].join(' ')}]\n`)
    return 0
  }
}

/** agnhost by its second name: for tests of which program was started. */
export const agnhostTwo: Program = (words, process) => {
  const [command, ...rest] = words
  return command === 'entrypoint-tester' ? testEntrypoint('/agnhost-2')(rest, process) : agnhost(words, process)
}

/** agnhost: what its first word says, `pause` without one. */
export const agnhost: Program = (words, process) => {
  const [command = 'pause', ...rest] = words
  const run = commands[command]
  if (run) return run(rest, process)
  process.err(`Error: unknown command ${JSON.stringify(command)} for "app"\nRun 'app --help' for usage.\n`)
  return 1
}

function serveHostname(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['port'])
  const port = Number(options.value('port') ?? 9376)
  const { hostname, net } = process.machine
  const told = (protocol: string, from: string): string => {
    process.err(logLine(process, `${protocol} request from ${from}:${32768 + process.seed.below(28_000)}`))
    return hostname
  }
  process.err(logLine(process, `Serving on port ${port}.`))
  if (options.has('udp')) net.listen(port, { datagram: (_, from) => told('UDP', from) }, 'UDP')
  if (options.has('tcp')) net.listen(port, { talk: () => () => hostname })
  else if (options.value('http') !== 'false') net.listen(port, { http: ({ from }) => answerText(told('HTTP', from)) })
  return forever(process)
}

function liveness(_: readonly string[], process: Process): Promise<number> {
  const start = process.now()
  return listen(process, 8080, ({ path: asked }) => {
    const [path, query] = partsOf(asked)
    const seconds = (process.now() - start) / 1000
    if (path === '/started') return answerText(`${seconds}s`)
    if (path === '/redirect') return redirectTo(new URLSearchParams(query).get('loc') ?? '', 302)
    if (path !== '/healthz') return notFound
    return seconds > 10 ? answerText(`error: ${seconds}`, undefined, 500) : answerText('ok')
  })
}

const serving = /^SERVE_(TLS_)?PORT_(\d+)$/

function porter(words: readonly string[], process: Process): Promise<number> {
  const asJson = readOptions(words, []).has('json-response')
  for (const [name, value] of process.env) {
    const [, secure, port] = serving.exec(name) ?? []
    if (port === undefined) continue
    const http = ({ method }: HttpCall): HttpAnswer =>
      asJson ? answerText(JSON.stringify({ Method: method, Body: value }), 'application/json') : answerSniffed(value)
    process.machine.net.listen(Number(port), { http, secure: secure !== undefined })
  }
  return forever(process)
}

async function generateLogs(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['log-lines-total', 't', 'run-duration', 'd'])
  const total = Number(options.value('log-lines-total', 't') ?? 0)
  const given = options.value('run-duration', 'd') ?? '0'
  const duration = readGoDuration(given) ?? 0
  const fatal = (text: string): number => {
    process.err(logLine(process, text, 'logs_generator.go:68').replace(/^I/, 'F'))
    return 255
  }
  if (total <= 0) return fatal(`Invalid total number of lines: ${total}`)
  if (duration <= 0) return fatal(`Invalid duration: ${given}`)
  for (let id = 0; id < total; id += 1) {
    process.err(logLine(process, generatedLine(id, process), 'logs_generator.go:76'))
    await process.sleep(duration / total)
  }
  return 0
}

function generatedLine(id: number, { seed }: Process): string {
  const [methods, namespaces, letters] = [['GET', 'POST', 'PUT'], ['kube-system', 'default', 'ns'], 'bcdfghjklmnpqrstvwxz2456789']
  const name = Array.from({ length: 3 + seed.below(2) }, () => letters[seed.below(letters.length)]).join('')
  return `${id} ${methods[seed.below(3)]} /api/v1/namespaces/${namespaces[seed.below(3)]}/pods/${name} ${200 + seed.below(400)}`
}

async function inClusterClient(words: readonly string[], process: Process): Promise<number> {
  const wait = Number(readOptions(words, ['poll-interval']).value('poll-interval') ?? 30) * 1000
  const log = (text: string, letter = 'I'): void => process.err(logLine(process, text, 'main.go:63').replace(/^I/, letter))
  log('started')
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
  if (!process.files.stat(`${folder}/token`)) {
    process.err(logLine(process, `err: open ${folder}/token: no such file or directory`))
    return 1
  }
  for (;;) {
    await process.sleep(wait)
    log('calling /healthz')
    const token = process.files.read(`${folder}/token`)
    const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`salt|Bearer ${token}`)))
    log(
      `authz_header=${btoa(String.fromCharCode(...sum))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '')}`,
    )
    const connection = await process.machine.net.connect(process.env.get('KUBERNETES_SERVICE_HOST') ?? '', Number(process.env.get('KUBERNETES_SERVICE_PORT')))
    const listener = typeof connection === 'string' ? undefined : connection.listener
    const call = { method: 'GET', path: '/healthz', headers: { authorization: `Bearer ${token}` }, body: '', from: process.machine.net.address }
    const answer = listener && 'http' in listener ? await listener.http(call) : undefined
    if (answer?.status === 200) continue
    log('status=failed', 'E')
    log(`error checking /healthz: ${answer ? 'Unauthorized' : 'dial tcp: connect: connection refused'}\n${decodeText(answer?.body ?? '')}\n`, 'E')
  }
}

async function connect(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['timeout', 'protocol', 'udp-data', 'sctp-data'])
  const [destination = ''] = options.rest
  const [, host = '', port = ''] = /^(.*):(\w+)$/.exec(destination) ?? []
  const failed = (text: string): number => {
    process.err(`${text}\n`)
    return 1
  }
  if (host === '') return failed(`UNKNOWN: address ${destination}: missing port in address`)
  const protocol = options.value('protocol') ?? 'tcp'
  if (protocol !== 'tcp' && protocol !== 'udp') return failed('Unsupported protocol')
  const address = process.machine.net.resolve(host)?.addresses[0]
  if (address === undefined) return failed(`DNS: lookup ${host} on ${process.machine.net.nameserver}:53: no such host`)
  const connection = await process.machine.net.connect(address, Number(port), protocol === 'udp' ? 'UDP' : 'TCP')
  if (connection === 'timeout') {
    await process.sleep(readGoDuration(options.value('timeout') ?? '') ?? 130_000)
    return failed('TIMEOUT')
  }
  if (connection === 'no route') return failed(`OTHER: dial tcp ${destination}: connect: no route to host`)
  return connection === 'refused' ? failed('REFUSED') : 0
}

function fileAt(path: string, { files }: Process): HttpAnswer {
  try {
    if (!files.isFolder(path))
      return { status: 200, headers: { 'cache-control': 'private', 'content-type': 'text/plain; charset=utf-8' }, body: files.read(path) }
    const links = files.list(path).map((name) => `<a href="${name}">${name}</a>\n`)
    return answerText(`<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`, 'text/html; charset=utf-8')
  } catch (error) {
    if (error instanceof FileError) return notFound
    throw error
  }
}

function printFile(process: Process, path: string): number {
  process.out(process.files.read(path))
  return 0
}

function printResolver(process: Process, word: 'nameserver' | 'search'): number {
  const lines = process.files.read('/etc/resolv.conf').split('\n')
  const values = lines.flatMap((line) => (line.startsWith(`${word} `) ? line.slice(word.length + 1).split(' ') : []))
  process.out(`${values.join(',')}\n`)
  return 0
}
