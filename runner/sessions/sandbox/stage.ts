// For a runner that is root: the sandbox is an ordinary user outside, who could not reach all that is to be shown in it.
import { cpSync, lstatSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toFstab } from './file-system.ts'
import type { Shown } from './sandbox.ts'
import { stageScript } from './scripts.ts'
import { giveTo, placeholder, type SessionFolder } from './session-folder.ts'

/** What is shown from where, and the words that begin a command which can reach it. */
export interface Stage {
  readonly shown: readonly Shown[]
  readonly words: readonly string[]
}

/**
 * Prepares the folder for an outside user and gives the words that begin the sandbox as that user. What everybody may read is bound, live;
 * what only root may read is copied as it is now. Without such a user everything stands where it is.
 */
export function stageFor(user: number | undefined, folder: SessionFolder): Stage {
  if (user === undefined) return { shown: folder.shown, words: [] }
  const bound: Shown[] = []
  const staged = folder.shown.map(({ source, target }, index) => {
    const place = join(folder.path, 'stage', String(index))
    if (!isForAll(source)) {
      cpSync(source, place, { recursive: true, verbatimSymlinks: true, filter: (file) => isPlain(file) })
    } else {
      placeholder(place, statSync(source).isDirectory())
      bound.push({ source, target: place })
    }
    return { source: place, target }
  })
  writeFileSync(join(folder.path, 'staged'), toFstab(bound.map((one) => ({ ...one, type: 'none', options: 'bind' }))))
  giveTo(user, folder.path)
  const words = ['unshare', '--mount', '--', 'bash', '--norc', '--noprofile', '-c', stageScript, 'stage', folder.path, String(user)]
  return { shown: staged, words }
}

/** Whether everybody on the machine may read a file, or a folder and all in it. */
function isForAll(path: string): boolean {
  const { mode } = statSync(path)
  if (!statSync(path).isDirectory()) return (mode & 0o004) !== 0
  return (mode & 0o005) === 0o005 && readdirSync(path).every((name) => isPlain(join(path, name)) && isForAll(join(path, name)))
}

/** Whether it is a file or a folder, itself or through a link. */
function isPlain(path: string): boolean {
  const there = lstatSync(path)
  if (!there.isSymbolicLink()) return there.isFile() || there.isDirectory()
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
