// `mysqld`: insists on a password at its first start, keeps what it holds in its folder, and answers; a secondary follows its source.
import { isObject } from '../../../base/json.ts'
import { formatDate } from '../../commands/date.ts'
import { FileError, type Files } from '../../files.ts'
import { fail, forever, type Process, type Program } from '../../process.ts'
import { type Databases, type Result, run, type Session, statementsOf } from './database.ts'

/** What a client sends, and what it is sent: a script and the results of its statements. */
export interface Asked {
  readonly user: string
  readonly password: string
  readonly database?: string
  readonly script: string
  /** Where the client is. */
  readonly from: string
}

/** What a server answers: results up to the first error, and the database that is then meant; or why it does not. */
export type Answered = { readonly results: readonly Result[]; readonly database?: string } | { readonly denied: string }

const folder = '/var/lib/mysql'
const accountsFile = `${folder}/mysql/user.json`
const dataFile = `${folder}/ibdata1`
const sourceFile = `${folder}/master.info`

/** The version of an image's server. */
export function versionOf(image: string): string {
  const [, tag = ''] = /:(\d[\d.]*)/.exec(image) ?? []
  if (/mariadb/.test(image)) return tag.split('.').length > 2 ? tag : '12.1.2-MariaDB'
  const known: Readonly<Record<string, string>> = { '5.6': '5.6.51', '5.7': '5.7.44', '5': '5.7.44', '8.0': '8.0.44', '8': '8.4.7', '8.4': '8.4.7' }
  return tag.split('.').length > 2 ? tag : (known[tag] ?? '9.5.0')
}

/** The program. */
export const mysqld: Program = async (_, process) => {
  const { env, files } = process
  const version = versionOf(process.machine.image)
  const say = (text: string): void => process.err(`${formatDate(process.now(), '%Y-%m-%d %H:%M:%S')}+00:00 ${text}\n`)
  say(`[Note] [Entrypoint]: Entrypoint script for MySQL Server ${version} started.`)
  if (!files.stat(`${folder}/mysql`)) {
    const passwords = ['MYSQL_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD'].flatMap((name) => env.get(name) ?? [])
    const open = ['MYSQL_ALLOW_EMPTY_PASSWORD', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'ALLOW_EMPTY_PASSWORD'].some((name) =>
      env.has(name),
    )
    if (passwords.length === 0 && !open && !env.has('MYSQL_ROOT_PASSWORD_FILE') && !env.has('MARIADB_ROOT_PASSWORD_FILE')) return fail(process, complaint)
    say('[Note] [Entrypoint]: Initializing database files')
    begin(process, passwords[0] ?? '')
    say('[Note] [Entrypoint]: MySQL init process done. Ready for start up.')
  }
  say(`0 [System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld ${version}) starting as process 1`)
  const server: Server = { process, version, settings: settingsOf(files), databases: load(files) }
  process.machine.net.listen(3306, { talk: () => (bytes) => JSON.stringify(answer(JSON.parse(bytes) as Asked, server)) })
  say(
    `0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.`,
  )
  if (files.stat(sourceFile)) await follow(server)
  return forever(process)
}

const complaint =
  '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD'

interface Server {
  readonly process: Process
  readonly version: string
  readonly settings: Readonly<Record<string, string>>
  databases: Databases
}

/** Accounts and the first database, from the environment. */
function begin({ env, files }: Process, password: string): void {
  const name = (suffix: string): string | undefined => env.get(`MYSQL_${suffix}`) ?? env.get(`MARIADB_${suffix}`)
  const [user, database] = [name('USER'), name('DATABASE')]
  const accounts = { root: password, ...(user !== undefined && { [user]: name('PASSWORD') ?? '' }) }
  for (const path of [folder, `${folder}/mysql`]) if (!files.stat(path)) files.makeFolder(path)
  files.write(accountsFile, JSON.stringify(accounts))
  files.write(dataFile, JSON.stringify(database === undefined ? {} : { [database]: {} }))
}

function load(files: Files): Databases {
  return readJson(files, dataFile) as unknown as Databases // what `begin` and statements wrote
}

function readJson(files: Files, path: string): Readonly<Record<string, unknown>> {
  const entry = files.stat(path)
  const read: unknown = entry?.kind === 'file' ? JSON.parse(entry.content) : {}
  return isObject(read) ? read : {}
}

/** Settings of the files in `conf.d`; a word alone is on. */
function settingsOf(files: Files): Readonly<Record<string, string>> {
  const place = '/etc/mysql/conf.d'
  const names = files.isFolder(place) ? files.list(place).filter((name) => name.endsWith('.cnf')) : []
  const lines = names.flatMap((name) => files.read(`${place}/${name}`).split('\n'))
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, key, value] = /^\s*([\w-]+)\s*(?:=\s*(.*?))?\s*$/.exec(line) ?? []
      return key === undefined ? [] : [[key.replaceAll('-', '_'), value ?? '1'] as const]
    }),
  )
}

function answer(asked: Asked, server: Server): Answered {
  const { process, settings, version } = server
  const accounts = readJson(process.files, accountsFile)
  if (accounts[asked.user] !== asked.password)
    return { denied: `ERROR 1045 (28000): Access denied for user '${asked.user}'@'${asked.from}' (using password: ${asked.password === '' ? 'NO' : 'YES'})` }
  const variables = {
    server_id: Number(settings.server_id ?? 1),
    version,
    hostname: process.machine.hostname,
    port: 3306,
    max_connections: 151,
    read_only: settings.super_read_only === undefined ? 0 : 1,
  }
  const session: Session = {
    databases: server.databases,
    database: asked.database,
    readOnly: settings.super_read_only !== undefined,
    scope: { row: {}, variables, user: `${asked.user}@${asked.from}`, database: () => session.database, now: () => process.now() },
  }
  if (asked.script === wholeDump) return { results: [{ columns: ['dump'], rows: [[JSON.stringify(server.databases)]] }] }
  const results: Result[] = []
  for (const text of statementsOf(asked.script)) {
    const result = /^change\s+(master|replication source)\s+to\b/i.test(text) ? replicate(text, server) : run(text, session)
    results.push(result)
    if ('error' in result) break
  }
  save(server)
  return { results, ...(session.database !== undefined && { database: session.database }) }
}

function save({ process: { files }, databases }: Server): void {
  try {
    const text = JSON.stringify(databases)
    const entry = files.stat(dataFile)
    if (entry?.kind !== 'file' || entry.content !== text) files.write(dataFile, text)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
  }
}

/** Remembers whom to follow, and begins. */
function replicate(text: string, server: Server): Result {
  const [host = '', user = 'root', password = ''] = ['HOST', 'USER', 'PASSWORD'].map(
    (name) => new RegExp(`(?:MASTER|SOURCE)_${name}\\s*=\\s*'([^']*)'`, 'i').exec(text)?.[1],
  )
  server.process.files.write(sourceFile, JSON.stringify({ host, user, password }))
  void follow(server).catch(() => undefined)
  return { changed: 0 }
}

/** What a replica asks its source for: everything that it holds. */
const wholeDump = 'BINLOG DUMP'

/** Takes over what the source holds, once a second. */
async function follow(server: Server): Promise<void> {
  const { process } = server
  const { host = '', user = '', password = '' } = readJson(process.files, sourceFile)
  for (;;) {
    const asked: Asked = { user: String(user), password: String(password), script: wholeDump, from: process.machine.net.address }
    const answered = await askServer(process, String(host), asked)
    const [result] = typeof answered === 'object' && 'results' in answered ? answered.results : []
    const dump = result && 'rows' in result ? result.rows[0]?.[0] : undefined
    if (typeof dump === 'string') server.databases = JSON.parse(dump) as Databases
    save(server)
    await process.sleep(1000)
  }
}

/** Asks the server at a host: its answer, or why there is none. */
export async function askServer(process: Process, host: string, asked: Asked, port = 3306): Promise<Answered | 'unknown' | 'refused' | 'timeout'> {
  const address = process.machine.net.resolve(host)?.addresses[0]
  if (address === undefined) return 'unknown'
  const connection = await process.machine.net.connect(address, port)
  if (typeof connection === 'string') return connection === 'refused' ? 'refused' : 'timeout'
  return 'talk' in connection.listener ? (JSON.parse(connection.listener.talk()(JSON.stringify(asked))) as Answered) : 'refused'
}
