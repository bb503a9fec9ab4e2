// az extension: commands that are installed on top.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, required, text } from '../command.ts'
import { type IndexEntry, installEntry, readIndex, resolveExtension, versionOf } from '../extension-index.ts'
import { extensionMetadata, type InstalledExtension, installedExtensions, removeExtension } from '../extensions.ts'

/** Commands of `az extension`. */
export const group: CommandGroup = {
  handlers: {
    'extension add': add,
    'extension update': update,
    'extension remove': async (call) => removeExtension(call.context, await installed(call)),
    'extension show': show,
    'extension list': list,
    'extension list-available': listAvailable,
    'extension list-versions': listVersions,
  },
  tables: { transform_extension_list_available: (result) => availableRows(result) },
}

async function installed(call: Call, name = required(call.values, 'extension_name')): Promise<InstalledExtension> {
  const found = (await installedExtensions(call.context)).find((entry) => entry.name === name)
  if (found === undefined) throw new AzError(`The extension ${name} is not installed. Please install the extension via \`az extension add -n ${name}\`.`)
  return found
}

function allowsPreview(call: Call): boolean | undefined {
  const value = call.values.allow_preview
  return typeof value === 'boolean' ? value : undefined
}

async function add(call: Call): Promise<void> {
  const { values, log } = call
  const source = text(values, 'source')
  const wanted = text(values, 'version')
  const name = text(values, 'extension_name') ?? nameOfWheel(source ?? '')
  const version = wanted === 'latest' ? undefined : wanted
  const indexUrl = text(values, 'index_url')
  const entry = source === undefined ? await resolveExtension(name, call, { version, allowPreview: allowsPreview(call), indexUrl }) : wheelEntry(source)
  const present = (await installedExtensions(call.context)).find((extension) => extension.name === name)
  if (present === undefined) return installEntry(name, entry, call)
  log.warning(`Extension '${name}' ${present.version} is already installed.`)
  if (!flag(values, 'upgrade')) return
  if (versionOf(entry) === present.version) {
    if (wanted === 'latest' || wanted === undefined) log.warning(`Latest version of '${name}' is already installed.`)
    return
  }
  log.warning(`It will be overridden with version ${versionOf(entry)}.`)
  await installEntry(name, entry, call)
}

function nameOfWheel(source: string): string {
  const name = /([^/]+?)-\d[^/]*\.whl$/.exec(source)?.[1]
  if (name === undefined) throw new AzError(`Unable to determine extension name from ${source}. Is the file name correct?`)
  return name.replaceAll('_', '-')
}

function wheelEntry(source: string): IndexEntry {
  const version = /-(\d[^-/]*)-[^/]*\.whl$/.exec(source)?.[1] ?? ''
  return { downloadUrl: source, filename: source.split('/').at(-1) ?? source, metadata: { name: nameOfWheel(source), version } }
}

async function update(call: Call): Promise<void> {
  const present = await installed(call)
  const entry = await resolveExtension(present.name, call, {
    newerThan: present.version,
    allowPreview: allowsPreview(call),
    indexUrl: text(call.values, 'index_url'),
  }).catch((error: unknown) => {
    if (!(error instanceof AzError) || !error.message.startsWith('Latest version of')) throw error
    call.log.warning(error.message)
    return undefined
  })
  if (entry !== undefined) await installEntry(present.name, entry, call)
}

async function show(call: Call): Promise<JsonObject> {
  const found = await installed(call)
  return { name: found.name, version: found.version, extensionType: 'whl', path: found.path, metadata: await extensionMetadata(call.context, found) }
}

async function list(call: Call): Promise<readonly JsonObject[]> {
  const rows = (await installedExtensions(call.context)).map(async (entry): Promise<JsonObject> => {
    const metadata = await extensionMetadata(call.context, entry)
    const marked = (name: string): boolean => metadata[name] === true
    return {
      name: entry.name,
      version: entry.version,
      extensionType: 'whl',
      preview: marked('azext.isPreview'),
      experimental: marked('azext.isExperimental'),
      path: entry.path,
    }
  })
  return Promise.all(rows)
}

async function listAvailable(call: Call): Promise<Json> {
  const index = await readIndex(call, text(call.values, 'index_url'))
  if (flag(call.values, 'show_details')) return index as unknown as Json
  const present = await installedExtensions(call.context)
  return Object.entries(index)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entries]): JsonObject => {
      const latest = entries.at(-1)
      const metadata = latest?.metadata ?? {}
      return {
        name,
        version: String(metadata.version ?? ''),
        summary: metadata.summary ?? '',
        preview: metadata['azext.isPreview'] === true,
        experimental: metadata['azext.isExperimental'] === true,
        installed: present.some((entry) => entry.name === name),
      }
    })
}

function availableRows(result: unknown): unknown {
  const entries = Array.isArray(result) ? result.filter(isObject) : []
  return entries.map((entry) => ({
    Name: entry.name,
    Version: entry.version,
    Summary: entry.summary,
    Preview: entry.preview,
    Experimental: entry.experimental,
    Installed: entry.installed,
  }))
}

async function listVersions(call: Call): Promise<Json> {
  const name = required(call.values, 'extension_name')
  const entries = (await readIndex(call))[name]
  if (entries === undefined) throw new AzError(`No extension found with name '${name}'`)
  const present = (await installedExtensions(call.context)).find((entry) => entry.name === name)
  return entries.map((entry, index): JsonObject => {
    const version = versionOf(entry)
    const label = `${version}${index === entries.length - 1 ? ' (max compatible version)' : ''}${version === present?.version ? ' (installed)' : ''}`
    return { name, version: label, preview: entry.metadata['azext.isPreview'] === true, experimental: false, compatible: true }
  })
}
