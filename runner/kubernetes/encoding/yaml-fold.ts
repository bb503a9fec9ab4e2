// Breaks long lines of YAML where Go's library does: at the first blank beyond column 80.

const width = 80
const line = /^(?<lead> *(?:- )*)(?<key>(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'](?:[^:]|:(?! ))*): )?(?<value>.*)$/

/** The text with its long scalars on several lines; texts kept line by line (`|`) stay as they are. */
export function foldLines(text: string): string {
  let keptBelow = Number.POSITIVE_INFINITY
  return text
    .split('\n')
    .map((whole) => {
      const indent = whole.search(/[^ ]/)
      if (indent > keptBelow || indent < 0) return whole
      const { lead = '', key = '', value = '' } = line.exec(whole)?.groups ?? {}
      keptBelow = /^[|>]/.test(value) ? (key === '' ? lead.length - 2 : lead.length) : Number.POSITIVE_INFINITY
      if (whole.length <= width) return whole
      return lead + key + fold(value, lead.length + key.length, ' '.repeat(key === '' ? lead.length : lead.length + 2))
    })
    .join('\n')
}

function fold(value: string, start: number, indent: string): string {
  let result = ''
  let column = start
  for (const [index, character] of [...value].entries()) {
    const single = character === ' ' && value[index - 1] !== ' ' && value[index + 1] !== ' ' && index > 0 && index < value.length - 1
    if (single && column > width) {
      result += `\n${indent}`
      column = indent.length
    } else {
      result += character
      column++
    }
  }
  return result
}
