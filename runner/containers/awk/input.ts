// The lines of awk's input, cut by RS.
import { patternOf } from './values.ts'

/** Texts of files, read record by record. */
export class Records {
  #rest: string

  constructor(text: string) {
    this.#rest = text
  }

  /** What came after it. */
  add(text: string): void {
    this.#rest += text
  }

  /** True if a whole record is there, with what ends it. */
  holds(separator: string): boolean {
    return separator.length === 1 && this.#rest.includes(separator)
  }

  /** The next record; undefined at the end. */
  next(separator: string): string | undefined {
    if (separator === '') this.#rest = this.#rest.replace(/^\n+/, '')
    if (this.#rest === '') return undefined
    const found = separator === '' ? /\n\n+/.exec(this.#rest) : separator.length === 1 ? this.#plain(separator) : patternOf(separator).exec(this.#rest)
    const end = found?.index ?? this.#rest.length
    const record = this.#rest.slice(0, end)
    this.#rest = this.#rest.slice(end + (found?.[0].length ?? 0))
    return separator === '' || !found ? record.replace(/\n$/, '') : record
  }

  #plain(separator: string): { readonly index: number; readonly 0: string } | undefined {
    const index = this.#rest.indexOf(separator)
    return index < 0 ? undefined : { index, 0: separator }
  }
}
