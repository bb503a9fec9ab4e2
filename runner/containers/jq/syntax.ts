// The language of jq as a tree.

/** An expression. */
export type Filter =
  | { readonly kind: 'identity' | 'recurse' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'text'; readonly parts: readonly (string | Filter)[]; readonly format?: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly kind: 'slice'; readonly of: Filter; readonly from?: Filter; readonly to?: Filter }
  | { readonly kind: 'each'; readonly of: Filter }
  | { readonly kind: 'try'; readonly body: Filter; readonly otherwise?: Filter }
  | { readonly kind: 'list'; readonly body?: Filter }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [key: Filter, value: Filter])[] }
  | { readonly kind: 'negate'; readonly of: Filter }
  | { readonly kind: 'pipe' | 'comma'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'operation'; readonly sign: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'assign'; readonly sign: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'if'; readonly cases: readonly (readonly [condition: Filter, body: Filter])[]; readonly otherwise?: Filter }
  | { readonly kind: 'as'; readonly source: Filter; readonly name: string; readonly body: Filter }
  | { readonly kind: 'reduce'; readonly source: Filter; readonly name: string; readonly start: Filter; readonly step: Filter }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }

/** An expression that cannot be read. */
export class CompileFault extends Error {}
