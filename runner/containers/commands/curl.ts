// `curl`.
import { resolve } from '../files.ts'
import { fail, type HttpAnswer, isTerminal, type Process, type Program } from '../process.ts'
import { type Options, readOptions } from './options.ts'
import { headOf, readTarget, type Target, type Transfer, transfer } from './transfer.ts'

const valued = [
  'o',
  'w',
  'H',
  'd',
  'X',
  'm',
  'u',
  'A',
  'e',
  'T',
  'b',
  'c',
  'F',
  'E',
  'output',
  'write-out',
  'header',
  'data',
  'data-raw',
  'data-binary',
  'request',
  'max-time',
  'connect-timeout',
  'user',
  'user-agent',
  'cacert',
  'cert',
  'key',
  'retry',
  'retry-delay',
  'resolve',
  'referer',
  'form',
  'max-redirs',
  'json',
  'url',
  'interface',
  'retry-max-time',
  'limit-rate',
  'dns-servers',
]

/** Asks for each address in turn. */
export const curl: Program = async (words, process) => {
  const options = readOptions(words, valued)
  const addresses = [...options.rest, ...options.all('url')]
  if (options.has('V', 'version')) return version(process)
  if (addresses.length === 0) return fail(process, "curl: try 'curl --help' or 'curl --manual' for more information", 2)
  let code = 0
  for (const address of addresses) code = await fetchOne(readTarget(address), options, process)
  return code
}

function version(process: Process): number {
  process.out(
    'curl 8.14.1 (x86_64-pc-linux-gnu) libcurl/8.14.1 OpenSSL/3.5.1 zlib/1.3.1\nRelease-Date: 2025-06-04\nProtocols: dict file ftp ftps http https\nFeatures: alt-svc AsynchDNS HSTS HTTP2 HTTPS-proxy IPv6 Largefile libz SSL\n',
  )
  return 0
}

/** The address that `--resolve HOST:PORT:ADDRESS` gives a host. */
function resolved({ host, port }: Target, options: Options): string | undefined {
  const line = options
    .all('resolve')
    .find((each) => each.startsWith(`${host}:${port}:`) || each.startsWith(`+${host}:${port}:`) || each.startsWith(`*:${port}:`))
  return line?.replace(/^\+/, '').slice(line.replace(/^\+/, '').indexOf(':', line.indexOf(':') + 1) + 1)
}

async function fetchOne(target: Target, options: Options, process: Process, redirects = 0): Promise<number> {
  const quiet = options.has('s', 'silent') && !options.has('S', 'show-error')
  const started = process.now()
  const patience = Number(options.value('connect-timeout') ?? options.value('m', 'max-time') ?? 130) * 1000
  const place = resolved(target, options)
  const outcome = await transfer(process, target, { ...sendingOf(options, patience), ...(place !== undefined && { place }) })
  const trouble = troubleOf(outcome, target, { patience, limited: options.value('connect-timeout') === undefined && options.has('m', 'max-time') })
  if (trouble) {
    const [code, text] = trouble
    if (!options.has('s', 'silent')) process.err(meterHead)
    if (options.has('w', 'write-out'))
      process.out(written(options.value('w', 'write-out') ?? '', undefined, { target, seconds: (process.now() - started) / 1000, address: '' }))
    return quiet ? code : fail(process, `curl: (${code}) ${text}`, code)
  }
  if (outcome.kind !== 'answer') return 1
  const { answer, address } = outcome
  const location = answer.headers.location
  if (options.has('L', 'location') && location !== undefined && answer.status >= 300 && answer.status < 400 && redirects < 10) {
    const next = location.startsWith('/') ? { ...target, path: location } : readTarget(location)
    return fetchOne(next, options, process, redirects + 1)
  }
  if (options.has('v', 'verbose')) talk(process, { target, address, answer, options })
  if (options.has('f', 'fail') && answer.status >= 400) return quiet ? 22 : fail(process, `curl: (22) The requested URL returned error: ${answer.status}`, 22)
  give(process, answer, options)
  if (options.has('w', 'write-out')) process.out(written(options.value('w', 'write-out') ?? '', answer, { target, seconds: 0.0012, address }))
  return 0
}

function sendingOf(options: Options, patience: number): Parameters<typeof transfer>[2] {
  const data = options.all('d', 'data', 'data-raw', 'data-binary', 'json')
  const method = options.value('X', 'request') ?? (options.has('I', 'head') ? 'HEAD' : data.length > 0 || options.has('F', 'form') ? 'POST' : 'GET')
  const given = options.all('H', 'header').map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()])
  const user = options.value('u', 'user')
  const headers = {
    'User-Agent': options.value('A', 'user-agent') ?? 'curl/8.14.1',
    Accept: '*/*',
    ...(data.length > 0 && { 'Content-Type': options.has('json') ? 'application/json' : 'application/x-www-form-urlencoded' }),
    ...(user !== undefined && { Authorization: `Basic ${btoa(user)}` }),
    ...Object.fromEntries(given),
  }
  return { method, headers, body: data.join('&'), patience }
}

function troubleOf(
  outcome: Transfer,
  { host, port }: Target,
  { patience, limited }: { readonly patience: number; readonly limited: boolean },
): readonly [code: number, text: string] | undefined {
  if (outcome.kind === 'answer') return undefined
  if (outcome.kind === 'unknown host' && outcome.silent) return [28, `Resolving timed out after ${patience} milliseconds`]
  if (outcome.kind === 'unknown host') return [6, `Could not resolve host: ${host}`]
  if (outcome.kind === 'timeout')
    return [
      28,
      limited
        ? `Connection timed out after ${patience + 1} milliseconds`
        : `Failed to connect to ${host} port ${port} after ${patience + 1} ms: Timeout was reached`,
    ]
  if (outcome.kind === 'no http') return [1, 'Received HTTP/0.9 when not allowed']
  return [7, `Failed to connect to ${host} port ${port} after 0 ms: Could not connect to server`]
}

const meterHead =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n'

function give(process: Process, answer: HttpAnswer, options: Options): void {
  const headOnly = options.has('I', 'head')
  const head = options.has('i', 'include', 'I', 'head') ? headOf(answer, process.now()) : ''
  const output = options.value('o', 'output') ?? (options.has('O', 'remote-name') ? (options.rest[0]?.split('/').at(-1) ?? '') : undefined)
  const text = head + (headOnly ? '' : answer.body)
  if (!options.has('s', 'silent') && (output !== undefined || !isTerminal(process, process.out))) {
    const size = String(answer.body.length)
    process.err(
      `${meterHead}\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0\r100 ${size.padStart(5)}  100 ${size.padStart(5)}    0     0   600k      0 --:--:-- --:--:-- --:--:--  600k\n`,
    )
  }
  if (output === undefined || output === '-') process.out(text)
  else if (output !== '/dev/null') process.files.write(resolve(process.cwd, output), text)
}

function talk(
  process: Process,
  { target, address, answer, options }: { readonly target: Target; readonly address: string; readonly answer: HttpAnswer; readonly options: Options },
): void {
  const { method, headers } = sendingOf(options, 0)
  const known = target.host === address ? '' : `* Host ${target.host}:${target.port} was resolved.\n* IPv6: (none)\n* IPv4: ${address}\n`
  const host = target.port === 80 ? target.host : `${target.host}:${target.port}`
  const sent = [`${method} ${target.path} HTTP/1.1`, `Host: ${host}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '']
  process.err(`${known}*   Trying ${address}:${target.port}...\n* Connected to ${target.host} (${address}) port ${target.port}\n`)
  process.err(`${sent.map((line) => `> ${line}\r\n`).join('')}* Request completely sent off\n`)
  process.err(
    `${headOf(answer, process.now())
      .split('\r\n')
      .slice(0, -1)
      .map((line) => `< ${line}\r\n`)
      .join('')}`,
  )
  process.err(`* Connection #0 to host ${target.host} left intact\n`)
}

/** Where an answer sends whoever asked; empty if nowhere. */
function redirectOf(answer: HttpAnswer | undefined, { scheme, host, port }: Target): string {
  const location = answer?.headers.location
  if (location === undefined) return ''
  const usual = port === (scheme === 'https' ? 443 : 80)
  return location.startsWith('/') ? `${scheme}://${host}${usual ? '' : `:${port}`}${location}` : location
}

function written(format: string, answer: HttpAnswer | undefined, at: { readonly target: Target; readonly seconds: number; readonly address: string }): string {
  const values: Readonly<Record<string, string>> = {
    http_code: String(answer?.status ?? 0).padStart(3, '0'),
    response_code: String(answer?.status ?? 0).padStart(3, '0'),
    size_download: String(answer?.body.length ?? 0),
    content_type: answer?.headers['content-type'] ?? '',
    time_total: at.seconds.toFixed(6),
    time_connect: answer ? '0.000412' : '0.000000',
    remote_ip: at.address,
    redirect_url: redirectOf(answer, at.target),
    remote_port: String(at.target.port),
    num_redirects: '0',
    scheme: at.target.scheme,
    http_version: '1.1',
    size_header: '0',
    time_starttransfer: answer ? '0.001102' : '0.000000',
    time_namelookup: answer ? '0.000214' : '0.000000',
    time_appconnect: '0.000000',
    exitcode: answer ? '0' : '7',
    method: 'GET',
    speed_download: answer ? String(Math.round(answer.body.length / at.seconds)) : '0',
    url_effective: `${at.target.scheme}://${at.target.host}${at.target.path}`,
  }
  return format
    .replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
}
