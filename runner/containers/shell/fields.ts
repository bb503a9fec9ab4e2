// Cuts what was expanded into arguments, at the separators of IFS.
import { escapePattern } from './glob.ts'

/** Pieces of a word: only what `split` marks is cut. A mark alone separates arguments of `"$@"`. */
export type Piece = { readonly text: string; readonly quoted: boolean; readonly split?: boolean } | 'next'

/** An argument, and the same as a pattern of file names. */
export interface Field {
  text: string
  pattern: string
  /** It may stand for names of files. */
  special: boolean
}

/** The arguments of a word's pieces. */
export function fieldsOf(pieces: readonly Piece[], separators: string): readonly Field[] {
  const cutter = new Cutter(separators)
  for (const piece of pieces) {
    if (piece === 'next') cutter.close()
    else if (piece.split) cutter.cut(piece.text)
    else cutter.add(piece.text, piece.quoted)
  }
  cutter.close()
  return cutter.fields
}

class Cutter {
  readonly fields: Field[] = []
  readonly #separators: string
  #open: Field | undefined
  /** Blanks ended the last field: a separator behind them ends no other. */
  #blank = false

  constructor(separators: string) {
    this.#separators = separators
  }

  close(): void {
    if (this.#open) this.fields.push(this.#open)
    this.#open = undefined
    this.#blank = false
  }

  add(text: string, quoted: boolean): void {
    this.#open ??= { text: '', pattern: '', special: false }
    this.#open.text += text
    this.#open.pattern += quoted ? escapePattern(text) : text
    this.#open.special ||= !quoted && /[*?[]/.test(text)
    this.#blank = false
  }

  cut(text: string): void {
    let plain = ''
    const flush = (): void => {
      if (plain !== '') this.add(plain, false)
      plain = ''
    }
    for (const char of text) {
      if (!this.#separators.includes(char)) {
        plain += char
        continue
      }
      flush()
      this.#separator(char)
    }
    flush()
  }

  #separator(char: string): void {
    const blank = ' \t\n'.includes(char)
    const inField = this.#open !== undefined
    if (!inField && !blank && !this.#blank) this.fields.push({ text: '', pattern: '', special: false })
    this.close()
    this.#blank = blank && inField
  }
}
