// Lines of a help page: indents, padding between names and tags, and hanging summaries.
import type { StatusMark } from './command.ts'
import { wrapText } from './wrap-text.ts'

const width = 100
const separator = ' : '

/** A name with its tags and summary. */
export interface Item {
  readonly name: string
  readonly tags: string
  readonly summary: string
}

/** Text filled at an indent of four columns per step; each line of it is its own paragraph. */
export function indented(text: string, indent = 0, hanging?: number): string {
  const first = '    '.repeat(indent)
  const rest = hanging === undefined ? first : ' '.repeat(hanging)
  return text
    .split('\n')
    .map((paragraph) => `${wrapText(paragraph, { width, first, rest })}\n`)
    .join('')
}

/** The marks of a name, separated by blanks. */
export function tagText(marked: { deprecate?: StatusMark; preview?: StatusMark; experimental?: StatusMark; required?: boolean }): string {
  return [marked.deprecate?.tag, marked.preview?.tag, marked.experimental?.tag, marked.required ? '[Required]' : undefined].filter((tag) => tag).join(' ')
}

/** Space that a name and its tags take. */
export function lineLength(item: Item): number {
  return item.name.length + item.tags.length + (item.tags === '' ? 1 : 2)
}

/** One line of a list, padded to the longest and hanging under its summary. */
export function itemLine(item: Item, longest: number): string {
  const padding = longest - lineLength(item) + (item.tags === '' ? 0 : 1)
  const line = `${item.name}${' '.repeat(Math.max(padding, 0))}${item.tags}${item.summary === '' ? '' : separator}${item.summary}`
  return indented(line, 1, longest + 4 + separator.length - 1)
}
