// `redis-server`: reads its configuration, says that it is ready, and answers. What it holds lies in its folder, as a dump that outlives it.
import { isObject, type Json } from '../../../base/json.ts'
import { formatDate } from '../../commands/date.ts'
import { FileError, resolve } from '../../files.ts'
import { forever, type Process, type Program } from '../../process.ts'
import { askRedis } from './client.ts'
import { type Reply, readCommands, writeReply } from './protocol.ts'
import { type Held, plainValue, reply, type Store, writes } from './store.ts'

const version = '8.4.0'

/** What a configuration says of what nobody set. */
const usual: readonly (readonly [string, string])[] = [
  ['appendonly', 'no'],
  ['bind', '* -::*'],
  ['databases', '16'],
  ['dir', '/data'],
  ['maxclients', '10000'],
  ['maxmemory', '0'],
  ['maxmemory-policy', 'noeviction'],
  ['maxmemory-samples', '5'],
  ['port', '6379'],
  ['requirepass', ''],
  ['save', '3600 1 300 100 60 10000'],
  ['timeout', '0'],
]

/** The program. */
export const redisServer: Program = async (words, process) => {
  const [file] = words.filter((word, at) => at === 0 && !word.startsWith('-'))
  const config = configOf(words, file, process)
  const port = Number(config.get('port'))
  const dump = resolve(config.get('dir') ?? '/data', 'dump.rdb')
  greet(process, { port, file })
  const store: Store = { keys: load(process, dump), config, now: () => process.now(), info: (section) => infoOf(section, { port, store }) }
  process.machine.net.listen(port, { talk: () => conversation(process, { store, dump }) })
  return forever(process)
}

function configOf(words: readonly string[], file: string | undefined, process: Process): Map<string, string> {
  const config = new Map(usual)
  const entry = file === undefined ? undefined : process.files.stat(resolve(process.cwd, file))
  const lines = entry?.kind === 'file' ? entry.content.split('\n') : []
  const options = words.join(' ').split(/(?:^|\s)--(?=\w)/)
  for (const line of [...lines, ...options.slice(1)]) {
    const [, name, value] = /^\s*([\w-]+)\s+(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) config.set(name.toLowerCase(), plainValue(value))
  }
  return config
}

function greet(process: Process, { port, file }: { readonly port: number; readonly file: string | undefined }): void {
  const say = (role: 'C' | 'M', sign: string, text: string): void =>
    process.out(`1:${role} ${formatDate(process.now(), '%d %b %Y %H:%M:%S.%N').slice(0, -6)} ${sign} ${text}\n`)
  say('C', '*', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo')
  say('C', '*', `Redis version=${version}, bits=64, commit=00000000, modified=0, pid=1, just started`)
  if (file === undefined)
    say('C', '#', 'Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf')
  else say('C', '*', 'Configuration loaded')
  say('M', '*', 'monotonic clock: POSIX clock_gettime')
  say('M', '*', `Running mode=standalone, port=${port}.`)
  say('M', '*', 'Server initialized')
  say('M', '*', 'Ready to accept connections tcp')
}

const magic = 'REDIS0012'

function load({ files }: Process, dump: string): Map<string, Held> {
  const entry = files.stat(dump)
  if (entry?.kind !== 'file' || !entry.content.startsWith(magic)) return new Map()
  const kept: Json = JSON.parse(entry.content.slice(magic.length))
  return new Map(Object.entries(isObject(kept) ? kept : {}) as unknown as [string, Held][]) // what `save` wrote
}

function save({ files }: Process, dump: string, { keys }: Store): void {
  try {
    files.write(dump, magic + JSON.stringify(Object.fromEntries(keys)))
  } catch (error) {
    if (!(error instanceof FileError)) throw error
  }
}

interface Serving {
  readonly store: Store
  readonly dump: string
}

/** One client's conversation: it says the password first, where there is one. */
function conversation(process: Process, { store, dump }: Serving): (bytes: string) => string {
  let known = false
  return (bytes) =>
    readCommands(bytes)
      .map((words) => {
        const [name = ''] = words
        const password = store.config.get('requirepass') ?? ''
        if (name.toUpperCase() === 'AUTH') {
          known = words.at(-1) === password
          return writeReply(passed(known, password))
        }
        if (password !== '' && !known) return writeReply({ error: 'NOAUTH Authentication required.' })
        const answer = reply(words, store)
        if (writes(name)) save(process, dump, store)
        return writeReply(answer)
      })
      .join('')
}

function passed(known: boolean, password: string): Reply {
  if (password === '')
    return { error: 'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?' }
  return known ? { line: 'OK' } : { error: 'WRONGPASS invalid username-password pair or user is disabled.' }
}

function infoOf(section: string, { port, store }: { readonly port: number; readonly store: Store }): string {
  const sections: Readonly<Record<string, string>> = {
    server: `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\nos:Linux 6.8.0-51-generic x86_64\r\nprocess_id:1\r\ntcp_port:${port}\r\nconfig_file:\r\n`,
    clients: '# Clients\r\nconnected_clients:1\r\nmaxclients:10000\r\n',
    memory: `# Memory\r\nused_memory:1048576\r\nmaxmemory:${store.config.get('maxmemory')}\r\nmaxmemory_policy:${store.config.get('maxmemory-policy')}\r\n`,
    replication: `# Replication\r\nrole:master\r\nconnected_slaves:0\r\n`,
    keyspace: `# Keyspace\r\n${store.keys.size === 0 ? '' : `db0:keys=${store.keys.size},expires=${[...store.keys.values()].filter(({ until }) => until !== undefined).length},avg_ttl=0\r\n`}`,
  }
  return section === '' ? Object.values(sections).join('\r\n') : (sections[section] ?? '')
}

/** The guestbook's follower: it copies what the leader holds whenever it is asked. */
export const redisFollower: Program = async (_, process) => {
  greet(process, { port: 6379, file: undefined })
  const leader = process.env.get('REDIS_LEADER_SERVICE_HOST') ?? 'redis-leader'
  const when = (): string => formatDate(process.now(), '%d %b %Y %H:%M:%S.%N').slice(0, -6)
  process.out(`1:S ${when()} * Connecting to MASTER ${leader}:6379\n1:S ${when()} * MASTER <-> REPLICA sync started\n`)
  const copy = new Map<string, Held>()
  const store: Store = { keys: copy, config: new Map(usual), now: () => process.now(), info: () => '# Replication\r\nrole:slave\r\n' }
  process.machine.net.listen(6379, {
    talk: () => (bytes) =>
      readCommands(bytes)
        .map((words) => writeReply(writes(words[0] ?? '') ? { error: "READONLY You can't write against a read only replica." } : reply(words, store)))
        .join(''),
  })
  for (;;) {
    const keys = await askRedis(process, leader, ['KEYS', '*'])
    for (const key of Array.isArray(keys) ? keys : []) {
      const value = await askRedis(process, leader, ['GET', String(key)])
      if (typeof value === 'string') copy.set(String(key), { value })
    }
    await process.sleep(1000)
  }
}
