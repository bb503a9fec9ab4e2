// `agnhost netexec`: a server to call others through, and to ask about itself (test/images/agnhost/netexec).

import { readGoDuration } from '../../../base/go-duration.ts'
import { decodeText } from '../../bytes.ts'
import { formatDate } from '../../commands/date.ts'
import { readOptions } from '../../commands/options.ts'
import { answerSniffed, answerText, partsOf, readTarget, transfer } from '../../commands/transfer.ts'
import { child, forever, type HttpAnswer, type HttpCall, type Process, runProgram } from '../../process.ts'
import { inputOf } from '../../streams.ts'
import { logLine } from './klog.ts'

interface Ask {
  readonly call: HttpCall
  readonly values: URLSearchParams
  readonly process: Process
  readonly port: number
  readonly udpPort: number
}

type Route = (ask: Ask) => HttpAnswer | Promise<HttpAnswer>

const named: Route = ({ process }) => answerText(process.machine.hostname)

const routes: Readonly<Record<string, Route>> = {
  '/': ({ process }) => answerText(`NOW: ${formatDate(process.now(), '%Y-%m-%d %H:%M:%S.%N +0000 UTC')} m=+${(process.now() % 86_400_000) / 1000}`),
  '/clientip': ({ call, process }) => answerText(`${call.from}:${32768 + process.seed.below(28_000)}`),
  '/serverport': ({ port }) => answerText(String(port)),
  '/header': header,
  '/dial': dial,
  '/echo': echo,
  '/exit': exit,
  '/healthz': () => answerText(''),
  '/readyz': ({ process }) => (process.machine.leaving() ? answerText('shutting down', undefined, 503) : answerText('ok')),
  '/hostname': named,
  '/hostName': named,
  '/redirect': ({ values }) => redirectTo(values.get('location') ?? '', Number(values.get('code') ?? '') || 302),
  '/shell': shell,
  '/shutdown': ({ process }) => leave(process, 0),
}

/** Listens until it is told to leave. */
export async function netexec(words: readonly string[], process: Process): Promise<number> {
  const options = readOptions(words, ['http-port', 'udp-port', 'sctp-port', 'tls-cert-file', 'tls-private-key-file', 'http-override', 'delay-shutdown'])
  const port = Number(options.value('http-port') ?? 8080)
  const udpPort = Number(options.value('udp-port') ?? 8081)
  const override = options.value('http-override')
  process.err(logLine(process, `Started HTTP server on port ${port}`))
  if (udpPort !== -1) {
    process.err(logLine(process, `Started UDP server on port  ${udpPort}`))
    process.machine.net.listen(udpPort, { datagram: (text, from) => datagram(text, { from, process, udpPort }) }, 'UDP')
  }
  const http = (call: HttpCall): HttpAnswer | Promise<HttpAnswer> =>
    answer(override === undefined ? call : { ...call, path: override }, { process, port, udpPort })
  process.machine.net.listen(port, { http, secure: options.has('tls-cert-file') })
  process.machine.linger(Number(options.value('delay-shutdown') ?? 0) * 1000)
  return forever(process)
}

function answer(call: HttpCall, rest: Pick<Ask, 'process' | 'port' | 'udpPort'>): HttpAnswer | Promise<HttpAnswer> {
  const [path, query] = partsOf(call.path)
  const form = call.headers['content-type'] === 'application/x-www-form-urlencoded' ? `&${decodeText(call.body)}` : ''
  const values = new URLSearchParams(query + form)
  rest.process.err(logLine(rest.process, `GET ${routes[path] ? path : '/'}${shown(path, values)}`))
  return (routes[path] ?? routes['/'] ?? named)({ call, values, ...rest })
}

/** What the log says of a request beside its path. */
const logged: Readonly<Record<string, readonly string[]>> = {
  '/echo': ['msg', 'code'],
  '/exit': ['code', 'timeout', 'wait'],
  '/dial': ['host', 'protocol', 'port', 'request', 'tries'],
  '/shell': ['cmd'],
}

function shown(path: string, values: URLSearchParams): string {
  const names = logged[path] ?? []
  return names.length === 0 ? '' : `?${names.map((name) => `${name}=${values.get(name) ?? ''}`).join('&')}`
}

function datagram(
  text: string,
  { from, process, udpPort }: { readonly from: string; readonly process: Process; readonly udpPort: number },
): string | undefined {
  const said = text.trim().toLowerCase()
  if (said === 'hostname') return process.machine.hostname
  if (said.startsWith('echo ')) return said.slice(5)
  if (said === 'clientip') return `${from}:${32768 + process.seed.below(28_000)}`
  return said === 'serverport' ? String(udpPort) : undefined
}

function header({ call, values }: Ask): HttpAnswer {
  const key = values.get('key')
  if (key !== null && key !== '') return answerText(call.headers[key.toLowerCase()] ?? '')
  const canonical = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())
  return answerText(JSON.stringify(Object.fromEntries(Object.entries(call.headers).map(([name, value]) => [canonical(name), [value]]))))
}

function echo({ values }: Ask): HttpAnswer {
  const code = values.get('code') ?? ''
  if (code !== '' && !/^\d+$/.test(code)) return answerText(`argument 'code' must be an integer or empty, got "${code}"\n`)
  return answerSniffed(values.get('msg') ?? '', code === '' ? 200 : Number(code))
}

/** Go's `http.Redirect`. */
export function redirectTo(location: string, status: number): HttpAnswer {
  return {
    status,
    headers: { location, 'content-type': 'text/html; charset=utf-8' },
    body: `<a href="${location}">${status === 302 ? 'Found' : 'Moved'}</a>.\n\n`,
  }
}

function leave(process: Process, code: number): HttpAnswer {
  process.halt.fire(code)
  return answerText('')
}

function exit({ values, process }: Ask): HttpAnswer {
  const code = values.get('code') ?? ''
  for (const name of ['timeout', 'wait']) {
    const text = values.get(name) ?? ''
    if (text !== '' && readGoDuration(text) === undefined) return answerText(`argument '${name}' must be a valid golang duration or empty, got "${text}"\n`)
  }
  if (code !== '' && !/^-?\d+$/.test(code)) return answerText(`argument 'code' must be an integer [0-127] or empty, got "${code}"\n`)
  return leave(process, Number(code === '' ? 0 : code))
}

async function shell({ values, process }: Ask): Promise<HttpAnswer> {
  let output = ''
  const keep = (bytes: string): void => {
    output += bytes
  }
  const command = values.get('shellCommand') ?? values.get('cmd') ?? ''
  const code = await runProgram(['/bin/sh', '-c', command], child(process, { out: keep, err: keep, stdin: inputOf('') }))
  return answerText(JSON.stringify({ ...(code !== 0 && { error: `exit status ${code}` }), ...(output !== '' && { output: decodeText(output) }) }))
}

async function dial({ values, process }: Ask): Promise<HttpAnswer> {
  const [host, port, request] = ['host', 'port', 'request'].map((name) => values.get(name) ?? '')
  const tries = values.get('tries') ?? ''
  const bad = (text: string): HttpAnswer => answerText(`${text}\n`, undefined, 400)
  if (tries !== '' && !/^\d+$/.test(tries)) return bad(`tries parameter is invalid. strconv.Atoi: parsing "${tries}": invalid syntax`)
  if (request === undefined || request === '') return bad('request parameter not specified. <nil>')
  const protocol = (values.get('protocol') ?? '').toLowerCase()
  if (!['', 'http', 'udp'].includes(protocol)) return bad(protocol === 'sctp' ? 'sctp is not simulated' : `unsupported protocol. ${protocol}`)
  const [responses, errors]: [string[], string[]] = [[], []]
  for (let index = 0; index < (tries === '' ? 1 : Number(tries)); index += 1) {
    const { text, problem } = await (protocol === 'udp' ? overUdp : overHttp)(process, { host: host ?? '', port: Number(port), request })
    if (problem === undefined) responses.push(text)
    else errors.push(problem)
  }
  return answerText(JSON.stringify({ ...(errors.length > 0 && { errors }), ...(responses.length > 0 && { responses }) }))
}

interface Dialing {
  readonly host: string
  readonly port: number
  readonly request: string
}

async function overHttp(process: Process, { host, port, request }: Dialing): Promise<{ readonly text: string; readonly problem?: string }> {
  const url = `http://${host}:${port}/${request}`
  const done = await transfer(process, readTarget(url), { method: 'GET', headers: { 'user-agent': 'Go-http-client/1.1' }, body: '', patience: 0 })
  if (done.kind === 'answer') return { text: decodeText(done.answer.body) }
  const why =
    done.kind === 'refused'
      ? `dial tcp ${host}:${port}: connect: connection refused`
      : 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
  return { text: '', problem: `Get ${JSON.stringify(url)}: ${why}` }
}

async function overUdp(process: Process, { host, port, request }: Dialing): Promise<{ readonly text: string; readonly problem?: string }> {
  const { net } = process.machine
  const connection = await net.connect(net.resolve(host)?.addresses[0] ?? host, port, 'UDP')
  const text = typeof connection !== 'string' && 'datagram' in connection.listener ? connection.listener.datagram(request, net.address) : undefined
  return text === undefined
    ? { text: '', problem: `reading from udp connection failed. err:'read udp ${net.address}->${host}:${port}: i/o timeout'` }
    : { text }
}
