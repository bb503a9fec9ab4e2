// kubelogin convert-kubeconfig: rewrites how the users of a kubeconfig sign in.
import { parse } from 'yaml'
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import type { AzContext } from './context.ts'
import { formatYaml } from './output/yaml.ts'
import { absolutePath } from './paths.ts'

/** What the converted users sign in with. */
export interface ConvertOptions {
  readonly login: string
  /** The file; without it KUBECONFIG's or the default one. */
  readonly path?: string | undefined
  readonly context?: string | undefined
}

/** Arguments that each way of signing in keeps; the others are dropped. */
const kept: Readonly<Record<string, readonly string[]>> = {
  azurecli: ['--server-id'],
  azd: ['--server-id'],
  devicecode: ['--environment', '--server-id', '--client-id', '--tenant-id'],
  interactive: ['--environment', '--server-id', '--client-id', '--tenant-id'],
  workloadidentity: ['--server-id'],
  msi: ['--server-id'],
  spn: ['--environment', '--server-id', '--tenant-id'],
}

/** Rewrites the users whose exec command is kubelogin. */
export async function convertKubeconfigs(context: AzContext, options: ConvertOptions): Promise<void> {
  const path = absolutePath(context, options.path ?? (context.env.KUBECONFIG ?? '').split(':').find((part) => part !== '') ?? `${context.home}/.kube/config`)
  const text = await context.files.read(path)
  if (text === undefined) return
  const config = parse(text) as Json
  if (!isObject(config) || !Array.isArray(config.users)) return
  const only = options.context === undefined ? undefined : userOf(config, options.context)
  const users = config.users.map((entry) => (isObject(entry) && (only === undefined || entry.name === only) ? converted(entry, options.login) : entry))
  await context.files.write(path, formatYaml({ ...config, users }))
}

function userOf(config: JsonObject, name: string): string | undefined {
  const contexts = Array.isArray(config.contexts) ? config.contexts.filter(isObject) : []
  const found = contexts.find((entry) => entry.name === name)
  return isObject(found?.context) ? String(found.context.user) : undefined
}

function converted(entry: JsonObject, login: string): JsonObject {
  const user = isObject(entry.user) ? entry.user : {}
  const exec = isObject(user.exec) ? user.exec : undefined
  if (exec === undefined || !String(exec.command ?? '').includes('kubelogin')) return entry
  const args = (Array.isArray(exec.args) ? exec.args : []).map(String)
  const keep = (kept[login] ?? ['--server-id']).flatMap((name) => {
    const at = args.indexOf(name)
    return at < 0 ? [] : [name, args[at + 1] ?? '']
  })
  return { ...entry, user: { ...user, exec: { ...exec, args: ['get-token', '--login', login, ...keep] } } }
}
