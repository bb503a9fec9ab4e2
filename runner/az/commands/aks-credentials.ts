// az aks get-credentials, also as other commands run it.
import { parse } from 'yaml'
import { isObject, type Json } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, required, text } from '../command.ts'
import { kubeconfigOf, mergeKubeconfig } from '../kubeconfig.ts'
import { convertKubeconfigs } from '../kubeconfig-convert.ts'
import { aksVersion } from './aks-resource.ts'

/** Which cluster's credentials, and where they go. */
export interface CredentialsRequest {
  readonly subscription: string
  readonly resourceGroup: string
  readonly name: string
  readonly path: string
  readonly overwrite: boolean
  readonly contextName?: string | undefined
  readonly admin?: boolean
  readonly publicFqdn?: boolean
  readonly format?: string | undefined
}

/** `az aks get-credentials` with the arguments of the command line. */
export async function getCredentials(call: Call): Promise<void> {
  const { values, context } = call
  const format = text(values, 'credential_format')?.toLowerCase()
  if (format !== undefined && format !== 'azure' && format !== 'exec') throw new AzError('--format can only be azure or exec.')
  if (format !== undefined && flag(values, 'admin')) throw new AzError('--format can only be specified when requesting clusterUser credential.')
  await pullCredentials(call, {
    subscription: call.arm.subscriptionId(),
    resourceGroup: required(values, 'resource_group_name'),
    name: required(values, 'name'),
    path: required(values, 'path')
      .replaceAll('$HOME', context.home)
      .replace(/^~(?=\/|$)/, context.home),
    overwrite: flag(values, 'overwrite_existing'),
    contextName: text(values, 'context_name'),
    admin: flag(values, 'admin'),
    publicFqdn: flag(values, 'public_fqdn'),
    format,
  })
}

/** Reads a cluster's credentials and merges them into a kubeconfig file. */
export async function pullCredentials(call: Call, request: CredentialsRequest): Promise<void> {
  const { context, log } = call
  const action = request.admin ? 'listClusterAdminCredential' : 'listClusterUserCredential'
  const cluster = `/subscriptions/${request.subscription}/resourceGroups/${encodeURIComponent(request.resourceGroup)}/providers/Microsoft.ContainerService/managedClusters/${encodeURIComponent(request.name)}`
  const query = `${request.publicFqdn ? '&server-fqdn=public' : ''}${request.format === undefined ? '' : `&format=${request.format}`}`
  const arm = call.command === 'aks get-credentials' ? call.arm : call.armAs('aks get-credentials', innerParameters(request))
  const answer = await arm.send('POST', { path: `${cluster}/${action}?${aksVersion}${query}` })
  const kubeconfig = kubeconfigOf(answer.body)
  if (kubeconfig === undefined) throw new AzError('Fail to find kubeconfig file.')
  const path = fromEnvironment(call, request.path)
  const current = await mergeKubeconfig(context, log, kubeconfig, { path, overwrite: request.overwrite, contextName: request.contextName })
  if (current !== undefined) log.warning(`Merged "${current}" as current context in ${path}`)
  if (usesDeviceCode(kubeconfig)) await convert(call)
}

/** Options with which other commands run this one. */
function innerParameters(request: CredentialsRequest): readonly string[] {
  return ['--subscription', '--resource-group', '--name', '--context', '--file', ...(request.overwrite ? ['--overwrite-existing'] : [])]
}

/** KUBECONFIG names another file than the default one. */
function fromEnvironment({ context, log }: Call, path: string): string {
  const variable = context.env.KUBECONFIG
  if (variable === undefined || path !== `${context.home}/.kube/config`) return path
  const first = variable.split(':')[0] ?? ''
  if (first === '') log.warning(`Invalid path '${first}' defined in KUBECONFIG.`)
  return first === '' ? path : first
}

function usesDeviceCode(kubeconfig: string): boolean {
  const users: unknown = (parse(kubeconfig) as { users?: unknown }).users
  const entries = Array.isArray(users) ? (users as readonly Json[]) : []
  return entries.some((entry) => {
    const user = isObject(entry) && isObject(entry.user) ? entry.user : {}
    const exec = isObject(user.exec) ? user.exec : {}
    const args = Array.isArray(exec.args) ? exec.args : []
    return (
      String(exec.command ?? '').includes('kubelogin') && args.some((arg, index) => ['-l', '--login'].includes(String(arg)) && args[index + 1] === 'devicecode')
    )
  })
}

async function convert(call: Call): Promise<void> {
  const { context, log } = call
  const folders = (context.env.PATH ?? '').split(':').filter((folder) => folder !== '')
  const found = await Promise.all(folders.map((folder) => context.files.exists(`${folder}/kubelogin`)))
  if (!found.includes(true)) {
    log.warning(
      "The kubeconfig uses devicecode authentication which requires kubelogin. Please install kubelogin from https://github.com/Azure/kubelogin or run 'az aks install-cli' to install both kubectl and kubelogin. If devicecode login fails, try running 'kubelogin convert-kubeconfig -l azurecli' to unblock yourself.",
    )
    return
  }
  await convertKubeconfigs(context, { login: 'azurecli' })
  log.warning('Converted kubeconfig to use Azure CLI authentication.')
}
