// az's configuration: INI files in the configuration folder, and AZURE_SECTION_OPTION in the environment.
import type { AzContext } from './context.ts'

/** Sections of one INI file, in order. */
export type IniSections = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Configuration as commands see it. */
export interface AzConfig {
  readonly folder: string
  readonly path: string
  get(section: string, option: string): string | undefined
  flag(section: string, option: string, otherwise: boolean): boolean
  sections(): IniSections
  /** Changes options and writes the file. An undefined value removes the option. */
  set(section: string, option: string, value: string | undefined): Promise<void>
}

/** Where az keeps its state. */
export function configFolder(context: Pick<AzContext, 'env' | 'home'>): string {
  return context.env.AZURE_CONFIG_DIR ?? `${context.home}/.azure`
}

/** Where extensions are installed. */
export function extensionFolder(context: Pick<AzContext, 'env' | 'home'>): string {
  return context.env.AZURE_EXTENSION_DIR ?? `${configFolder(context)}/cliextensions`
}

/** Reads the configuration. */
export async function loadConfig(context: AzContext): Promise<AzConfig> {
  const folder = configFolder(context)
  const path = `${folder}/config`
  let sections = parseIni((await context.files.read(path)) ?? '')
  const get = (section: string, option: string): string | undefined =>
    context.env[`AZURE_${section.toUpperCase()}_${option.toUpperCase()}`] ?? sections.get(section)?.get(option)
  return {
    folder,
    path,
    get,
    flag: (section, option, otherwise) => truth(get(section, option)) ?? otherwise,
    sections: () => sections,
    set: async (section, option, value) => {
      sections = changed(sections, section, option, value)
      await context.files.write(path, formatIni(sections), 0o600)
    },
  }
}

function truth(value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  return ['1', 'yes', 'true', 'on'].includes(value.toLowerCase())
}

function changed(sections: IniSections, section: string, option: string, value: string | undefined): IniSections {
  const options = new Map(sections.get(section))
  if (value === undefined) options.delete(option)
  else options.set(option, value)
  return new Map([...sections, [section, options]])
}

/** Reads INI text as Python's configparser does; option names are lower-cased. */
export function parseIni(text: string): IniSections {
  const sections = new Map<string, Map<string, string>>()
  let current = new Map<string, string>()
  for (const line of text.split('\n')) {
    const header = /^\[([^\]]+)\]/.exec(line)
    const option = /^([^#;=:\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line)
    if (header !== null) {
      current = sections.get(header[1] ?? '') ?? new Map()
      sections.set(header[1] ?? '', current)
    } else if (option !== null) current.set((option[1] ?? '').toLowerCase(), (option[2] ?? '').trim())
  }
  return sections
}

/** INI text as Python's configparser writes it. */
export function formatIni(sections: IniSections): string {
  return [...sections].map(([name, options]) => `[${name}]\n${[...options].map(([option, value]) => `${option} = ${value}\n`).join('')}\n`).join('')
}
