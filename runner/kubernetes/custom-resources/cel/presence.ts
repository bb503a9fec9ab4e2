// `has()` of a field of anything: the library's own takes names and dots only, `has(self.items[0].name)` is for this one.
import type { Environment } from '@marcbachmann/cel-js'

/** What stands for `has` in an expression that the library's own cannot read: as long, so that places stay what they are. */
const otherName = 'HAS'
export const tokens = /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|[_a-zA-Z]\w*|[\s\S]/g

interface Node {
  readonly op: string
  readonly args: readonly unknown[]
}

interface Macro {
  readonly args: readonly Node[]
}

interface Checker {
  check(node: unknown, context: unknown): unknown
  getType(name: string): unknown
  createError(code: string, message: string, node: unknown): Error
}

interface Evaluator {
  run(node: unknown, context: unknown): unknown
  debugType(value: unknown): { fieldLazy(value: unknown, name: unknown, node: unknown, evaluator: Evaluator): unknown }
}

/** Gives an environment the other `has`. */
export function registerPresence(environment: Environment): void {
  const expand = ({ args }: Macro) => ({
    args,
    async: false,
    typeCheck(checker: Checker, macro: Macro, context: unknown) {
      const [node] = macro.args
      if (node?.op !== '.') throw checker.createError('invalid_macro_argument', 'invalid argument to has() macro', node)
      checker.check(node.args[0], context)
      return checker.getType('bool')
    },
    evaluate(evaluator: Evaluator, macro: Macro, context: unknown) {
      const [node] = macro.args
      const holder = evaluator.run(node?.args[0], context)
      return evaluator.debugType(holder).fieldLazy(holder, node?.args[1], node, evaluator) !== undefined
    },
  })
  environment.registerFunction(`${otherName}(ast): bool`, expand as never)
}

/** True for what the library says of an expression that only the other `has` reads. */
export function needsOtherPresence(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('has() invalid argument')
}

/** The expression with the other `has`. */
export function withOtherPresence(text: string): string {
  return text.replace(tokens, (token, at: number) => (token === 'has' && /^\s*\(/.test(text.slice(at + 3)) ? otherName : token))
}
