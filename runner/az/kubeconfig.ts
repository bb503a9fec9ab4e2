// Kubeconfig files: written and merged as get-credentials does.
import { parse } from 'yaml'
import { equal, isObject, type Json, type JsonObject } from '../base/json.ts'
import { AzError } from './cli-error.ts'
import type { AzContext } from './context.ts'
import type { Log } from './log.ts'
import { formatYaml } from './output/yaml.ts'
import { absolutePath } from './paths.ts'
import { askYesNo } from './prompts.ts'

type Named = { name: string; context?: { cluster: string; user: string; namespace?: string } } & Record<string, Json | undefined>

interface KubeConfig extends Record<string, unknown> {
  clusters: Named[]
  contexts: Named[]
  users: Named[]
  'current-context'?: string
}

/** How a kubeconfig is merged into a file. */
export interface MergeOptions {
  readonly path: string
  readonly overwrite: boolean
  /** New name of context and cluster; the user keeps its own. */
  readonly contextName?: string | undefined
  /** Namespace that the context gets. */
  readonly namespace?: string | undefined
}

/** Prints a kubeconfig where the path is `-`, else merges it into the file; the name of the context that is current then. */
export async function mergeKubeconfig(context: AzContext, log: Log, text: string, options: MergeOptions): Promise<string | undefined> {
  if (options.path === '-') {
    context.stdout(`${text}\n`)
    return undefined
  }
  const path = absolutePath(context, options.path)
  const existed = await context.files.exists(path)
  if (!existed) await context.files.write(path, '', 0o600)
  const addition = renamed(parse(text) as KubeConfig, options)
  const existing = parseExisting(path, (await context.files.read(path)) ?? '')
  const merged = existing === undefined ? addition : await mergeAll(context, existing, addition, options.overwrite)
  await warnOfMode(context, log, path, options.path)
  await context.files.write(path, formatYaml(merged, { unicode: false }))
  return addition['current-context'] ?? 'UNKNOWN'
}

function parseExisting(path: string, text: string): KubeConfig | undefined {
  try {
    const value: unknown = parse(text)
    return isObject(value) ? (value as unknown as KubeConfig) : undefined
  } catch (error) {
    throw new AzError(`Error parsing ${path} (${error instanceof Error ? error.message : String(error)})`)
  }
}

function renamed(config: KubeConfig, options: MergeOptions): KubeConfig {
  const [context] = config.contexts
  const [cluster] = config.clusters
  if (options.contextName !== undefined && context?.context !== undefined && cluster !== undefined) {
    context.name = options.contextName
    context.context.cluster = options.contextName
    cluster.name = options.contextName
    config['current-context'] = options.contextName
  }
  // The admin's context gets a name of its own, so that it does not replace the user's.
  const admin = config.contexts.find((entry) => entry.context?.user.startsWith('clusterAdmin'))
  if (admin !== undefined) {
    admin.name = `${admin.name}-admin`
    config['current-context'] = admin.name
  }
  if (options.namespace !== undefined && context?.context !== undefined) context.context.namespace = options.namespace
  return config
}

async function mergeAll(context: AzContext, existing: KubeConfig, addition: KubeConfig, overwrite: boolean): Promise<KubeConfig> {
  const clusters = await mergeList(context, existing, addition, { key: 'clusters', overwrite })
  const users = await mergeList(context, existing, addition, { key: 'users', overwrite })
  const contexts = await mergeList(context, existing, addition, { key: 'contexts', overwrite })
  return { ...existing, clusters, users, contexts, ...(addition['current-context'] === undefined ? {} : { 'current-context': addition['current-context'] }) }
}

type ListKey = 'clusters' | 'users' | 'contexts'

async function mergeList(
  context: AzContext,
  existing: KubeConfig,
  addition: KubeConfig,
  { key, overwrite }: { key: ListKey; overwrite: boolean },
): Promise<Named[]> {
  if (!(key in existing)) {
    throw new AzError(
      `No such key '${key}' in existing config, please confirm whether it is a valid config file. Consider backing up the existing config file, delete it, and retry the command.`,
    )
  }
  let entries = existing[key] ?? []
  for (const entry of addition[key] ?? []) {
    const clash = entries.find((other) => other.name === entry.name)
    if (clash !== undefined && !overwrite && !equal(clash, entry)) await mayReplace(context, entry.name, key)
    entries = [...entries.filter((other) => other !== clash), entry]
  }
  return entries
}

async function mayReplace(context: AzContext, name: string, key: ListKey): Promise<void> {
  const yes = await askYesNo(context, `A different object named ${name} already exists in your kubeconfig file.\nOverwrite?`)
  if (yes !== true) throw new AzError(`A different object named ${name} already exists in ${key} in your kubeconfig file.`)
}

async function warnOfMode(context: AzContext, log: Log, path: string, shown: string): Promise<void> {
  const mode = await context.files.mode?.(path)
  if (mode === undefined || mode === 0o600) return
  log.warning(`${shown} has permissions "${mode.toString(8)}".\nIt should be readable and writable only by its owner.`)
}

/** The kubeconfig text of a credentials answer. */
export function kubeconfigOf(answer: Json | undefined): string | undefined {
  const list = isObject(answer) ? answer.kubeconfigs : undefined
  const first = Array.isArray(list) ? (list[0] as JsonObject | undefined) : undefined
  return typeof first?.value === 'string' ? new TextDecoder().decode(Uint8Array.from(atob(first.value), (letter) => letter.charCodeAt(0))) : undefined
}
