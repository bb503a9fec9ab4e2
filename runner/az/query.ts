// --query: JMESPath as Python's library evaluates it for az, with its error texts.
import { compile, search } from '@jmespath-community/jmespath'
import { AzError } from './cli-error.ts'

/** The line that follows every complaint about a query. */
export const queryReference = "To learn more about --query, please visit: 'https://learn.microsoft.com/cli/azure/query-azure-cli'"

const functions = new Set(
  'abs avg ceil contains ends_with floor join keys length map max max_by merge min min_by not_null reverse sort sort_by starts_with sum to_array to_number to_string type values'.split(
    ' ',
  ),
)

/** True when the expression can be parsed. */
export function compileQuery(expression: string): boolean {
  try {
    compile(expression)
    return true
  } catch {
    return false
  }
}

/** Evaluates a query over a result. Hashes that it makes keep the query's order, which tables and tsv show. */
export function evaluateQuery(expression: string, value: unknown): unknown {
  const unknown = calledFunctions(expression).find((name) => !functions.has(name))
  if (unknown !== undefined) throw queryError(`Unknown function: ${unknown}()`)
  try {
    return markOrdered(search(value as never, expression), value)
  } catch (error) {
    throw queryError(pythonMessage(error instanceof Error ? error.message : String(error)))
  }
}

/** True for a hash that a query made. */
export function isOrdered(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ordered.has(value)
}

const ordered = new WeakSet<object>()

function queryError(detail: string): AzError {
  return new AzError(`Invalid jmespath query supplied for \`--query\`: ${detail}`, { recommendations: [queryReference] })
}

/** Names before a parenthesis, outside of quotes and literals. */
function calledFunctions(expression: string): readonly string[] {
  const bare = expression.replaceAll(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`/g, '""')
  return [...bare.matchAll(/([A-Za-z_]\w*)\(/g)].map((match) => match[1] ?? '')
}

function markOrdered(result: unknown, source: unknown): unknown {
  const known = new Set<unknown>()
  collect(source, known)
  mark(result, known)
  return result ?? null
}

function collect(value: unknown, into: Set<unknown>): void {
  if (typeof value !== 'object' || value === null || into.has(value)) return
  into.add(value)
  for (const part of Object.values(value)) collect(part, into)
}

function mark(value: unknown, known: ReadonlySet<unknown>): void {
  if (typeof value !== 'object' || value === null || known.has(value)) return
  if (!Array.isArray(value)) ordered.add(value)
  for (const part of Object.values(value)) mark(part, known)
}

const typeError = /(\w+)\(\) expected argument \d+ to be type \(([^)]*)\) but received type (\w+)/

/** The library's words turned into those of Python's. */
function pythonMessage(message: string): string {
  const mismatch = typeError.exec(message)
  if (mismatch === null) return message
  const [, name = '', expectedTypes = '', received = ''] = mismatch
  const expected = expectedTypes
    .split('|')
    .map((type) => `'${type.trim()}'`)
    .sort()
  return `In function ${name}(), invalid type for value: ${received === 'null' ? 'None' : received}, expected one of: [${expected.join(', ')}], received: "${received}"`
}
