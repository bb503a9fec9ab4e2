// `etcdctl` and `etcdutl` beside an etcd: its health, its members, snapshots, and what the API server keeps there.
import { formatDate } from '../commands/date.ts'
import { type Options, readOptions } from '../commands/options.ts'
import { resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { keysOf, storedBytes } from './etcd-store.ts'

const valued = ['cacert', 'cert', 'key', 'endpoints', 'write-out', 'w', 'limit', 'data-dir', 'command-timeout', 'dial-timeout', 'name', 'initial-cluster']
const version = '3.6.5'

type Act = (rest: readonly string[], asked: { readonly options: Options; readonly process: Process; readonly endpoint: string }) => number | Promise<number>

/** A table as etcd's programs draw it. */
function table(head: readonly string[], row: readonly string[]): string {
  const widths = head.map((name, index) => Math.max(name.length, row[index]?.length ?? 0))
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const centred = (text: string, width: number): string => text.padStart(text.length + Math.ceil((width - text.length) / 2)).padEnd(width)
  const cells = (texts: readonly string[], place: (text: string, width: number) => string): string =>
    `|${texts.map((text, index) => ` ${place(text, widths[index] ?? 0)} `).join('|')}|\n`
  return `${line}${cells(head, centred)}${line}${cells(row, (text, width) => text.padStart(width))}${line}`
}

const member = '8e9e05c52164694d'

const endpointHealth: Act = (_, { process, endpoint }) => {
  process.out(`${endpoint} is healthy: successfully committed proposal: took = ${8 + process.seed.below(6)}.${100_000 + process.seed.below(899_999)}ms\n`)
  return 0
}

const endpointStatus: Act = (_, { options, process, endpoint }) => {
  const row = [endpoint, member, version, '3.6.0', '6.2 MB', '3.1 MB', '50%', '0 B', 'true', 'false', '2', '8412', '8412', '', '', 'false']
  const head = ['ENDPOINT', 'ID', 'VERSION', 'STORAGE VERSION', 'DB SIZE', 'IN USE', 'PERCENTAGE NOT IN USE', 'QUOTA', 'IS LEADER', 'IS LEARNER']
  const more = ['RAFT TERM', 'RAFT INDEX', 'RAFT APPLIED INDEX', 'ERRORS', 'DOWNGRADE TARGET VERSION', 'DOWNGRADE ENABLED']
  process.out(options.value('w', 'write-out') === 'table' ? table([...head, ...more], row) : `${row.join(', ')}\n`)
  return 0
}

const memberList: Act = (_, { options, process }) => {
  const { hostname, net } = process.machine
  const row = [member, 'started', hostname, `https://${net.address}:2380`, `https://${net.address}:2379`, 'false']
  const head = ['ID', 'STATUS', 'NAME', 'PEER ADDRS', 'CLIENT ADDRS', 'IS LEARNER']
  process.out(options.value('w', 'write-out') === 'table' ? table(head, row) : `${row.join(', ')}\n`)
  return 0
}

const snapshotSave: Act = ([file = ''], { process, endpoint }) => {
  if (file === '') return fail(process, 'Error: snapshot save expects one argument', 128)
  const ts = formatDate(process.now(), '%Y-%m-%dT%H:%M:%S.000000Z')
  const say = (msg: string, more: object): void => process.err(`${JSON.stringify({ level: 'info', ts, caller: 'snapshot/v3_snapshot.go:83', msg, ...more })}\n`)
  process.files.write(resolve(process.cwd, file), 'etcd snapshot: what it holds is not simulated\n')
  say('created temporary db file', { path: `${file}.part` })
  say('fetching snapshot', { endpoint })
  say('fetched snapshot', { endpoint, size: '6.2 MB', took: '69.4ms' })
  say('saved', { path: file })
  process.out(`Snapshot saved at ${file}\nServer version ${version}\n`)
  return 0
}

const get: Act = ([key = '', end], { options, process }) => {
  const store = process.machine.store
  if (key === '') return fail(process, 'Error: get command needs one argument as key and an optional argument as range_end', 128)
  const fits = (name: string): boolean => (options.has('prefix') ? name.startsWith(key) : end === undefined ? name === key : name >= key && name < end)
  const found = (store ? keysOf(store) : []).filter(([name]) => fits(name)).slice(0, Number(options.value('limit') ?? 0) || undefined)
  if (options.has('count-only')) return 0
  for (const [name, object] of found)
    process.out(options.has('keys-only') ? `${name}\n\n` : `${options.has('print-value-only') ? '' : `${name}\n`}${storedBytes(object)}\n`)
  return 0
}

const acts: Readonly<Record<string, Act>> = {
  'endpoint health': endpointHealth,
  'endpoint status': endpointStatus,
  'member list': memberList,
  'snapshot save': snapshotSave,
}

/** Whoever shows no certificate of etcd's own authority gets no answer. */
async function unanswered(process: Process, endpoint: string, health: boolean): Promise<number> {
  await process.sleep(5000)
  const ts = formatDate(process.now(), '%Y-%m-%dT%H:%M:%S.000000Z')
  const error = 'rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "error reading server preface: EOF"'
  const about = {
    logger: 'client',
    caller: `v3@v${version}/retry_interceptor.go:63`,
    msg: 'retrying of unary invoker failed',
    target: `etcd-endpoints://0xc000022000/${endpoint}`,
  }
  process.err(`${JSON.stringify({ level: 'warn', ts, ...about, attempt: 0, error })}\n`)
  if (!health) return fail(process, 'Error: context deadline exceeded')
  process.err(`${endpoint} is unhealthy: failed to commit proposal: context deadline exceeded\n`)
  return fail(process, 'Error: unhealthy cluster')
}

const etcdctl: Program = (words, process) => {
  const options = readOptions(words, valued)
  const [first = '', second = '', ...rest] = options.rest
  if (first === 'version') {
    process.out(`etcdctl version: ${version}\nAPI version: 3.6\n`)
    return 0
  }
  const endpoint = (options.value('endpoints') ?? process.env.get('ETCDCTL_ENDPOINTS') ?? '127.0.0.1:2379').split(',')[0] ?? ''
  const known = ['cacert', 'cert', 'key'].every((name) => (options.value(name) ?? process.env.get(`ETCDCTL_${name.toUpperCase()}`)) !== undefined)
  const act = first === 'get' ? get : acts[`${first} ${second}`]
  if (!act) return fail(process, `Error: unknown command "${first === 'snapshot' ? second : first}" for "etcdctl${first === 'snapshot' ? ' snapshot' : ''}"`)
  if (!known) return unanswered(process, endpoint, second === 'health')
  return act(first === 'get' ? options.rest.slice(1) : rest, { options, process, endpoint })
}

const etcdutl: Program = (words, process) => {
  const options = readOptions(words, valued)
  const [first = '', second = '', file = ''] = options.rest
  if (first === 'version') process.out(`etcdutl version: ${version}\nAPI version: 3.6\n`)
  else if (process.files.stat(resolve(process.cwd, file)) === undefined) return fail(process, `Error: stat ${file}: no such file or directory`)
  else if (`${first} ${second}` === 'snapshot status')
    process.out(
      options.value('w', 'write-out') === 'table'
        ? table(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE', 'VERSION'], ['7a4e2ef4', '8391', '812', '6.2 MB', '3.6.0'])
        : '7a4e2ef4, 8391, 812, 6.2 MB, 3.6.0\n',
    )
  else if (`${first} ${second}` === 'snapshot restore') process.err('drydock: a restored snapshot is not simulated\n')
  return 0
}

/** The programs by name. */
export const etcdPrograms: Readonly<Record<string, Program>> = { etcdctl, etcdutl }
