// Python's textwrap with az's indents: help pages are filled to 100 columns.

/** How a paragraph is laid out. */
export interface WrapOptions {
  readonly width: number
  readonly first: string
  readonly rest: string
}

/** Fills one paragraph; words longer than a line are broken, hyphens are places to break. */
export function wrapText(text: string, options: WrapOptions): string {
  const chunks = splitChunks(text.replaceAll('\t', '        '))
  const lines: string[] = []
  while (chunks.length > 0) {
    const indent = lines.length > 0 ? options.rest : options.first
    const width = options.width - indent.length
    if (lines.length > 0 && isBlank(chunks[0])) chunks.shift()
    const line = takeLine(chunks, width)
    if (isBlank(line.at(-1))) line.pop()
    if (line.length > 0) lines.push(indent + line.join(''))
  }
  return lines.join('\n')
}

function takeLine(chunks: string[], width: number): string[] {
  const line: string[] = []
  let length = 0
  for (let next = chunks[0]; next !== undefined && length + next.length <= width; next = chunks[0]) {
    line.push(next)
    length += next.length
    chunks.shift()
  }
  const long = chunks[0]
  if (long !== undefined && long.length > width) {
    const room = Math.max(width - length, 1)
    const hyphen = long.length > room ? long.slice(0, room).lastIndexOf('-') : -1
    const end = hyphen > 0 && [...long.slice(0, hyphen)].some((letter) => letter !== '-') ? hyphen + 1 : room
    line.push(long.slice(0, end))
    chunks[0] = long.slice(end)
  }
  return line
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && chunk.trim() === ''
}

const letter = '[^\\d\\W]'
const wordPunctuation = '[\\w!"\'&.,?]'
const notSpace = '[^\\t\\n\\v\\f\\r ]'
const chunkPattern = new RegExp(
  `([\\t\\n\\v\\f\\r ]+|(?<=${wordPunctuation})-{2,}(?=\\w)|${notSpace}+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=[\\t\\n\\v\\f\\r ]|$)|(?<=${wordPunctuation})(?=-{2,}\\w)))`,
  'u',
)

function splitChunks(text: string): string[] {
  return text.split(chunkPattern).filter((chunk) => chunk !== '')
}
