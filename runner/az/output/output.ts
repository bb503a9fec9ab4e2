// Prints a command's result in the format that was asked for.
import { AzError } from '../cli-error.ts'
import type { TableTransformer } from '../command.ts'
import { evaluateQuery } from '../query.ts'
import { colorJson, colorYaml } from './color.ts'
import { formatJson } from './json.ts'
import { formatTable } from './table.ts'
import { formatTsv } from './tsv.ts'
import { formatYaml } from './yaml.ts'

/** What besides the result decides the output. */
export interface OutputOptions {
  readonly format: string
  readonly color: boolean
  readonly queried: boolean
  /** A function, or a JMESPath expression. */
  readonly table?: TableTransformer | string | undefined
}

const formats: Readonly<Record<string, (result: unknown, options: OutputOptions) => string>> = {
  json: formatJson,
  jsonc: (result, { color }) => (color ? colorJson(formatJson(result)) : formatJson(result)),
  yaml: (result) => formatYaml(result),
  yamlc: (result, { color }) => (color ? colorYaml(formatYaml(result)) : formatYaml(result)),
  table: formatAsTable,
  tsv: formatTsv,
  none: () => '',
}

/** The text of a result; nothing for a null. */
export function formatResult(result: unknown, options: OutputOptions): string {
  if (result === undefined || result === null) return ''
  return (formats[options.format] ?? formatJson)(result, options)
}

function formatAsTable(result: unknown, options: OutputOptions): string {
  try {
    const transform = options.queried ? undefined : options.table
    const shown = transform === undefined ? result : typeof transform === 'string' ? evaluateQuery(transform, result) : transform(result)
    return formatTable(shown, { sortKeys: !options.queried && options.table === undefined })
  } catch {
    throw new AzError('Table output unavailable. Use the --query option to specify an appropriate query. Use --debug for more info.')
  }
}
