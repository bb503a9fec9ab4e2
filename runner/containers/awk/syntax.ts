// The parts that an awk program is made of.

/** Something that can be assigned to. */
export type Place =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | { readonly kind: 'element'; readonly array: string; readonly keys: readonly Expression[] }

/** An expression. */
export type Expression =
  | Place
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'pattern'; readonly source: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'assign'; readonly operator: string; readonly to: Place; readonly value: Expression }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'unary'; readonly operator: '!' | '-' | '+'; readonly of: Expression }
  | { readonly kind: 'step'; readonly by: 1 | -1; readonly before: boolean; readonly to: Place }
  | { readonly kind: 'in'; readonly keys: readonly Expression[]; readonly array: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'getline'; readonly to: Place | undefined; readonly from: 'input' | 'file' | 'command'; readonly source: Expression | undefined }

/** A statement. */
export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'print'; readonly formatted: boolean; readonly values: readonly Expression[]; readonly way?: string; readonly to?: Expression }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no: Statement | undefined }
  | {
      readonly kind: 'loop'
      readonly first?: Statement
      readonly test?: Expression
      readonly next?: Statement
      readonly body: Statement
      readonly once: boolean
    }
  | { readonly kind: 'each'; readonly name: string; readonly array: string; readonly body: Statement }
  | { readonly kind: 'block'; readonly statements: readonly Statement[] }
  | { readonly kind: 'delete'; readonly array: string; readonly keys: readonly Expression[] }
  | { readonly kind: 'leave'; readonly how: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly kind: 'exit' | 'return'; readonly value: Expression | undefined }

/** What is done when. */
export interface Rule {
  readonly when: 'begin' | 'end' | 'line'
  readonly pattern?: Expression
  /** The last line of a range that begins with the pattern. */
  readonly until?: Expression
  /** Without it the line is printed. */
  readonly action?: Statement
}

/** A function of the program's own. */
export interface OwnFunction {
  readonly parameters: readonly string[]
  readonly body: Statement
}

/** A whole program. */
export interface AwkProgram {
  readonly rules: readonly Rule[]
  readonly functions: ReadonlyMap<string, OwnFunction>
}

/** A program that cannot be read; the message is for people. */
export class AwkFault extends Error {}
