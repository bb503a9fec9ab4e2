// What a MySQL server holds, and the statements that it knows: the commonest of SQL, on values that are texts, numbers or NULL.
import { type Cell, type Condition, expressionOf, holds, type Scope, value } from './expression.ts'

/** A table. */
export interface Table {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly counts?: boolean; readonly key?: boolean }[]
  readonly rows: readonly (readonly Cell[])[]
}

/** Databases by name, their tables by name. */
export type Databases = Record<string, Record<string, Table>>

/** What a statement gave. */
export type Result =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly changed: number }
  | { readonly error: string }

/** What statements see of the server and of who asks. */
export interface Session {
  readonly databases: Databases
  /** The database that names without one mean; `USE` changes it. */
  database: string | undefined
  readonly readOnly: boolean
  readonly scope: Scope
}

type Statement = (match: Readonly<Record<string, string>>, session: Session, text: string) => Result

const none: Result = { changed: 0 }
const internal = ['information_schema', 'mysql', 'performance_schema', 'sys']

/** Splits a script at its semicolons, quotes heeded. */
export function statementsOf(script: string): readonly string[] {
  const parts = script.match(/(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`|[^;'"`])+/g) ?? []
  return parts.map((part) => part.replace(/^\s*--.*$/gm, '').trim()).filter((part) => part !== '')
}

/** Runs one statement. */
export function run(text: string, session: Session): Result {
  for (const [pattern, statement, writes] of statements) {
    const match = pattern.exec(text)
    if (!match) continue
    if (writes && session.readOnly)
      return { error: 'ERROR 1290 (HY000) at line 1: The MySQL server is running with the --super-read-only option so it cannot execute this statement' }
    try {
      return statement((match.groups ?? {}) as Record<string, string>, session, text)
    } catch (error) {
      if (error instanceof SqlFault) return { error: error.message }
      throw error
    }
  }
  return { error: syntax(text) }
}

/** A statement that cannot be done. */
class SqlFault extends Error {}

function syntax(text: string): string {
  return `ERROR 1064 (42000) at line 1: You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '${text.slice(0, 80)}' at line 1`
}

function plain(name: string): string {
  return name.replaceAll('`', '').trim()
}

function placeOf(name: string, session: Session): readonly [database: Record<string, Table>, databaseName: string, table: string] {
  const parts = plain(name).split('.')
  const table = parts.pop() ?? ''
  const database = parts[0] ?? session.database
  if (database === undefined) throw new SqlFault('ERROR 1046 (3D000) at line 1: No database selected')
  const found = session.databases[database]
  if (!found) throw new SqlFault(`ERROR 1049 (42000) at line 1: Unknown database '${database}'`)
  return [found, database, table]
}

function tableOf(name: string, session: Session): Table {
  const [tables, database, table] = placeOf(name, session)
  const found = tables[table]
  if (!found) throw new SqlFault(`ERROR 1146 (42S02) at line 1: Table '${database}.${table}' doesn't exist`)
  return found
}

/** Parts between commas, parentheses and quotes heeded. */
function listed(text: string): readonly string[] {
  return (text.match(/(?:'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\((?:[^()]|\([^()]*\))*\)|[^,'"()])+/g) ?? []).map((part) => part.trim())
}

const createTable: Statement = ({ soft, name = '', columns = '' }, session) => {
  const [tables, , table] = placeOf(name, session)
  if (tables[table]) {
    if (soft) return none
    throw new SqlFault(`ERROR 1050 (42S01) at line 1: Table '${table}' already exists`)
  }
  const rows = listed(columns).filter((column) => !/^(primary|unique|foreign|key|index|constraint)\b/i.test(column))
  tables[table] = {
    columns: rows.map((column) => {
      const [own = '', type = ''] = column.split(/\s+/)
      const counts = /auto_increment/i.test(column)
      return { name: plain(own), type: type.toLowerCase(), ...(counts && { counts }), ...(/primary key/i.test(column) && { key: true }) }
    }),
    rows: [],
  }
  return none
}

const insert: Statement = ({ name = '', columns, values = '' }, session) => {
  const [tables, , table] = placeOf(name, session)
  const before = tableOf(name, session)
  const given = columns === undefined ? before.columns.map((column) => column.name) : listed(columns).map(plain)
  const unknown = given.find((each) => !before.columns.some((column) => column.name === each))
  if (unknown !== undefined) throw new SqlFault(`ERROR 1054 (42S22) at line 1: Unknown column '${unknown}' in 'field list'`)
  const added = listed(values).map((group, index) => {
    const cells = listed(group.replace(/^\(|\)$/g, '')).map((text) => value(expressionOf(text), { ...session.scope, row: {} }))
    if (cells.length !== given.length) throw new SqlFault(`ERROR 1136 (21S01) at line 1: Column count doesn't match value count at row ${index + 1}`)
    return before.columns.map((column, at): Cell => {
      const cell = cells[given.indexOf(column.name)] ?? null
      return cell === null && column.counts ? Math.max(0, ...before.rows.map((row) => Number(row[at]))) + index + 1 : cell
    })
  })
  tables[table] = { ...before, rows: [...before.rows, ...added] }
  return { changed: added.length }
}

function rowOf(table: Table, cells: readonly Cell[]): Readonly<Record<string, Cell>> {
  return Object.fromEntries(table.columns.map(({ name }, index) => [name, cells[index] ?? null]))
}

function meets(table: Table, condition: string | undefined, session: Session): (cells: readonly Cell[]) => boolean {
  const wanted: Condition | undefined = condition === undefined ? undefined : expressionOf(condition)
  return (cells) => wanted === undefined || holds(wanted, { ...session.scope, row: rowOf(table, cells) })
}

const update: Statement = ({ name = '', changes = '', where }, session) => {
  const [tables, , place] = placeOf(name, session)
  const table = tableOf(name, session)
  const chosen = meets(table, where, session)
  const sets = listed(changes).map((each) => [plain(each.slice(0, each.indexOf('='))), expressionOf(each.slice(each.indexOf('=') + 1))] as const)
  let changed = 0
  const rows = table.rows.map((cells) => {
    if (!chosen(cells)) return cells
    changed += 1
    const scope = { ...session.scope, row: rowOf(table, cells) }
    return table.columns.map(({ name: column }, index) => {
      const set = sets.find(([own]) => own === column)
      return set ? value(set[1], scope) : (cells[index] ?? null)
    })
  })
  tables[place] = { ...table, rows }
  return { changed }
}

const remove: Statement = ({ name = '', where }, session) => {
  const [tables, , place] = placeOf(name, session)
  const table = tableOf(name, session)
  const chosen = meets(table, where, session)
  const rows = table.rows.filter((cells) => !chosen(cells))
  tables[place] = { ...table, rows }
  return { changed: table.rows.length - rows.length }
}

const select: Statement = ({ what = '', from, where, order, down, limit }, session) => {
  const table: Table = from === undefined ? { columns: [], rows: [[]] } : tableOf(from, session)
  const chosen = table.rows.filter(meets(table, where, session))
  const at = table.columns.findIndex(({ name }) => name === plain(order ?? ''))
  const sign = down === undefined ? 1 : -1
  const sorted = at < 0 ? chosen : chosen.toSorted((a, b) => ((a[at] ?? '') < (b[at] ?? '') ? -sign : (a[at] ?? '') > (b[at] ?? '') ? sign : 0))
  const kept = limit === undefined ? sorted : sorted.slice(0, Number(limit))
  if (what.trim() === '*') return { columns: table.columns.map(({ name }) => name), rows: kept }
  const parts = listed(what).map((part) => {
    const [, text = part, alias] = /^(.*?)(?:\s+as\s+([`\w]+))$/is.exec(part) ?? []
    return { title: plain(alias ?? text), text }
  })
  const columns = parts.map(({ title }) => title)
  if (parts.some(({ text }) => /^count\s*\(/i.test(text))) return { columns, rows: [parts.map(({ text }) => (/^count\s*\(/i.test(text) ? kept.length : null))] }
  const unknown = parts.find(
    ({ text }) => /^[`a-z_]\w*`?$/i.test(text) && !/^(null|true|false)$/i.test(text) && !table.columns.some(({ name }) => name === plain(text)),
  )
  if (unknown) throw new SqlFault(`ERROR 1054 (42S22) at line 1: Unknown column '${unknown.title}' in 'field list'`)
  return { columns, rows: kept.map((cells) => parts.map(({ text }) => value(expressionOf(text), { ...session.scope, row: rowOf(table, cells) }))) }
}

function one(column: string, cells: readonly Cell[]): Result {
  return { columns: [column], rows: cells.map((cell) => [cell]) }
}

const describe: Statement = ({ name = '' }, session) => ({
  columns: ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'],
  rows: tableOf(name, session).columns.map((column) => [
    column.name,
    column.type,
    column.key ? 'NO' : 'YES',
    column.key ? 'PRI' : '',
    null,
    column.counts ? 'auto_increment' : '',
  ]),
})

const createDatabase: Statement = ({ soft, name = '' }, { databases }) => {
  const own = plain(name)
  if (databases[own] && !soft) throw new SqlFault(`ERROR 1007 (HY000) at line 1: Can't create database '${own}'; database exists`)
  databases[own] ??= {}
  return { changed: 1 }
}

const dropDatabase: Statement = ({ soft, name = '' }, { databases }) => {
  const own = plain(name)
  if (!databases[own] && !soft) throw new SqlFault(`ERROR 1008 (HY000) at line 1: Can't drop database '${own}'; database doesn't exist`)
  delete databases[own]
  return none
}

const dropTable: Statement = ({ soft, name = '' }, session) => {
  const [tables, database, table] = placeOf(name, session)
  if (!tables[table] && !soft) throw new SqlFault(`ERROR 1051 (42S02) at line 1: Unknown table '${database}.${table}'`)
  delete tables[table]
  return none
}

const use: Statement = ({ name = '' }, session) => {
  const own = plain(name)
  if (!session.databases[own] && !internal.includes(own)) throw new SqlFault(`ERROR 1049 (42000) at line 1: Unknown database '${own}'`)
  session.database = own
  return none
}

const name = '(?<name>[`\\w.-]+)'
const statements: readonly (readonly [pattern: RegExp, statement: Statement, writes: boolean])[] = [
  [new RegExp(`^create\\s+(?:database|schema)\\s+(?<soft>if\\s+not\\s+exists\\s+)?${name}`, 'i'), createDatabase, true],
  [new RegExp(`^drop\\s+(?:database|schema)\\s+(?<soft>if\\s+exists\\s+)?${name}`, 'i'), dropDatabase, true],
  [new RegExp(`^create\\s+table\\s+(?<soft>if\\s+not\\s+exists\\s+)?${name}\\s*\\((?<columns>.*)\\)`, 'is'), createTable, true],
  [new RegExp(`^drop\\s+table\\s+(?<soft>if\\s+exists\\s+)?${name}`, 'i'), dropTable, true],
  [new RegExp(`^insert\\s+(?:ignore\\s+)?into\\s+${name}\\s*(?:\\((?<columns>[^)]*)\\))?\\s*values?\\s*(?<values>.*)$`, 'is'), insert, true],
  [new RegExp(`^update\\s+${name}\\s+set\\s+(?<changes>.*?)(?:\\s+where\\s+(?<where>.*))?$`, 'is'), update, true],
  [new RegExp(`^delete\\s+from\\s+${name}(?:\\s+where\\s+(?<where>.*))?$`, 'is'), remove, true],
  [
    /^select\s+(?<what>.*?)(?:\s+from\s+(?<from>[`\w.-]+))?(?:\s+where\s+(?<where>.*?))?(?:\s+order\s+by\s+(?<order>[`\w]+)(?:\s+asc|(?<down>\s+desc))?)?(?:\s+limit\s+(?<limit>\d+))?$/is,
    select,
    false,
  ],
  [/^show\s+databases/i, (_, { databases }) => one('Database', [...internal, ...Object.keys(databases)].sort()), false],
  [
    /^show\s+tables/i,
    (_, session) => {
      const [tables, database] = placeOf('-', session)
      return one(`Tables_in_${database}`, Object.keys(tables).sort())
    },
    false,
  ],
  [new RegExp(`^(?:describe|desc|show\\s+columns\\s+from)\\s+${name}`, 'i'), describe, false],
  [new RegExp(`^use\\s+${name}`, 'i'), use, false],
  [/^(create\s+user|grant|revoke|alter|flush|set|start|stop|change|begin|commit|rollback|lock|unlock|drop\s+user|reset)\b/i, () => none, false],
]
