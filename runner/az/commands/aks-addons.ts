// az aks enable-addons and disable-addons: what the service adds to a cluster.
import { isObject, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, flag, required } from '../command.ts'
import { clusterInput, clusterOutput, clusterPath } from './aks-resource.ts'

/** Add-ons by the names that users give them: their name in a cluster, and what enabling one says of it. */
const addons: Readonly<Record<string, { readonly profile: string; readonly config?: JsonObject }>> = {
  'azure-policy': { profile: 'azurepolicy' },
  'azure-keyvault-secrets-provider': {
    profile: 'azureKeyvaultSecretsProvider',
    config: { enableSecretRotation: 'false', rotationPollInterval: '2m' },
  },
}

/** Names of add-ons that the real az knows and that nothing stands behind here. */
const others = [
  'http_application_routing',
  'monitoring',
  'virtual-node',
  'kube-dashboard',
  'ingress-appgw',
  'confcom',
  'open-service-mesh',
  'gitops',
  'web_application_routing',
]

/** Switches the add-ons that `--addons` names on or off. */
export async function switchAddons(call: Call, enabled: boolean): Promise<JsonObject | undefined> {
  const input = clusterInput(await call.arm.get(clusterPath(call)))
  const properties = isObject(input.properties) ? input.properties : {}
  const before = isObject(properties.addonProfiles) ? properties.addonProfiles : {}
  const changed = required(call.values, 'addons')
    .split(',')
    .map((name) => profileOf(name.trim(), { before, enabled }))
  const body = { ...input, properties: { ...properties, addonProfiles: { ...before, ...Object.fromEntries(changed) } } }
  const noWait = flag(call.values, 'no_wait')
  const result = await call.arm.operate('PUT', { path: clusterPath(call), body }, { noWait })
  return noWait ? undefined : clusterOutput(result)
}

function profileOf(name: string, { before, enabled }: { before: JsonObject; enabled: boolean }): readonly [string, JsonObject] {
  const addon = addons[name]
  if (others.includes(name)) throw new AzError(`The add-on ${name} is not simulated here.`)
  if (!addon) throw new AzError(`"${name}" is not a recognized addon option.`)
  const key = Object.keys(before).find((one) => one.toLowerCase() === addon.profile.toLowerCase())
  if (!enabled && key === undefined) throw new AzError(`The addon ${addon.profile} is not installed.`)
  return [key ?? addon.profile, enabled ? { enabled, ...(addon.config ? { config: addon.config } : {}) } : { enabled }]
}
