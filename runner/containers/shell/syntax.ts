// The shell's language as a tree.

/** What stands between double brackets. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'words'; readonly words: readonly Word[] }

/** A piece of a word. */
export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable'
      readonly name: string
      /** The name of the variable is the value of this one. */
      readonly indirect?: boolean
      /** Which of a list's values; `@` and `*` for all. */
      readonly index?: Word
      readonly length?: boolean
      readonly operator?: string
      readonly word?: Word
      readonly quoted: boolean
    }
  | { readonly kind: 'command'; readonly body: Node; readonly quoted: boolean }
  | { readonly kind: 'sum'; readonly word: Word; readonly quoted: boolean }
  /** `<(…)` and `>(…)`: a path behind which a command's output or input is. */
  | { readonly kind: 'process'; readonly body: Node; readonly into: boolean; readonly quoted: false }

/** A word before it is expanded. */
export type Word = readonly Part[]

/** A redirection; `text` is a here-document. */
export interface Redirection {
  readonly from: number
  readonly operator: '<' | '>' | '>|' | '<>' | '>>' | '>&' | '<&' | '<<' | '<<<' | '&>' | '&>>'
  readonly target: Word
}

/** A command in a list; `text` is how one that is left in the background is told of. */
export interface Item {
  readonly node: Node
  readonly background: boolean
  readonly text: string
}

/** A command of any sort. */
export type Node = (
  | {
      readonly kind: 'simple'
      /** Lines of the script before it. */
      readonly line: number
      readonly assigns: readonly (readonly [name: string, value: Word, append: boolean])[]
      readonly words: readonly Word[]
      /** Lists of values that are assigned. */
      readonly lists?: readonly (readonly [name: string, values: readonly Word[], append: boolean])[]
    }
  | { readonly kind: 'condition'; readonly test: Condition }
  | { readonly kind: 'pipe'; readonly parts: readonly Node[]; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  | { readonly kind: 'if'; readonly cases: readonly (readonly [condition: Node, body: Node])[]; readonly otherwise?: Node }
  | { readonly kind: 'loop'; readonly until: boolean; readonly condition: Node; readonly body: Node }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: Node }
  | { readonly kind: 'count'; readonly start: Word; readonly condition: Word; readonly step: Word; readonly body: Node }
  | { readonly kind: 'case'; readonly word: Word; readonly cases: readonly { readonly patterns: readonly Word[]; readonly body: Node }[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }
  | { readonly kind: 'group' | 'subshell'; readonly body: Node }
  | { readonly kind: 'calculate'; readonly word: Word }
  | { readonly kind: 'time'; readonly body: Node; readonly posix: boolean }
) & { readonly redirections?: readonly Redirection[] }
