// Files of variables that a container's environment is taken from: NAME='value', quoted as it is (kubelet `util/env`).

/** The file is none of variables; the kubelet tells nobody where. */
export class EnvironmentFileError extends Error {}

const assignment = /^[ \t]*([^=\n]*)=/

/** The value of a variable; empty for one that the file does not have. Throws EnvironmentFileError. */
export function variableOf(text: string, name: string): string {
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\n')
    const line = end < 0 ? rest : rest.slice(0, end)
    const begun = line.replace(/^[ \t]+/, '')
    if (begun === '' || begun.startsWith('#')) {
      rest = end < 0 ? '' : rest.slice(end + 1)
      continue
    }
    const [whole, variable = ''] = assignment.exec(line) ?? []
    if (whole === undefined || variable === '' || /[ \t]$/.test(variable)) throw new EnvironmentFileError()
    const { value, left } = quoted(rest.slice(whole.length))
    if (variable === name) return value
    rest = left
  }
  return ''
}

/** A quoted value, which may go over several lines; nothing where a space comes first. */
function quoted(rest: string): { readonly value: string; readonly left: string } {
  const after = (at: number): string => (rest.indexOf('\n', at) < 0 ? '' : rest.slice(rest.indexOf('\n', at) + 1))
  if (/^[ \t]/.test(rest)) return { value: '', left: after(0) }
  const close = rest.startsWith("'") ? rest.indexOf("'", 1) : -1
  if (close < 0) throw new EnvironmentFileError()
  const [tail = ''] = rest.slice(close + 1).split('\n')
  if (!/^[ \t]*(#.*)?$/.test(tail)) throw new EnvironmentFileError()
  return { value: rest.slice(1, close), left: after(close) }
}
