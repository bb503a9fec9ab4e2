// Makes single files of our own programs for sandboxes, which see nothing of this project.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Programs that are bundled from `NAME-entry.ts`. */
export type ClientName = 'az' | 'kubelogin' | 'kubectl-fleet' | 'jq'

/** A program as one self-contained ESM file, run as `node FILE …`. */
export interface ClientBundle {
  readonly name: ClientName
  readonly file: string
}

const here = import.meta.dirname
const sources = [
  join(here, '../az'),
  join(here, '../base'),
  join(here, 'client-process.ts'),
  join(here, 'bundle-clients.ts'),
  join(here, 'az-entry.ts'),
  join(here, 'kubelogin-entry.ts'),
  join(here, 'kubectl-fleet.ts'),
  join(here, 'kubectl-fleet-entry.ts'),
  join(here, 'jq-entry.ts'),
]

/** Bundles below a cache folder; made once, and anew when a source has changed. */
export async function bundleClients(cache: string, names: readonly ClientName[]): Promise<readonly ClientBundle[]> {
  const key = await sourcesKey()
  const bundles = names.map((name): ClientBundle => ({ name, file: join(cache, key, `${name}.mjs`) }))
  const present = await Promise.all(bundles.map(({ file }) => isFile(file)))
  if (present.every(Boolean)) return bundles
  await mkdir(join(cache, key), { recursive: true })
  const { build, stop } = await import('esbuild')
  try {
    for (const { name, file } of bundles) await writeWhole(file, await bundled(name, build))
  } finally {
    // It builds in a process of its own, which would stay for as long as this one.
    await stop()
  }
  return bundles
}

async function bundled(name: ClientName, build: typeof import('esbuild').build): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [join(here, `${name}-entry.ts`)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages in the older module format ask for Node's own modules at run time.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    minify: true,
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.contents ?? new Uint8Array()
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  )
}

/** Two processes may bundle at once: each file appears whole or not at all. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}`
  await writeFile(part, content)
  await rename(part, path)
}

/** Changes when any source file does: its name, size or time. */
async function sourcesKey(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of sources) for (const line of await describe(source)) hash.update(line)
  return hash.digest('hex').slice(0, 16)
}

async function describe(path: string): Promise<readonly string[]> {
  const status = await stat(path)
  if (status.isFile()) return [`${path}:${hashOf(await readFile(path))}\n`]
  const names = (await readdir(path)).sort()
  return (await Promise.all(names.map((name) => describe(join(path, name))))).flat()
}

function hashOf(content: Uint8Array): string {
  return createHash('sha1').update(content).digest('hex')
}
