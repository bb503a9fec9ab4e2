// The built site, served as any static host would: files, folders by their index, 404.html for the rest.
import { execFile } from 'node:child_process'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'

const dist = new URL('../../site/dist/', import.meta.url).pathname
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** Builds the site into `site/dist`; throws with Astro's words when that fails. */
export async function buildSite(): Promise<void> {
  const project = new URL('../../', import.meta.url).pathname
  const astro = join(project, 'node_modules/astro/bin/astro.mjs')
  await promisify(execFile)(process.execPath, [astro, 'build', '--root', 'site'], { cwd: project, env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' } })
}

/** Paths of all files of the built site, relative to it. */
export async function siteFiles(): Promise<readonly string[]> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dist.length))
    .sort()
}

/** Text of a file of the built site. */
export function readSiteFile(path: string): Promise<string> {
  return readFile(join(dist, path), 'utf8')
}

/** Answers with a file of the built site. */
export async function serveFile(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const file = join(dist, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname))
  const there =
    file.startsWith(dist) &&
    (await stat(file).then(
      (found) => found.isFile(),
      () => false,
    ))
  response.writeHead(there ? 200 : 404, { 'content-type': types[extname(there ? file : '.html')] ?? 'application/octet-stream' })
  response.end(await readFile(there ? file : join(dist, '404.html')))
}

/** A server that has stopped listening once it is disposed of. */
export interface Served extends AsyncDisposable {
  readonly origin: string
  readonly server: Server
}

/** Listens on a free port of the loopback. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Served> {
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** The site with no runner behind it. */
export function serveSite(): Promise<Served> {
  return serve(serveFile)
}
