// Finds the program that a word means: by its path, or in the folders of PATH.
import { resolve } from '../files.ts'
import type { Program } from '../process.ts'
import type { ShellCore } from './core.ts'

/** What a word leads to: a program, or why it cannot be run. */
export interface Found {
  readonly path: string
  readonly program?: Program
  readonly refusal?: string
}

/** The program of a word; undefined if there is none. */
export function locate(name: string, shell: ShellCore): Found | undefined {
  return name.includes('/') ? atPath(name, shell) : (inPath(name, shell) ?? known(name, shell))
}

function atPath(name: string, { process, scope }: ShellCore): Found | undefined {
  const entry = process.files.stat(resolve(scope.cwd, name))
  if (entry?.kind === 'folder') return { path: name, refusal: scope.dialect === 'bash' ? 'Is a directory' : 'Permission denied' }
  if (entry?.kind === 'file' && (entry.mode & 0o111) === 0) return { path: name, refusal: 'Permission denied' }
  const program = process.find(name, scope.cwd)
  return program && { path: name, program }
}

/** Scripts that somebody put into a folder of PATH. */
function inPath(name: string, { process, scope }: ShellCore): Found | undefined {
  for (const folder of (scope.variables.get('PATH') ?? '').split(':')) {
    const path = `${folder === '' ? '.' : folder}/${name}`
    const entry = process.files.stat(resolve(scope.cwd, path))
    if (entry?.kind !== 'file' || (entry.mode & 0o111) === 0) continue
    const program = process.find(path, scope.cwd)
    if (program) return { path, program }
  }
  return undefined
}

/** Programs of the image, wherever they lie. */
function known(name: string, { process, scope }: ShellCore): Found | undefined {
  const program = process.find(name, scope.cwd)
  return program && { path: `${process.machine.flavor === 'busybox' ? '/bin' : '/usr/bin'}/${name}`, program }
}
