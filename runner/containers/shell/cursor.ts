// A place in a text, with what it takes to read commands within words.
import type { Language } from './dialect.ts'
import type { Node } from './syntax.ts'

/** A place in a script. */
export interface Cursor {
  readonly text: string
  at: number
  readonly language: Language
  /** Reads commands of a text from a place up to a closing sign, or to its end for none. */
  readonly nested: (text: string, at: number, close: string) => { readonly node: Node; readonly end: number }
}
