// Text of a YAML document as it grows, with the column that folding needs.

/** The text so far, and the column at which it ends. */
export interface Writer {
  text: string
  column: number
  readonly unicode: boolean
}

/** Adds text to what is written. */
export function put(writer: Writer, text: string): void {
  writer.text += text
  const last = text.lastIndexOf('\n')
  writer.column = last < 0 ? writer.column + [...text].length : [...text.slice(last + 1)].length
}
