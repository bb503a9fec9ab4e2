// Labs, checks and worlds as files of this machine.
import { existsSync } from 'node:fs'
import { access, glob, readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseAllDocuments } from 'yaml'
import type { ImportCheck } from '../checks/load-checks.ts'
import type { LabFolder } from '../labs/load-labs.ts'
import { FormError, parseWorldFile, type WorldFile } from '../labs/world-file.ts'
import { namedWorlds } from '../world/named-worlds.ts'
import { UsageError } from './command.ts'
import type { Machine } from './machine.ts'
import { closest } from './suggest.ts'

/** The project's labs. */
export function labFolder(machine: Machine): LabFolder {
  const labs = join(machine.project, 'labs')
  const list = async (courses: boolean): Promise<string[]> => {
    const entries = await readdir(labs, { withFileTypes: true })
    const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    return names.filter((name) => existsSync(join(labs, name, 'course.yaml')) === courses).sort()
  }
  return {
    labs: () => list(false),
    courses: () => list(true),
    async read(path) {
      const file = resolve(labs, path)
      if (!file.startsWith(`${labs}/`)) throw new FormError(`labs/${path}`, ['expected a path inside the labs folder'])
      return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
        throw error
      })
    },
  }
}

/** Imports from the project's checks. */
export function checkImporter(machine: Machine): ImportCheck {
  return async (path) => {
    const file = join(machine.project, 'checks', path)
    const there = await access(file).then(
      () => true,
      () => false,
    )
    return there ? import(pathToFileURL(file).href) : undefined
  }
}

/** The world that a word names: one of the named worlds, or a YAML file. */
export async function loadWorld(word: string, machine: Machine): Promise<WorldFile> {
  const named = Object.hasOwn(namedWorlds, word) ? namedWorlds[word] : undefined
  if (named) return named
  const path = resolve(machine.cwd, word)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw new UsageError(`Cannot read the world file "${word}": ${error.message}`)
    const meant = closest(word, Object.keys(namedWorlds))
    const names = Object.keys(namedWorlds).join(', ')
    throw new UsageError(`There is no world "${word}": expected ${names}, or a world file${meant ? `: did you mean "${meant}"?` : ''}`)
  })
  return withObjects(parseWorldFile(text, word), { folder: dirname(path), file: word })
}

/** Manifests that a world file names by path, read and put in their place. */
async function withObjects(file: WorldFile, from: { folder: string; file: string }): Promise<WorldFile> {
  const clusters = await Promise.all(
    file.clusters.map(async (cluster) => ({ ...cluster, objects: (await Promise.all(cluster.objects.map((entry) => objectsOf(entry, from)))).flat() })),
  )
  return { ...file, clusters }
}

type ObjectEntry = WorldFile['clusters'][number]['objects'][number]

async function objectsOf(entry: ObjectEntry, { folder, file }: { folder: string; file: string }): Promise<ObjectEntry[]> {
  if (typeof entry !== 'string') return [entry]
  const paths = (await Array.fromAsync(glob(entry, { cwd: folder }))).sort()
  if (paths.length === 0) throw new FormError(file, [`objects: no file matches "${entry}"`])
  const texts = await Promise.all(paths.map((path) => readFile(join(folder, path), 'utf8')))
  return texts.flatMap((text, index) => parseManifests(text, paths[index] ?? entry))
}

function parseManifests(text: string, path: string): ObjectEntry[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [problem] = document.errors
    if (problem) throw new FormError(path, [`Not valid YAML: ${problem.message.split('\n')[0] ?? ''}`])
    const value: unknown = document.toJS()
    if (value === null || value === undefined) return []
    if (typeof value !== 'object' || !('apiVersion' in value) || !('kind' in value)) throw new FormError(path, ['expected objects with apiVersion and kind'])
    return [value as ObjectEntry]
  })
}

/** A seed as it is typed: a number where it is one. */
export function parseSeed(text: string | undefined): { seed?: number | string } {
  if (text === undefined) return {}
  return { seed: /^-?\d{1,15}$/.test(text) ? Number(text) : text }
}
