// Databases and caches: they start, say so, insist on their passwords, and redis answers.
import { formatDate } from '../commands/date.ts'
import { readOptions } from '../commands/options.ts'
import { fail, type Process, type Program } from '../process.ts'

async function forever(process: Process): Promise<number> {
  await process.sleep(Number.POSITIVE_INFINITY)
  return 0
}

const redisServer: Program = (words, process) => {
  const at = words.indexOf('--port')
  const port = Number(at < 0 ? 6379 : words[at + 1])
  const say = (sign: string, text: string): void =>
    process.out(`1:${sign === '#' || sign === '*' ? 'M' : 'C'} ${formatDate(process.now(), '%d %b %Y %H:%M:%S.%N').slice(0, -6)} ${sign} ${text}\n`)
  process.out(`1:C ${formatDate(process.now(), '%d %b %Y %H:%M:%S.%N').slice(0, -6)} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n`)
  say('*', 'monotonic clock: POSIX clock_gettime')
  say('*', `Running mode=standalone, port=${port}.`)
  say('*', 'Server initialized')
  say('*', 'Ready to accept connections tcp')
  const values = new Map<string, string>()
  process.machine.net.listen(port, {
    talk: () => (bytes) =>
      commandsOf(bytes)
        .map((command) => redisAnswer(command, values))
        .join(''),
  })
  return forever(process)
}

/** Commands of redis' protocol, or typed as lines. */
function commandsOf(bytes: string): readonly (readonly string[])[] {
  if (!bytes.startsWith('*'))
    return bytes
      .split(/\r?\n/)
      .filter((line) => line !== '')
      .map((line) => line.split(/\s+/))
  return bytes
    .split(/(?:^|\r\n)\*\d+\r\n/)
    .filter((part) => part !== '')
    .map((part) => part.split('\r\n').filter((_, index) => index % 2 === 1))
}

function redisAnswer([name = '', key = '', value = '']: readonly string[], values: Map<string, string>): string {
  const bulk = (text: string | undefined): string => (text === undefined ? '$-1\r\n' : `$${text.length}\r\n${text}\r\n`)
  const command = name.toUpperCase()
  if (command === 'PING') return key === '' ? '+PONG\r\n' : bulk(key)
  if (command === 'GET') return bulk(values.get(key))
  if (command === 'SET') {
    values.set(key, value)
    return '+OK\r\n'
  }
  if (command === 'INCR') {
    values.set(key, String(Number(values.get(key) ?? 0) + 1))
    return `:${values.get(key)}\r\n`
  }
  if (command === 'DEL') return `:${values.delete(key) ? 1 : 0}\r\n`
  if (command === 'KEYS') return `*${values.size}\r\n${[...values.keys()].map(bulk).join('')}`
  if (command === 'DBSIZE') return `:${values.size}\r\n`
  return `-ERR unknown command '${name}', with args beginning with: ${key === '' ? '' : `'${key}' `}\r\n`
}

const redisCli: Program = async (words, process) => {
  const options = readOptions(words, ['h', 'p', 'a', 'n'], true)
  const name = options.value('h') ?? '127.0.0.1'
  const port = Number(options.value('p') ?? 6379)
  const address = process.machine.net.resolve(name)?.addresses[0]
  if (address === undefined) return fail(process, `Could not connect to Redis at ${name}:${port}: Name or service not known`)
  const connection = await process.machine.net.connect(address, port)
  if (connection === 'timeout') await process.sleep(130_000)
  if (typeof connection === 'string' || !('talk' in connection.listener))
    return fail(process, `Could not connect to Redis at ${name}:${port}: ${connection === 'timeout' ? 'Connection timed out' : 'Connection refused'}`)
  const talk = connection.listener.talk()
  const ask = (command: readonly string[]): void =>
    process.out(`${readable(talk(`*${command.length}\r\n${command.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`), process.tty)}\n`)
  if (options.rest.length > 0) {
    ask(options.rest)
    return 0
  }
  for (;;) {
    if (process.tty) process.out(`${name}:${port}> `)
    const line = await process.halt.unless(process.stdin.readLine())
    if (line === undefined || line === 'exit' || line === 'quit') return 0
    if (line !== '') ask(line.split(/\s+/))
  }
}

function readable(answer: string, tty: boolean): string {
  const lines = answer.split('\r\n')
  const first = lines[0] ?? ''
  if (first.startsWith('+')) return first.slice(1)
  if (first.startsWith(':')) return tty ? `(integer) ${first.slice(1)}` : first.slice(1)
  if (first.startsWith('-')) return tty ? `(error) ${first.slice(1)}` : first.slice(1)
  if (first === '$-1') return tty ? '(nil)' : ''
  if (first.startsWith('*'))
    return lines
      .filter((_, index) => index > 0 && index % 2 === 0)
      .map((line, index) => (tty ? `${index + 1}) "${line}"` : line))
      .join('\n')
  return tty ? `"${lines[1] ?? ''}"` : (lines[1] ?? '')
}

/** A database that refuses to begin without one of these in its environment. */
function database(port: number, needed: readonly string[], complaint: string, started: (process: Process) => string): Program {
  return (_, process) => {
    if (!needed.some((name) => process.env.has(name))) return fail(process, complaint)
    process.err(started(process))
    process.machine.net.listen(port, { talk: () => () => '' })
    return forever(process)
  }
}

const when = ({ now }: Process): string => formatDate(now(), '%Y-%m-%d %H:%M:%S')

const mysql = database(
  3306,
  ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD'],
  '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD',
  (process) =>
    `${when(process)}+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server started.\n${when(process)}+00:00 [Note] [Entrypoint]: Initializing database files\n${when(process)}+00:00 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '9.5.0'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.\n`,
)

const postgres = database(
  5432,
  ['POSTGRES_PASSWORD', 'POSTGRES_HOST_AUTH_METHOD', 'POSTGRES_PASSWORD_FILE'],
  'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".\n\n       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all\n       connections without a password. This is *not* recommended.\n\n       See PostgreSQL documentation about "trust":\n       https://www.postgresql.org/docs/current/auth-trust.html',
  (process) =>
    `PostgreSQL init process complete; ready for start up.\n\n${when(process)}.000 UTC [1] LOG:  starting PostgreSQL 18.1 on x86_64-pc-linux-gnu\n${when(process)}.000 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432\n${when(process)}.000 UTC [1] LOG:  database system is ready to accept connections\n`,
)

const quiet =
  (port: number, line: string): Program =>
  (_, process) => {
    process.out(line)
    process.machine.net.listen(port, { talk: () => () => '' })
    return forever(process)
  }

/** Databases by the name of their program. */
export const databasePrograms: Readonly<Record<string, Program>> = {
  'redis-server': redisServer,
  'redis-cli': redisCli,
  mysqld: mysql,
  mariadbd: mysql,
  postgres,
  mongod: quiet(
    27017,
    '{"t":{"$date":"2026-01-01T00:00:00.000+00:00"},"s":"I","c":"NETWORK","id":23016,"ctx":"listener","msg":"Waiting for connections","attr":{"port":27017,"ssl":"off"}}\n',
  ),
  memcached: quiet(11211, ''),
  'rabbitmq-server': quiet(5672, ' completed with 0 plugins.\n'),
  pg_isready: (_, process) => {
    process.out('/var/run/postgresql:5432 - accepting connections\n')
    return 0
  },
}
