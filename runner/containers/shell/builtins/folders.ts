// Builtins about the folder that one is in.
import { resolve } from '../../files.ts'
import type { Builtin, ShellCore } from '../core.ts'
import type { Streams } from '../redirect.ts'

const cd: Builtin = (words, shell, streams) => {
  const { scope, process } = shell
  const physical = words.includes('-P')
  const [target] = words.filter((word) => !/^-[LPe@]+$/.test(word) && word !== '--')
  const home = scope.variables.get('HOME')
  const wanted = target === '-' ? scope.variables.get('OLDPWD') : (target ?? home)
  if (wanted === undefined) return fails(shell, streams, target === '-' ? 'OLDPWD not set' : 'HOME not set')
  const listed = target === undefined || target === '-' || /^\.{0,2}(\/|$)/.test(wanted) ? undefined : inPath(wanted, shell)
  const path = listed ?? resolve(scope.cwd, wanted)
  const entry = process.files.stat(path)
  if (entry?.kind !== 'folder') return fails(shell, streams, refusal(wanted, entry ? 'Not a directory' : 'No such file or directory', shell))
  scope.set('OLDPWD', scope.cwd)
  scope.cwd = physical ? (process.files.real(path) ?? path) : path
  scope.set('PWD', scope.cwd)
  if (target === '-' || listed !== undefined) streams.out(`${scope.cwd}\n`)
  return 0
}

function inPath(wanted: string, { scope, process }: ShellCore): string | undefined {
  const folders = scope.variables.get('CDPATH')?.split(':') ?? []
  return folders.map((folder) => resolve(resolve(scope.cwd, folder), wanted)).find((path) => process.files.isFolder(path))
}

function refusal(wanted: string, why: string, { scope }: ShellCore): string {
  if (scope.dialect === 'bash') return `${wanted}: ${why}`
  return scope.dialect === 'ash' ? `can't cd to ${wanted}: ${why}` : `can't cd to ${wanted}`
}

function fails(shell: ShellCore, streams: Streams, line: string): number {
  shell.complain(streams, line, 'cd')
  return shell.scope.dialect === 'bash' ? 1 : 2
}

/** Builtins about folders by name. */
export const folders: Readonly<Record<string, Builtin>> = {
  cd,
  chdir: cd,
  pwd: (words, { scope, process }, { out }) => {
    out(`${words.includes('-P') ? (process.files.real(scope.cwd) ?? scope.cwd) : scope.cwd}\n`)
    return 0
  },
}
