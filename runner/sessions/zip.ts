// Reads single files out of a ZIP archive; each is inflated on its own thread.
import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'

const inflate = promisify(inflateRaw)
const signatures = { end: 0x06054b50, entry: 0x02014b50 }
const deflated = 8

/** The bytes of `name` in the archive, or undefined if it has no such file. */
export async function readFromZip(archive: FileHandle, name: string): Promise<Uint8Array | undefined> {
  const directory = await readDirectory(archive)
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === signatures.entry; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    if (directory.toString('utf8', at + 46, at + 46 + nameLength) === name) return readEntry(archive, directory.subarray(at))
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return undefined
}

/** The central directory: found through the record that ends every archive. */
async function readDirectory(archive: FileHandle): Promise<Buffer> {
  const { size } = await archive.stat()
  const tail = await readAt(archive, Math.max(0, size - 65_557), Math.min(size, 65_557))
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === signatures.end) return readAt(archive, tail.readUInt32LE(at + 16), tail.readUInt32LE(at + 12))
  }
  throw new Error('This file is no ZIP archive')
}

async function readEntry(archive: FileHandle, entry: Buffer): Promise<Uint8Array> {
  const start = entry.readUInt32LE(42)
  const local = await readAt(archive, start, 30)
  const data = await readAt(archive, start + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), entry.readUInt32LE(20))
  return entry.readUInt16LE(10) === deflated ? inflate(data) : data
}

async function readAt(archive: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await archive.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}
