// `mysql`, `mysqladmin` and `mysqldump`: what people type, and tables as they are printed.
import { readOptions } from '../../commands/options.ts'
import { fail, isTerminal, type Process, type Program } from '../../process.ts'
import type { Result } from './database.ts'
import type { Cell } from './expression.ts'
import { type Answered, type Asked, askServer, versionOf } from './server.ts'

interface Client {
  readonly process: Process
  readonly host: string | undefined
  readonly port: number
  readonly user: string
  readonly password: string
  /** Whether tables have borders, and whether they have heads. */
  readonly bordered: boolean
  readonly headed: boolean
  database: string | undefined
}

const valued = ['h', 'u', 'P', 'e', 'D', 'host', 'user', 'port', 'execute', 'database', 'protocol', 'default-auth']

function clientOf(
  words: readonly string[],
  process: Process,
): { readonly client: Client; readonly execute: string | undefined; readonly rest: readonly string[] } {
  const passwords = words.flatMap((word) => /^(?:-p(.+)|--password=(.*))$/.exec(word)?.slice(1) ?? []).filter((text) => text !== undefined)
  const options = readOptions(
    words.filter((word) => !/^(-p.*|--password(=.*)?)$/.test(word)),
    valued,
  )
  const warned = passwords.length > 0
  const said = process.machine.image.includes('mariadb') ? '' : 'mysql: [Warning] Using a password on the command line interface can be insecure.\n'
  if (warned) process.err(said)
  const client: Client = {
    process,
    host: options.value('h', 'host') ?? process.env.get('MYSQL_HOST'),
    port: Number(options.value('P', 'port') ?? 3306),
    user: options.value('u', 'user') ?? 'root',
    password: passwords.at(-1) ?? process.env.get('MYSQL_PWD') ?? '',
    bordered: (isTerminal(process, process.out) && !options.has('B', 'batch')) || options.has('t', 'table'),
    headed: !options.has('N', 's', 'skip-column-names'),
    database: options.value('D', 'database') ?? options.rest[0],
  }
  return { client, execute: options.value('e', 'execute'), rest: options.rest }
}

async function ask(client: Client, script: string): Promise<Answered | string> {
  const { process, host, port, user, password, database } = client
  const local = host === undefined || host === 'localhost'
  const from = local || host === '127.0.0.1' ? 'localhost' : process.machine.net.address
  const asked: Asked = { user, password, script, from, ...(database !== undefined && { database }) }
  const answered = await askServer(process, local ? '127.0.0.1' : host, asked, port)
  if (typeof answered === 'object') return answered
  if (answered === 'timeout') await process.sleep(130_000)
  if (local) return "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
  if (answered === 'unknown') return `ERROR 2005 (HY000): Unknown MySQL server host '${host}' (-2)`
  return `ERROR 2003 (HY000): Can't connect to MySQL server on '${host}:${port}' (${answered === 'refused' ? 111 : 110})`
}

/** Runs a script and prints what comes of it; its exit code. */
async function play(client: Client, script: string, typed = false): Promise<number> {
  const { process } = client
  const answered = await ask(client, script)
  if (typeof answered === 'string') return fail(process, answered)
  if ('denied' in answered) return fail(process, answered.denied)
  client.database = answered.database ?? client.database
  for (const result of answered.results) {
    if ('error' in result) return fail(process, typed ? result.error.replace(' at line 1:', ':') : result.error)
    process.out(shown(result, client, typed))
  }
  return 0
}

function shown(result: Result, { bordered, headed }: Client, typed: boolean): string {
  if ('error' in result) return ''
  if ('changed' in result) return typed ? `Query OK, ${result.changed} row${result.changed === 1 ? '' : 's'} affected (0.01 sec)\n\n` : ''
  const { columns, rows } = result
  if (rows.length === 0) return typed ? 'Empty set (0.00 sec)\n\n' : ''
  const lines = bordered ? table(columns, rows, headed) : [...(headed ? [columns] : []), ...rows].map((row) => row.map(text).join('\t'))
  const count = typed ? `${rows.length} row${rows.length === 1 ? '' : 's'} in set (0.00 sec)\n\n` : ''
  return `${lines.join('\n')}\n${count}`
}

function text(cell: Cell): string {
  return cell === null ? 'NULL' : String(cell)
}

function table(columns: readonly string[], rows: readonly (readonly Cell[])[], headed: boolean): readonly string[] {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => text(row[at] ?? null).length)))
  const line = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const row = (cells: readonly Cell[]): string =>
    `|${cells.map((cell, at) => ` ${typeof cell === 'number' ? text(cell).padStart(widths[at] ?? 0) : text(cell).padEnd(widths[at] ?? 0)} `).join('|')}|`
  return [line, ...(headed ? [row(columns), line] : []), ...rows.map(row), line]
}

/** `mysql`. */
export const mysql: Program = async (words, process) => {
  if (words.includes('--version') || words.includes('-V')) {
    process.out(`mysql  Ver ${versionOf(process.machine.image)} for Linux on x86_64 (MySQL Community Server - GPL)\n`)
    return 0
  }
  const { client, execute } = clientOf(words, process)
  if (execute !== undefined) return play(client, execute)
  if (!isTerminal(process, process.stdin)) return play(client, await process.halt.unless(process.stdin.readAll()))
  return typed(client)
}

/** Statements at a prompt, each run at its semicolon. */
async function typed(client: Client): Promise<number> {
  const { process } = client
  const first = await ask(client, 'SELECT 1')
  if (typeof first === 'string') return fail(process, first)
  if ('denied' in first) return fail(process, first.denied)
  process.out(
    `Welcome to the MySQL monitor.  Commands end with ; or \\g.\nYour MySQL connection id is ${8 + process.seed.below(20)}\nServer version: ${versionOf(process.machine.image)} MySQL Community Server - GPL\n\nCopyright (c) 2000, 2025, Oracle and/or its affiliates.\n\nOracle is a registered trademark of Oracle Corporation and/or its\naffiliates. Other names may be trademarks of their respective\nowners.\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n`,
  )
  for (let held = ''; ; ) {
    process.out(held === '' ? 'mysql> ' : '    -> ')
    const line = await process.halt.unless(process.stdin.readLine())
    if (line === undefined || /^\s*(exit|quit|\\q)\s*;?\s*$/i.test(line)) {
      process.out('Bye\n')
      return 0
    }
    held = `${held}${line}\n`
    if (held.trim() === '') held = ''
    else if (/(;|\\g)\s*$/.test(held) || /^\s*use\s/i.test(held)) {
      const change = /^\s*use\s/i.test(held)
      if ((await play(client, held.replace(/\\g\s*$/, ';'), !change)) === 0 && change) process.out('Database changed\n')
      held = ''
    }
  }
}

/** `mysqladmin`: ping, version, status. */
export const mysqladmin: Program = async (words, process) => {
  const { client, rest } = clientOf(words, process)
  const answered = await ask({ ...client, database: undefined }, 'SELECT 1')
  if (typeof answered === 'string')
    return fail(
      process,
      `mysqladmin: connect to server at '${client.host ?? 'localhost'}' failed\nerror: '${answered.replace(/^ERROR \d+ \(\w+\): /, '')}'\nCheck that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!`,
    )
  // A server that turns somebody away lives.
  if (rest[0] === 'ping') process.out('mysqld is alive\n')
  else process.out(`Server version\t\t${versionOf(process.machine.image)}\n`)
  return 0
}

/** `mysqldump`: the statements that make a database again. */
export const mysqldump: Program = async (words, process) => {
  const { client, rest } = clientOf(words, process)
  const tables = await ask(client, 'SHOW TABLES')
  if (typeof tables === 'string') return fail(process, `mysqldump: Got error: ${tables}`)
  if ('denied' in tables) return fail(process, `mysqldump: Got error: ${tables.denied}`)
  const [listed] = tables.results
  if (!listed || !('rows' in listed)) return fail(process, 'mysqldump: Got error: 1049: Unknown database when selecting the database', 2)
  process.out(`-- MySQL dump\n--\n-- Host: ${client.host ?? 'localhost'}    Database: ${rest[0] ?? ''}\n`)
  for (const [name] of listed.rows) {
    const found = await ask(client, `DESCRIBE ${name}; SELECT * FROM ${name}`)
    if (typeof found === 'string' || 'denied' in found) return 2
    const [shape, content] = found.results
    const columns = shape && 'rows' in shape ? shape.rows.map(([field, type]) => `  \`${field}\` ${type}`).join(',\n') : ''
    process.out(`\nDROP TABLE IF EXISTS \`${name}\`;\nCREATE TABLE \`${name}\` (\n${columns}\n);\n`)
    for (const row of content && 'rows' in content ? content.rows : [])
      process.out(
        `INSERT INTO \`${name}\` VALUES (${row.map((cell) => (typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : text(cell))).join(',')});\n`,
      )
  }
  process.out('\n-- Dump completed\n')
  return 0
}
