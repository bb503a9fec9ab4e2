// The built site: files of one folder, with a content security policy of each page's own scripts.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

/** A file of the site, ready to be sent. */
export interface SiteFile {
  readonly status: 200 | 304 | 404
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** Gives the file of a path, or the site's own 404; undefined where no site was built. */
export type SiteFiles = (path: string, ifNoneMatch: string | undefined) => Promise<SiteFile | undefined>

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
}

/** Serves a folder; pages are remembered until they change on disk. */
export function siteFiles(folder: string): SiteFiles {
  const remembered = new Map<string, { readonly changed: number; readonly file: SiteFile }>()

  async function load(path: string): Promise<SiteFile | undefined> {
    const info = await stat(path).catch(() => undefined)
    if (!info?.isFile()) return undefined
    const known = remembered.get(path)
    if (known?.changed === info.mtimeMs) return known.file
    const file = fileOf(path, new Uint8Array(await readFile(path)))
    remembered.set(path, { changed: info.mtimeMs, file })
    return file
  }

  return async (path, ifNoneMatch) => {
    const inside = pathInside(path)
    const file = inside === undefined ? undefined : ((await load(join(folder, inside))) ?? (await load(join(folder, inside, 'index.html'))))
    if (!file) {
      const missing = await load(join(folder, '404.html'))
      return missing && { ...missing, status: 404 }
    }
    return file.headers.etag === ifNoneMatch ? { ...file, status: 304, body: new Uint8Array() } : file
  }
}

/** A path below the folder; undefined for one that is malformed or leads out. */
function pathInside(path: string): string | undefined {
  try {
    const plain = normalize(decodeURIComponent(path))
    return plain.includes('\0') || plain.split('/').includes('..') ? undefined : plain
  } catch {
    return undefined
  }
}

function fileOf(path: string, body: Uint8Array<ArrayBuffer>): SiteFile {
  const type = types[extname(path)] ?? 'application/octet-stream'
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  // What is named by its content never changes.
  const lasting = /\/_astro\//.test(path)
  const html = type.startsWith('text/html')
  return {
    status: 200,
    body,
    headers: {
      'content-type': type,
      etag,
      'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(html ? { 'content-security-policy': policyFor(new TextDecoder().decode(body)) } : {}),
    },
  }
}

/** Scripts of this server and the page's own inline ones, by their hashes. WebAssembly is for the search. */
function policyFor(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)(?![^>]*type="application\/(?:ld\+)?json")[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text)
  const hashes = [...new Set(scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`))]
  return [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval' ${hashes.join(' ')}`.trimEnd(),
    // xterm.js and Starlight set styles on elements; neither takes them from people.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
