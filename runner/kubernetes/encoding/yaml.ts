// YAML bodies and answers, by the rules of the server's library (YAML 1.1: `y`, `on`, `0755` are no strings).
import { Document, isCollection, isScalar, LineCounter, parseAllDocuments, type Tags, visit } from 'yaml'
import { type Json, sortKeys } from '../../base/json.ts'
import { foldLines } from './yaml-fold.ts'
import { yamlProblem } from './yaml-problems.ts'

/** Text that is not YAML, in the words of Go's yaml library. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError'
}

/** Parses the first document of a YAML text (JSON is YAML too); throws YamlSyntaxError. */
export function parseYaml(text: string): Json {
  try {
    return parseFirst(text)
  } catch (error) {
    if (error instanceof RangeError) throw new YamlSyntaxError('yaml: exceeded max depth of 10000')
    throw error
  }
}

/** What Go's library says of keys that stand twice in one map of the first document; undefined if none does. */
export function repeatedKeys(text: string): string | undefined {
  const lines = new LineCounter()
  const [document] = parseAllDocuments(text, { version: '1.1', customTags: goTags, uniqueKeys: false, logLevel: 'silent', lineCounter: lines })
  const problems: string[] = []
  if (document === undefined || !('errors' in document)) return undefined
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>()
      for (const { key } of map.items) {
        if (!isScalar(key)) continue
        const name = String(key.value)
        if (seen.has(name)) problems.push(`  line ${lines.linePos(key.range?.[0] ?? 0).line}: key ${JSON.stringify(name)} already set in map`)
        seen.add(name)
      }
    },
  })
  return problems.length === 0 ? undefined : `yaml: unmarshal errors:\n${problems.join('\n')}`
}

/** Prints a value as the server does: keys sorted, lists not indented, texts quoted only where they must be. */
export function formatYaml(value: Json): string {
  const document = new Document(sortKeys(value), { version: '1.1', customTags: goTags })
  visit(document, (_, node) => {
    if (isCollection(node) && node.items.length === 0) node.flow = true
    if (isScalar(node) && typeof node.value === 'string' && readsAsOther(node.value)) node.type = 'QUOTE_DOUBLE'
  })
  return foldLines(document.toString({ indentSeq: false, lineWidth: 0, directives: false, singleQuote: true }))
}

const looksLikeTime = /^\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])|^[-+]?\d+(?::[0-5]?\d)+$/

/** Texts that would be a number, a boolean or nothing without quotes get double quotes, all others single ones. */
function readsAsOther(text: string): boolean {
  return looksLikeTime.test(text) || (/^[\w.+~-]{0,40}$/.test(text) && typeof parseYaml(text) !== 'string')
}

/** Go's library reads times and base-60 numbers as texts, and a lone point too. */
function goTags(tags: Tags): Tags {
  return tags
    .filter((tag) => typeof tag === 'string' || !(tag.tag === 'tag:yaml.org,2002:timestamp' || ('format' in tag && tag.format === 'TIME')))
    .map((tag) => (typeof tag === 'object' && 'test' in tag && tag.test?.test('.') === true ? Object.assign({}, tag, { test: decimal }) : tag))
}

const decimal = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)$/

function parseFirst(text: string): Json {
  const [document] = parseAllDocuments(text, { version: '1.1', customTags: goTags, uniqueKeys: false, stringKeys: false, logLevel: 'silent' })
  if (document === undefined || !('errors' in document)) return null
  const problem = yamlProblem(text, document.errors)
  if (problem !== undefined) throw new YamlSyntaxError(problem)
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) throw new YamlSyntaxError(`yaml: unknown anchor '${alias.source}' referenced`)
    },
  })
  return toJson(document.toJS({ maxAliasCount: 1000 }))
}

function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [String(key), toJson(member)]))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member)]))
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
