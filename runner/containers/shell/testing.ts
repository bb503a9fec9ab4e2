// The builtins `test` and `[`, with the complaints of each shell.
import { evaluateTest, type TestFault } from '../commands/test.ts'
import type { Builtin, ShellCore } from './core.ts'
import type { Dialect } from './dialect.ts'
import type { Streams } from './redirect.ts'

const complaints: Readonly<Record<Dialect, (fault: TestFault, words: readonly string[]) => string>> = {
  ash: ({ kind, word }, words) => (kind === 'number' ? `${word}: bad number` : `${kind === 'unary' ? words[1] : word}: unknown operand`),
  dash: ({ kind, word }, words) => (kind === 'number' ? `Illegal number: ${word}` : `${words[0]}: unexpected operator`),
  bash: ({ kind, word }) =>
    ({
      number: `${word}: integer expression expected`,
      unary: `${word}: unary operator expected`,
      binary: `${word}: binary operator expected`,
      many: 'too many arguments',
      operand: `${word}: unexpected operator`,
    })[kind],
}

/** A test's fault in a shell's own words. */
export function describeTest(fault: TestFault, words: readonly string[], dialect: Dialect): string {
  return complaints[dialect](fault, words)
}

function check(name: string, words: readonly string[], shell: ShellCore, streams: Streams): number {
  const { process, scope } = shell
  if (scope.dialect === 'dash' && words[1] === '==') return shell.complain(streams, `${words[0]}: unexpected operator`, name)
  const outcome = evaluateTest(words, { files: process.files, cwd: scope.cwd, process: { ...process, ...streams } })
  if (typeof outcome === 'boolean') return outcome ? 0 : 1
  return shell.complain(streams, describeTest(outcome, words, scope.dialect), scope.dialect === 'ash' ? undefined : name)
}

/** `test` and `[` by name. */
export const testing: Readonly<Record<string, Builtin>> = {
  test: (words, shell, streams) => check('test', words, shell, streams),
  '[': (words, shell, streams) => {
    if (words.at(-1) === ']') return check('[', words.slice(0, -1), shell, streams)
    const { dialect } = shell.scope
    return shell.complain(streams, dialect === 'bash' ? "missing `]'" : 'missing ]', dialect === 'ash' ? undefined : '[')
  },
}
