// Programs of the network but curl: wget, nc, ping and what shows addresses.
import { nameOf, resolve } from '../files.ts'
import { fail, type HttpCall, type Listener, type Process, type Program } from '../process.ts'
import { addressPrograms } from './addresses.ts'
import { curl } from './curl.ts'
import { interfacePrograms } from './interfaces.ts'
import { lsof, tcpdump } from './looking.ts'
import { namePrograms } from './names.ts'
import { readOptions } from './options.ts'
import { headOf, readTarget, reasonOf, type Sending, type Target, type Transfer, transfer } from './transfer.ts'
import { tooFew } from './usage.ts'

const wget: Program = async (words, process) => {
  const options = readOptions(
    words.map((word) => word.replace(/^-qO-$/, '-qO-')),
    ['O', 'T', 'U', 'P', 't', 'timeout', 'tries', 'header', 'post-data', 'output-document', 'user-agent'],
  )
  const address = options.rest[0]
  if (address === undefined) return tooFew(process, 'wget', 'missing URL\nUsage: wget [OPTION]... [URL]...\n')
  const target = readTarget(address)
  const quiet = options.has('q', 'quiet')
  const data = options.value('post-data')
  const patience = Number(options.value('T', 'timeout') ?? 900) * 1000
  const headers = {
    'User-Agent': 'Wget',
    ...Object.fromEntries(options.all('header').map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()])),
  }
  const outcome = await followed(process, target, { method: data === undefined ? 'GET' : 'POST', headers, body: data ?? '', patience })
  if (!quiet && outcome.kind !== 'unknown host')
    process.err(`Connecting to ${target.host}${target.host === outcome.address ? `:${target.port}` : ` (${outcome.address}:${target.port})`}\n`)
  if (options.has('S', 'server-response') && outcome.kind === 'answer')
    process.err(headOf(outcome.answer, process.now()).replace(/\r\n/g, '\n').replace(/^/gm, '  ').replace(/ +$/, ''))
  const trouble = wgetTrouble(outcome, target)
  if (trouble !== undefined) return fail(process, `wget: ${trouble}`)
  return outcome.kind === 'answer' ? store(process, outcome.answer.body, { options, quiet, target }) : 1
}

/** A transfer that goes where it is sent, as wget does. */
async function followed(process: Process, target: Target, sending: Sending, hops = 0): Promise<Transfer> {
  const outcome = await transfer(process, target, sending)
  const location = outcome.kind === 'answer' && /^30[1278]$/.test(String(outcome.answer.status)) ? outcome.answer.headers.location : undefined
  if (location === undefined || hops > 4) return outcome
  const next = location.startsWith('/') ? { ...target, path: location } : readTarget(location)
  return followed(process, next, { ...sending, method: 'GET', body: '' }, hops + 1)
}

function wgetTrouble(outcome: Transfer, { host }: Target): string | undefined {
  if (outcome.kind === 'unknown host') return `bad address '${host}'`
  if (outcome.kind === 'timeout') return 'download timed out'
  if (outcome.kind === 'no http') return 'error getting response'
  if (outcome.kind === 'refused') return `can't connect to remote host (${outcome.address}): Connection refused`
  if (outcome.kind === 'no route') return `can't connect to remote host (${outcome.address}): Host is unreachable`
  if (outcome.kind !== 'answer') return undefined
  const { answer } = outcome
  return answer.status >= 400 ? `server returned error: HTTP/1.1 ${answer.status} ${reasonOf(answer)}` : undefined
}

function store(
  process: Process,
  body: string,
  { options, quiet, target }: { readonly options: ReturnType<typeof readOptions>; readonly quiet: boolean; readonly target: Target },
): number {
  if (options.has('spider')) {
    if (!quiet) process.err('remote file exists\n')
    return 0
  }
  const file = options.value('O', 'output-document') ?? (nameOf(target.path.split('?')[0] ?? '') || 'index.html')
  const place = file === '-' ? 'stdout' : `'${file}'`
  if (!quiet) process.err(`${file === '-' ? 'writing to' : 'saving to'} ${place}\n`)
  if (file === '-' || file === '/dev/stdout') process.out(body)
  else if (file !== '/dev/null') process.files.write(resolve(process.cwd, file), body)
  const bar = '*'.repeat(32)
  if (!quiet)
    process.err(
      `${(file === '-' ? '-' : file).padEnd(20).slice(0, 20)} 100% |${bar}| ${String(body.length).padStart(5)}  0:00:00 ETA\n${file === '-' ? 'written to' : ''}${file === '-' ? ' stdout' : `${place} saved`}\n`,
    )
  return 0
}

const ping: Program = async (words, process) => {
  const options = readOptions(words, ['c', 'W', 'w', 'i'])
  const [name] = options.rest
  if (name === undefined) return tooFew(process, 'ping', 'usage error: Destination address required', 2)
  const found = process.machine.net.resolve(name)
  if (!found)
    return fail(
      process,
      process.machine.flavor === 'busybox' ? `ping: bad address '${name}'` : `ping: ${name}: Name or service not known`,
      process.machine.flavor === 'busybox' ? 1 : 2,
    )
  const [address = ''] = found.addresses
  const connection = await process.machine.net.connect(address, 0)
  const answers = connection !== 'timeout' && connection !== 'no route'
  const count = Number(options.value('c') ?? 1_000_000)
  process.out(`PING ${name} (${address}): 56 data bytes\n`)
  for (let sequence = 0; sequence < count; sequence += 1) {
    if (sequence > 0 || !answers) await process.sleep(1000)
    if (answers) process.out(`64 bytes from ${address}: seq=${sequence} ttl=63 time=0.${100 + process.seed.below(90)} ms\n`)
  }
  process.out(`\n--- ${name} ping statistics ---\n${count} packets transmitted, ${answers ? count : 0} packets received, ${answers ? 0 : 100}% packet loss\n`)
  if (answers) process.out('round-trip min/avg/max = 0.102/0.145/0.189 ms\n')
  return answers ? 0 : 1
}

const nc: Program = async (words, process) => {
  const options = readOptions(words, ['p', 'w', 'e', 'i', 's', 'q'])
  if (options.has('l')) return serve(Number(options.value('p') ?? options.rest.at(-1)), options.has('k'), process)
  const [name = '', port = ''] = options.rest
  if (name === '' || port === '') return tooFew(process, 'nc', 'missing port number')
  const found = process.machine.net.resolve(name)
  if (!found) return fail(process, `nc: bad address '${name}'`)
  const [address = ''] = found.addresses
  const connection = await process.machine.net.connect(address, Number(port), options.has('u') ? 'UDP' : 'TCP')
  if (connection === 'timeout') await process.sleep(Number(options.value('w') ?? 130) * 1000)
  if (typeof connection === 'string') {
    const why = connection === 'timeout' ? 'Connection timed out' : connection === 'refused' ? 'Connection refused' : 'No route to host'
    return options.has('v') || !options.has('z')
      ? fail(
          process,
          process.machine.flavor === 'busybox'
            ? `nc: ${name} (${address}:${port}): ${why}`
            : `nc: connect to ${name} (${address}) port ${port} (tcp) failed: ${why}`,
        )
      : 1
  }
  if (options.has('v'))
    process.err(
      process.machine.flavor === 'busybox' ? `${name} (${address}:${port}) open\n` : `Connection to ${name} (${address}) ${port} port [tcp/*] succeeded!\n`,
    )
  if (options.has('z')) return 0
  return speak(connection.listener, process)
}

async function speak(listener: Listener, process: Process): Promise<number> {
  if ('talk' in listener) {
    const talk = listener.talk()
    for (let piece = await process.halt.unless(process.stdin.read()); piece !== undefined; piece = await process.halt.unless(process.stdin.read()))
      process.out(talk(piece))
    return 0
  }
  if ('datagram' in listener) {
    process.out(listener.datagram(await process.halt.unless(process.stdin.readAll()), process.machine.net.address) ?? '')
    return 0
  }
  if ('health' in listener) return 0
  if ('stream' in listener) return follow(listener, process)
  const text = await process.halt.unless(process.stdin.readAll())
  if (text.trim() === '') return 0
  const [first = '', ...rest] = text.split(/\r?\n/)
  const [method = 'GET', path = '/'] = first.split(' ')
  const headers = Object.fromEntries(
    rest.filter((line) => line.includes(':')).map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  )
  const answer = await listener.http({ method, path, headers, body: '', from: process.machine.net.address })
  process.out(`${headOf(answer, process.now())}${answer.body}`)
  return 0
}

/** Sends what comes in and shows what comes back, until the other side has said all. */
async function follow(listener: Extract<Listener, { readonly stream: unknown }>, process: Process): Promise<number> {
  const over = Promise.withResolvers<void>()
  const stream = listener.stream({ send: (bytes) => process.out(bytes), end: () => over.resolve() })
  void (async () => {
    for (let piece = await process.stdin.read(); piece !== undefined; piece = await process.stdin.read()) stream.data(piece)
    stream.end()
  })()
  await process.halt.unless(over.promise)
  return 0
}

/** `nc -l`: shows a request that comes and answers it with its own input. */
async function serve(port: number, again: boolean, process: Process): Promise<number> {
  for (;;) {
    const { promise, resolve: came } = Promise.withResolvers<void>()
    const input = process.stdin.readAll()
    process.machine.net.listen(port, {
      http: async (call: HttpCall) => {
        const lines = Object.entries(call.headers).map(([name, value]) => `${name}: ${value}\r\n`)
        process.out(`${call.method} ${call.path} HTTP/1.1\r\n${lines.join('')}\r\n${call.body}`)
        const text = await input
        came()
        const [, status = '200', head = '', body = text] = text.match(/^HTTP\/1\.[01] (\d+)[^\n]*\n(.*?)\r?\n\r?\n(.*)$/s) ?? []
        const headers = Object.fromEntries(
          head
            .split(/\r?\n/)
            .filter((line) => line.includes(':'))
            .map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(':') + 1).trim()]),
        )
        return { status: Number(status), headers, body }
      },
    })
    await process.halt.unless(promise)
    if (!again) return 0
  }
}

/** Programs of the network by name. */
export const networkPrograms: Readonly<Record<string, Program>> = {
  lsof,
  tcpdump,
  curl,
  wget,
  ...namePrograms,
  ping,
  nc,
  netcat: nc,
  ...addressPrograms,
  ...interfacePrograms,
}
