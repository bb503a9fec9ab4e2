// `md5sum` and its likes: the sums of files, and whether they are what they were.
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { toBytes } from '../bytes.ts'
import { FileError, resolve } from '../files.ts'
import type { Process, Program } from '../process.ts'
import { readOptions } from './options.ts'
import { complaint, inputs, linesOf } from './text.ts'

type Digest = (bytes: Uint8Array) => Uint8Array

function sumOf(digest: Digest, content: string): string {
  return bytesToHex(digest(toBytes(content)))
}

const sums =
  (name: string, digest: Digest): Program =>
  async (words, process) => {
    const options = readOptions(words, [])
    const { parts, code } = await inputs(name, options.rest, process)
    if (options.has('c', 'check'))
      return Math.max(code, check(name, digest, { lists: parts.map(({ content }) => content), quiet: options.has('s', 'status'), process }))
    for (const { path, content } of parts) process.out(`${sumOf(digest, content)}  ${path}\n`)
    return code
  }

function check(
  name: string,
  digest: Digest,
  { lists, quiet, process }: { readonly lists: readonly string[]; readonly quiet: boolean; readonly process: Process },
): number {
  const { flavor } = process.machine
  const lines = lists.flatMap(linesOf).filter((line) => line.trim() !== '')
  let [failed, unread] = [0, 0]
  for (const line of lines) {
    const [, sum = '', path = ''] = /^(\S+) [ *](.*)$/.exec(line) ?? []
    let outcome = 'OK'
    try {
      if (sumOf(digest, process.files.read(resolve(process.cwd, path))) !== sum.toLowerCase()) outcome = 'FAILED'
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      process.err(`${complaint(process, name, path, error)}\n`)
      outcome = flavor === 'busybox' ? 'FAILED' : 'FAILED open or read'
      unread += 1
    }
    if (outcome !== 'OK') failed += 1
    if (!quiet) process.out(`${path}: ${outcome}\n`)
  }
  if (failed === 0) return 0
  const differ = flavor === 'busybox' ? failed : failed - unread
  if (flavor === 'debian' && unread > 0) process.err(`${name}: WARNING: ${unread} listed file${unread === 1 ? '' : 's'} could not be read\n`)
  if (differ > 0) {
    const plural = differ === 1 ? '' : 's'
    process.err(
      flavor === 'busybox'
        ? `${name}: WARNING: ${differ} of ${lines.length} computed checksums did NOT match\n`
        : `${name}: WARNING: ${differ} computed checksum${plural} did NOT match\n`,
    )
  }
  return 1
}

/** The sum of POSIX, over bytes and their number. */
function crc(content: string): number {
  let sum = 0
  const add = (byte: number): void => {
    sum ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) sum = sum < 0 ? (sum << 1) ^ 0x04c1_1db7 : sum << 1
  }
  for (let at = 0; at < content.length; at += 1) add(content.charCodeAt(at))
  for (let length = content.length; length > 0; length = Math.floor(length / 256)) add(length & 255)
  return ~sum >>> 0
}

const cksum: Program = async (words, process) => {
  const { parts, code } = await inputs('cksum', readOptions(words, []).rest, process)
  for (const { path, content } of parts) process.out(`${crc(content)} ${content.length}${path === '-' ? '' : ` ${path}`}\n`)
  return code
}

/** Programs that sum by name. */
export const sumPrograms: Readonly<Record<string, Program>> = {
  md5sum: sums('md5sum', md5),
  sha1sum: sums('sha1sum', sha1),
  sha224sum: sums('sha224sum', sha224),
  sha256sum: sums('sha256sum', sha256),
  sha384sum: sums('sha384sum', sha384),
  sha512sum: sums('sha512sum', sha512),
  cksum,
}
