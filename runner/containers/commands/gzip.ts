// `gzip`, `gunzip`, `zcat`: of files, which they replace, or of streams.
import { gunzipSync, gzipSync } from 'fflate'
import { fromBytes, toBytes } from '../bytes.ts'
import { FileError, resolve } from '../files.ts'
import { fail, type Process, type Program } from '../process.ts'
import { readOptions } from './options.ts'
import { complaint } from './text.ts'

/** Packs as `gzip` does. */
export function packed(content: string): string {
  return fromBytes(gzipSync(toBytes(content)))
}

/** What was packed; undefined if this is nothing of `gzip`'s. */
export function unpacked(content: string): string | undefined {
  if (!content.startsWith('\x1f\x8b')) return undefined
  try {
    return fromBytes(gunzipSync(toBytes(content)))
  } catch {
    return undefined
  }
}

function one(
  name: string,
  path: string,
  process: Process,
  how: { readonly unpack: boolean; readonly show: boolean; readonly keep: boolean; readonly force: boolean },
): number {
  const real = resolve(process.cwd, path)
  const content = process.files.read(real)
  const result = how.unpack ? unpacked(content) : packed(content)
  if (result === undefined) return fail(process, `${name}: invalid magic`)
  if (how.show) {
    process.out(result)
    return 0
  }
  if (how.unpack && !/\.(gz|tgz)$/.test(path)) return fail(process, `${name}: ${path}: unknown suffix - ignored`)
  const target = how.unpack ? real.replace(/\.tgz$/, '.tar').replace(/\.gz$/, '') : `${real}.gz`
  if (process.files.entry(target) && !how.force)
    return fail(process, `${name}: can't open '${how.unpack ? path.replace(/\.gz$/, '') : `${path}.gz`}': File exists`)
  process.files.write(target, result)
  if (!how.keep) process.files.remove(real)
  return 0
}

const zipper =
  (name: string, given: { readonly unpack: boolean; readonly show: boolean }): Program =>
  async (words, process) => {
    const options = readOptions(words, [])
    const how = { unpack: given.unpack || options.has('d'), show: given.show || options.has('c', 't'), keep: options.has('k'), force: options.has('f') }
    if (options.rest.length === 0 || options.rest[0] === '-') {
      const content = await process.halt.unless(process.stdin.readAll())
      const result = how.unpack ? unpacked(content) : packed(content)
      if (result === undefined) return fail(process, `${name}: invalid magic`)
      if (!options.has('t')) process.out(result)
      return 0
    }
    let code = 0
    for (const path of options.rest) {
      try {
        code = one(name, path, options.has('t') ? { ...process, out: () => undefined } : process, how) || code
      } catch (error) {
        if (!(error instanceof FileError)) throw error
        code = fail(process, error.code === 'missing' ? `${name}: ${path}: No such file or directory` : complaint(process, name, path, error))
      }
    }
    return code
  }

/** Programs that pack by name. */
export const gzipPrograms: Readonly<Record<string, Program>> = {
  gzip: zipper('gzip', { unpack: false, show: false }),
  gunzip: zipper('gunzip', { unpack: true, show: false }),
  zcat: zipper('zcat', { unpack: true, show: true }),
}
