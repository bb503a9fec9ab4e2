// What strict decoding finds, in the server's words: members given twice and members that nobody knows.

/** What a text itself has wrong. */
export interface TextProblems {
  /** Paths of members that stood twice (`spec.ports[0].name`). */
  readonly duplicates: readonly string[]
  /** All members of a JSON text, in order: a typed object's problems are told in this order. */
  order?(): readonly string[]
  /** What Go's YAML library says of keys given twice. */
  readonly yaml?: string | undefined
}

/** Nothing is wrong. */
export const noProblems: TextProblems = { duplicates: [] }

/** The server's sentence about what strict decoding found, or undefined if it found nothing. */
export function strictProblems(text: TextProblems, unknown: readonly string[]): string | undefined {
  const problems = problemList(text, unknown)
  return problems.length === 0 ? undefined : `strict decoding error: ${problems.join(', ')}`
}

/** What `strictProblems` joins: each one is a warning of its own when the client asked for warnings. */
export function problemList({ duplicates, order, yaml }: TextProblems, unknown: readonly string[]): readonly string[] {
  const both = [...duplicates.map((path) => ({ path, what: 'duplicate' })), ...unknown.map((path) => ({ path, what: 'unknown' }))]
  const inOrder = order !== undefined && duplicates.length > 0 && unknown.length > 0 ? sorted(both, order()) : both
  return [...(yaml === undefined ? [] : [yaml]), ...new Set(inOrder.map(({ path, what }) => `${what} field "${path}"`))]
}

const yamlPrefix = /^(error converting YAML to JSON: )?yaml: unmarshal errors:\n/

/** The warnings that a problem becomes: of YAML, each line is one. */
export function warningsOfProblem(problem: string): readonly string[] {
  return yamlPrefix.test(problem)
    ? problem
        .replace(yamlPrefix, '')
        .split('\n')
        .map((line) => line.trim())
    : [problem]
}

/** A member given twice is noticed at its second place. */
function sorted<problem extends { readonly path: string; readonly what: string }>(
  problems: readonly problem[],
  members: readonly string[],
): readonly problem[] {
  const place = ({ path, what }: problem): number => (what === 'duplicate' ? members.indexOf(path, members.indexOf(path) + 1) : members.indexOf(path))
  return problems.toSorted((left, right) => place(left) - place(right))
}
