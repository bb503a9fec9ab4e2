// Rules of definitions as the server compiles them: typed, and with what they may cost (apiextensions `schema/cel/compilation.go`).
import type { JsonObject } from '../../../base/json.ts'
import { checkTypes } from './check-types.ts'
import { compilationFailed, parseExpression } from './compile.ts'
import { mostCost } from './estimate-cost.ts'
import { expand, MacroError, type TypeProblem } from './expand.ts'
import { mostTimes, type SizedType, typeOfNode } from './schema-types.ts'
import { type CelType, formatType } from './types.ts'

/** A rule that compiles, or what the server says of one that does not. */
export type CompiledRule = { readonly cost: number; readonly usesOld: boolean } | { readonly error: string }

/** What rules of a node are about. */
export interface RuleSubject {
  readonly self: SizedType
  /** How often the node may stand in an object, if nothing around it says. */
  readonly times: number
}

/** The subject of a node's rules; undefined for one that rules do not see. */
export function ruleSubject(schema: JsonObject, isResource: boolean): RuleSubject | undefined {
  const self = typeOfNode(schema, isResource, 'selfType0')
  return self && { self, times: mostTimes(self.fewest) }
}

/** Compiles a rule, or an expression that makes its message. */
export function compileRule(
  text: string,
  { self }: RuleSubject,
  { result, optionalOld }: { readonly result: 'bool' | 'string'; readonly optionalOld: boolean },
): CompiledRule {
  const parsed = parseExpression(text)
  if ('error' in parsed) return parsed
  const old: CelType = optionalOld ? { kind: 'optional', of: self.type } : self.type
  try {
    const expression = expand(parsed.ast, text)
    const variables = new Map([
      ['self', self.type],
      ['oldSelf', old],
    ])
    const checked = checkTypes(expression, variables)
    if (checked.problems.length > 0) return { error: printed(text, checked.problems) }
    if (formatType(checked.type) !== result) return { error: result === 'bool' ? 'cel expression must evaluate to a bool' : 'must evaluate to a string' }
    return { cost: mostCost(expression, checked, self), usesOld: checked.names('oldSelf') }
  } catch (error) {
    if (error instanceof MacroError) return { error: printed(text, [{ at: error.at, says: error.message }]) }
    throw error
  }
}

/** All problems with their places marked, as cel-go prints them. */
export function printed(text: string, problems: readonly TypeProblem[]): string {
  return problems.map(({ at, says }, index) => compilationFailed(text, at, says).slice(index === 0 ? 0 : 'compilation failed: '.length)).join('\n')
}
