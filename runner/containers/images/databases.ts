// Databases and caches: they start, say so, insist on their passwords, and redis answers.
import { formatDate } from '../commands/date.ts'
import { fail, forever, type Process, type Program } from '../process.ts'
import { mysql, mysqladmin, mysqldump } from './mysql/client.ts'
import { mysqld } from './mysql/server.ts'
import { ncat, xbstream, xtrabackup } from './mysql/xtrabackup.ts'
import { redisCli } from './redis/client.ts'
import { redisFollower, redisServer } from './redis/server.ts'

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

/** A client of a database that answers nobody. What it is given to say is taken as said, so that probes and scripts come to their end. */
const client =
  (name: string, statement: RegExp): Program =>
  (words, process) => {
    const told = words.some((word) => statement.test(word))
    const taken = told ? 'what it was told is taken as done' : 'the database answers nobody'
    return fail(process, `drydock: the program ${name} is not simulated: ${taken}`, told ? 0 : 1)
  }

/** Clients by name; in images that nobody wrote down they are believed like everything there. */
export const databaseClients: Readonly<Record<string, Program>> = {
  psql: client('psql', /^-[a-zA-Z]*[cfl]$|^--(command|file|list|version)/),
  pg_dump: client('pg_dump', /^--version/),
  createdb: client('createdb', /^[^-]/),
  mongosh: client('mongosh', /^--(eval|version)/),
}

/** Databases by the name of their program. */
export const databasePrograms: Readonly<Record<string, Program>> = {
  'redis-server': redisServer,
  'redis-cli': redisCli,
  'redis-follower': redisFollower,
  mysqld,
  mariadbd: mysqld,
  mysql,
  mariadb: mysql,
  mysqladmin,
  'mariadb-admin': mysqladmin,
  mysqldump,
  'mariadb-dump': mysqldump,
  ncat,
  xbstream,
  xtrabackup,
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
