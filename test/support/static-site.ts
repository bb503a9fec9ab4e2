// The site, built and served for tests.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { promisify } from 'node:util'

const project = new URL('../../', import.meta.url).pathname
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** The site as it was built, in a folder of its own: test files build at the same time. */
export class BuiltSite implements AsyncDisposable {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Builds the site; throws with Astro's words when that fails. */
  static async build(): Promise<BuiltSite> {
    // Below the project, so that what Astro writes on its way finds the packages.
    await mkdir(join(project, '.cache'), { recursive: true })
    const folder = await mkdtemp(join(project, '.cache/site-'))
    const astro = join(project, 'node_modules/astro/bin/astro.mjs')
    await promisify(execFile)(process.execPath, [astro, 'build', '--root', 'site', '--outDir', folder], {
      cwd: project,
      env: { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' },
    })
    return new BuiltSite(folder)
  }

  /** Paths of all its files. */
  async files(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#folder.length + 1))
      .sort()
  }

  /** A file's bytes. */
  read(path: string): Promise<Buffer> {
    return readFile(join(this.#folder, path))
  }

  /** Answers as any static host would: files, folders by their index, 404.html for the rest. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = join(this.#folder, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname))
    const inside = file.startsWith(`${this.#folder}/`)
    const found = inside ? await stat(file).catch(() => undefined) : undefined
    const there = found?.isFile() ?? false
    response.writeHead(there ? 200 : 404, { 'content-type': types[there ? extname(file) : '.html'] ?? 'application/octet-stream' })
    response.end(await readFile(there ? file : join(this.#folder, '404.html')))
  }

  /** Serves it with no runner behind it. */
  serve(): Promise<Served> {
    return serve((request, response) => this.answer(request, response))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
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
