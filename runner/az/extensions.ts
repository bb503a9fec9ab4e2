// Installed extensions: folders with a *.dist-info inside, as pip leaves them.
import { isObject, type JsonObject } from '../base/json.ts'
import { extensionFolder } from './config.ts'
import type { AzContext } from './context.ts'

/** An installed extension. */
export interface InstalledExtension {
  readonly name: string
  readonly version: string
  readonly path: string
}

/** Extensions that are installed, by name. */
export async function installedExtensions(context: AzContext): Promise<readonly InstalledExtension[]> {
  const folder = extensionFolder(context)
  const found: InstalledExtension[] = []
  for (const name of await context.files.list(folder)) {
    const path = `${folder}/${name}`
    const info = (await context.files.list(path)).map((entry) => /^.+-([^-]+)\.dist-info$/.exec(entry)).find((match) => match !== null)
    if (info !== undefined && info !== null) found.push({ name, version: info[1] ?? '', path })
  }
  return found
}

/** What the extension's wheel says of itself. */
export async function extensionMetadata(context: AzContext, extension: InstalledExtension): Promise<JsonObject> {
  const text = await context.files.read(`${infoFolder(extension)}/metadata.json`)
  const value: unknown = text === undefined ? {} : JSON.parse(text)
  return isObject(value) ? value : {}
}

/** Files that an installed extension consists of here. */
export function extensionFiles(folder: string, name: string, version: string, metadata: JsonObject): Readonly<Record<string, string>> {
  const module = name.replaceAll('-', '_')
  const info = `${folder}/${name}/${module}-${version}.dist-info`
  return {
    [`${info}/METADATA`]: `Metadata-Version: 2.0\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/metadata.json`]: `${JSON.stringify(metadata)}\n`,
  }
}

/** Removes an extension's files. */
export async function removeExtension(context: AzContext, extension: InstalledExtension): Promise<void> {
  await context.files.remove(extension.path)
}

function infoFolder(extension: InstalledExtension): string {
  return `${extension.path}/${extension.name.replaceAll('-', '_')}-${extension.version}.dist-info`
}
