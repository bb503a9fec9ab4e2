// Where the Azure CLI looks for its extensions: the index behind aka.ms, the command tree, and wheels that hold a name and no commands.
import { sha256 } from '@noble/hashes/sha2.js'
import { zipSync } from 'fflate'
import { type Host, jsonResponse } from '../../base/host.ts'
import type { JsonObject } from '../../base/json.ts'
import { toHex } from '../../base/p256.ts'

const wheels: readonly { readonly name: string; readonly version: string; readonly minCore: string; readonly summary: string }[] = [
  { name: 'connectedk8s', version: '1.10.11', minCore: '2.70.0', summary: 'Microsoft Azure Command-Line Tools Connectedk8s Extension' },
  { name: 'fleet', version: '1.8.2', minCore: '2.61.0', summary: 'Microsoft Azure Command-Line Tools Fleet Extension' },
]

const redirects: Readonly<Record<string, string>> = {
  '/azure-cli-extension-index-v1': 'https://azcliextensionsync.blob.core.windows.net/index1/index.json',
  '/azextcmdtree': 'https://azcliextensionsync.blob.core.windows.net/cmd-index/extensionCommandTree.json',
}

/** The hosts, by name. */
export function createExtensionHosts(): Readonly<Record<string, Host>> {
  return {
    'aka.ms': { fetch: async (request) => redirect(pathOf(request)) },
    'azcliextensionsync.blob.core.windows.net': { fetch: async (request) => indexFile(pathOf(request)) },
    'azcliprod.blob.core.windows.net': { fetch: async (request) => wheelFile(pathOf(request)) },
  }
}

function redirect(path: string): Response {
  const location = redirects[path.toLowerCase()]
  return location === undefined ? notSimulated('aka.ms', path) : new Response(null, { status: 302, headers: { location } })
}

function indexFile(path: string): Response {
  if (path === '/index1/index.json')
    return jsonResponse({ formatVersion: '1', extensions: Object.fromEntries(wheels.map((wheel) => [wheel.name, [entry(wheel)]])) })
  if (path === '/cmd-index/extensionCommandTree.json') return jsonResponse(commandTree)
  return notSimulated('azcliextensionsync.blob.core.windows.net', path)
}

/** Where the CLI looks for newer versions of itself: it finds the one it is. */
const coreVersions: Readonly<Record<string, string>> = {
  '/cli/azure-cli-core/setup.py': 'VERSION = "2.91.0"\n',
  '/cli/azure-cli-telemetry/setup.py': 'VERSION = "1.1.0"\n',
}

function wheelFile(path: string): Response {
  const setup = coreVersions[path]
  if (setup !== undefined) return new Response(setup, { headers: { 'content-type': 'text/x-python' } })
  if (path === '/cli') return new Response(null, { status: 400 })
  const wheel = wheels.find((one) => path === `/cli-extensions/${fileOf(one)}`)
  if (!wheel) return notSimulated('azcliprod.blob.core.windows.net', path)
  return new Response(contentOf(wheel), { headers: { 'content-type': 'application/octet-stream' } })
}

function entry(wheel: (typeof wheels)[number]): JsonObject {
  return {
    downloadUrl: `https://azcliprod.blob.core.windows.net/cli-extensions/${fileOf(wheel)}`,
    filename: fileOf(wheel),
    metadata: metadataOf(wheel),
    sha256Digest: toHex(sha256(contentOf(wheel))),
  }
}

/** What the wheel of an extension that is offered says of itself; undefined for a name that is not offered. */
export function extensionOffered(name: string): JsonObject | undefined {
  const wheel = wheels.find((one) => one.name === name)
  return wheel && metadataOf(wheel)
}

function metadataOf({ name, version, minCore, summary }: (typeof wheels)[number]): JsonObject {
  return { 'azext.isPreview': false, 'azext.minCliCoreVersion': minCore, name, version, summary, license: 'MIT', metadata_version: '2.0' }
}

/** A wheel that pip installs and that says of itself that its commands are not in it. */
function contentOf({ name, version, minCore, summary }: (typeof wheels)[number]): Uint8Array<ArrayBuffer> {
  const info = `${name}-${version}.dist-info`
  const files = {
    [`azext_${name}/__init__.py`]: `raise ImportError('The commands of the extension ${name} are not simulated in this package.')\n`,
    [`azext_${name}/azext_metadata.json`]: JSON.stringify({ 'azext.minCliCoreVersion': minCore, 'azext.isPreview': false }),
    [`${info}/METADATA`]: `Metadata-Version: 2.0\nName: ${name}\nVersion: ${version}\nSummary: ${summary}\nLicense: MIT\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: drydock\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  }
  const bytes = Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)] as const)
  return zipSync(Object.fromEntries(bytes), { level: 0, mtime: '2025-11-04T00:00:00Z' })
}

function fileOf({ name, version }: { readonly name: string; readonly version: string }): string {
  return `${name}-${version}-py3-none-any.whl`
}

const commandTree: JsonObject = {
  fleet: {
    create: 'fleet',
    list: 'fleet',
    show: 'fleet',
    delete: 'fleet',
    update: 'fleet',
    'get-credentials': 'fleet',
    member: { create: 'fleet', list: 'fleet', show: 'fleet', delete: 'fleet', update: 'fleet' },
    updatestrategy: { create: 'fleet', list: 'fleet', show: 'fleet', delete: 'fleet' },
    updaterun: { create: 'fleet', list: 'fleet', show: 'fleet', delete: 'fleet', start: 'fleet', stop: 'fleet', skip: 'fleet' },
  },
  connectedk8s: { connect: 'connectedk8s', list: 'connectedk8s' },
}

function pathOf(request: Request): string {
  return new URL(request.url).pathname
}

function notSimulated(host: string, path: string): Response {
  return new Response(`${host}${path} is not simulated.\n`, { status: 404, headers: { 'content-type': 'text/plain', 'x-not-simulated': 'true' } })
}
