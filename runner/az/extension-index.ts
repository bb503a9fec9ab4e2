// The index of extensions, and installing from it.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { AzError } from './cli-error.ts'
import { type AzConfig, extensionFolder } from './config.ts'
import type { AzContext, AzResponse } from './context.ts'
import { extensionFiles, installedExtensions } from './extensions.ts'
import { userAgents } from './http-client.ts'
import type { Log } from './log.ts'

/** One version of an extension in the index. */
export interface IndexEntry {
  readonly downloadUrl: string
  readonly filename: string
  readonly metadata: JsonObject
}

/** What installing needs. */
export interface InstallSurroundings {
  readonly context: AzContext
  readonly config: AzConfig
  readonly log: Log
}

/** Why a connection failed, as urllib3 says it. */
function connectionProblem(host: string, port: string, error: unknown): string {
  const code = error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : ''
  const where = `HTTPSConnection(host='${host}', port=${port || 443})`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `NameResolutionError("${where}: Failed to resolve '${host}' ([Errno -2] Name or service not known)")`
  if (code === 'ECONNREFUSED') return `NewConnectionError("${where}: Failed to establish a new connection: [Errno 111] Connection refused")`
  return error instanceof Error ? error.message : String(error)
}

/** What is wanted of the index. */
export interface ResolveOptions {
  readonly version?: string | undefined
  /** Only a newer version than this will do. */
  readonly newerThan?: string | undefined
  readonly allowPreview?: boolean | undefined
  readonly indexUrl?: string | undefined
}

const headers = { 'user-agent': userAgents.requests, accept: '*/*' }

/** GETs a page as Python's requests does: following redirects itself. */
export async function getPage(context: AzContext, url: string): Promise<AzResponse> {
  let target = url
  for (let hops = 0; hops < 10; hops += 1) {
    const response = await context.fetch({ url: target, headers })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    target = new URL(location, target).href
  }
  throw new Error('Exceeded 30 redirects.')
}

/** All extensions of the index. */
export async function readIndex({ context, config }: InstallSurroundings, indexUrl?: string): Promise<Readonly<Record<string, readonly IndexEntry[]>>> {
  const url = indexUrl ?? config.get('extension', 'index_url') ?? 'https://aka.ms/azure-cli-extension-index-v1'
  const response = await getPage(context, url).catch((error: unknown) => {
    const { hostname, port, pathname } = new URL(url)
    const detail = `HTTPSConnectionPool(host='${hostname}', port=${port || 443}): Max retries exceeded with url: ${pathname} (Caused by ${connectionProblem(hostname, port, error)})`
    throw new AzError(`Unable to get extension index.\nPlease ensure you have network connection. Error detail: ${detail}`)
  })
  if (response.status !== 200) throw new AzError(`Unable to get extension index.\nServer returned status code ${response.status} for ${url}`)
  const value: unknown = await response.json()
  const extensions = isObject(value) ? value.extensions : undefined
  return (isObject(extensions) ? extensions : {}) as unknown as Readonly<Record<string, readonly IndexEntry[]>>
}

/** The version of an extension that would be installed. */
export async function resolveExtension(name: string, surroundings: InstallSurroundings, options: ResolveOptions): Promise<IndexEntry> {
  const candidates = (await readIndex(surroundings, options.indexUrl))[name] ?? []
  if (candidates.length === 0) throw noCandidate(`No extension found with name '${name}'`)
  const stable = candidates.filter((entry) => !isPreview(entry))
  if (options.allowPreview === undefined && stable.length === 0)
    surroundings.log.warning(`No stable version of '${name}' to install. Preview versions allowed.`)
  let left = options.allowPreview === true || stable.length === 0 ? candidates : stable
  if (options.version !== undefined) {
    left = left.filter((entry) => entry.metadata.version === options.version)
    if (left.length === 0) throw noCandidate(`Version '${options.version}' not found for extension '${name}'`)
  }
  if (options.newerThan !== undefined) {
    const current = options.newerThan
    left = left.filter((entry) => compareVersions(versionOf(entry), current) > 0)
    if (left.length === 0) throw noCandidate(`Latest version of '${name}' is already installed.`)
  }
  return [...left].sort((a, b) => compareVersions(versionOf(b), versionOf(a)))[0] as IndexEntry
}

function noCandidate(message: string): AzError {
  return new AzError(`${message}\n\nUse --debug for more information`)
}

function isPreview(entry: IndexEntry): boolean {
  return entry.metadata['azext.isPreview'] === true || entry.metadata['azext.isExperimental'] === true || /[a-z]/.test(versionOf(entry))
}

/** The version in an entry's metadata. */
export function versionOf(entry: IndexEntry): string {
  return String(entry.metadata.version ?? '')
}

function compareVersions(a: string, b: string): number {
  const left = a.split('.').map((part) => Number.parseInt(part, 10))
  const right = b.split('.').map((part) => Number.parseInt(part, 10))
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Downloads an extension and installs it. */
export async function installEntry(name: string, entry: IndexEntry, { context }: InstallSurroundings): Promise<void> {
  const response = await getPage(context, entry.downloadUrl)
  if (response.status >= 400)
    throw new AzError(`Please ensure you have network connection. Error detail: ${response.status} Client Error for url: ${entry.downloadUrl}`)
  await response.text()
  await writeExtension(context, name, versionOf(entry), entry.metadata)
}

/** Puts an extension's files in place; older ones of it go. */
export async function writeExtension(context: AzContext, name: string, version: string, metadata: JsonObject): Promise<void> {
  const folder = extensionFolder(context)
  const before = (await installedExtensions(context)).find((entry) => entry.name === name)
  if (before !== undefined) await context.files.remove(before.path)
  for (const [path, text] of Object.entries(extensionFiles(folder, name, version, metadata as Record<string, Json>))) await context.files.write(path, text)
}
