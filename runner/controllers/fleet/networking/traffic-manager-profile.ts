// Azure Traffic Manager profiles of a hub: each TrafficManagerProfile has one in Azure, and says what Azure made of it (github.com/Azure/fleet-networking).
import { equal, isObject, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject, keyOf, parseKey } from '../../../kubernetes/object.ts'
import { type ControllerContext, type ControllerDefinition, defineController } from '../../controller.ts'
import { type Condition, conditionsOf, setCondition } from '../conditions.ts'
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../finalizers.ts'
import { AzureRefusal, type TrafficManagers } from '../traffic-managers.ts'
import { netManagers, trafficManagerProfiles } from './kinds.ts'
import { report } from './objects.ts'

const metrics = 'networking.fleet.azure.com/metrics-cleanup'
const inAzure = 'networking.fleet.azure.com/traffic-manager-profile-cleanup'

/** Keys are those of TrafficManagerProfiles. */
export function trafficManagerProfile(azure: TrafficManagers): ControllerDefinition {
  return defineController({
    name: 'fleet-traffic-manager-profile',
    fieldManager: netManagers.hub,
    watches: [{ resource: trafficManagerProfiles }],
    async reconcile(key, context) {
      const { client } = context
      const found = await client.get(trafficManagerProfiles, parseKey(key))
      if (!found) return undefined
      if (found.metadata.deletionTimestamp !== undefined) return void (await cleanUp(found, azure, context))
      const held = hasFinalizer(found, metrics) ? found : await client.update(trafficManagerProfiles, withFinalizer(found, metrics))
      await program(held, azure, context)
      return undefined
    },
  })
}

/** Name in Azure of a profile. */
export function azureProfileName({ metadata }: KubernetesObject): string {
  return `fleet-${metadata.uid ?? ''}`
}

/** The resource group that a profile names. */
export function groupOf(profile: KubernetesObject): string {
  return String(at(profile, 'spec', 'resourceGroup') ?? '')
}

async function program(profile: KubernetesObject, azure: TrafficManagers, context: ControllerContext): Promise<void> {
  const { client } = context
  const [group, name] = [groupOf(profile), azureProfileName(profile)]
  let held = profile
  try {
    const present = await azure.get(group, name)
    const wanted = azureProfile(profile, present)
    if (present && equal(present.properties, wanted.properties)) return await tell(held, present, context)
    if (!hasFinalizer(held, inAzure)) held = await client.update(trafficManagerProfiles, withFinalizer(held, inAzure))
    await tell(held, await azure.put(group, name, wanted), context)
  } catch (error) {
    if (!(error instanceof AzureRefusal)) throw error
    await tell(held, error, context)
  }
}

const usual = { intervalInSeconds: 30, path: '/', port: 80, protocol: 'HTTP', timeoutInSeconds: 10, toleratedNumberOfFailures: 3 }

/** The profile as it is to be in Azure; its endpoints are the backends'. */
function azureProfile(profile: KubernetesObject, present: JsonObject | undefined): JsonObject {
  const { namespace = '', name = '' } = profile.metadata
  const monitor = at(profile, 'spec', 'monitorConfig')
  const properties = isObject(present?.properties) ? present.properties : {}
  const dns = isObject(properties.dnsConfig) ? properties.dnsConfig : {}
  return {
    location: 'global',
    tags: { 'networking.fleet.azure.com.trafficManagerProfile': `${namespace}/${name}` },
    properties: {
      ...properties,
      dnsConfig: { ...dns, relativeName: `${namespace}-${name}`, fqdn: `${namespace}-${name}.trafficmanager.net`, ttl: 60 },
      monitorConfig: { ...(isObject(properties.monitorConfig) ? properties.monitorConfig : {}), ...usual, ...(isObject(monitor) ? monitor : {}) },
      profileStatus: 'Enabled',
      trafficRoutingMethod: 'Weighted',
    },
  }
}

async function tell(profile: KubernetesObject, answer: JsonObject | AzureRefusal, { client, clock }: ControllerContext): Promise<void> {
  const refused = answer instanceof AzureRefusal
  const condition = { ...(refused ? refusal(answer) : programmed), type: 'Programmed', observedGeneration: profile.metadata.generation ?? 0 }
  const made = refused ? {} : { dnsName: String(at(answer, 'properties', 'dnsConfig', 'fqdn')), resourceID: String(answer.id ?? '') }
  await report(client, trafficManagerProfiles, profile, { ...made, conditions: setCondition(conditionsOf(profile), condition, clock.now()) })
}

type Said = Pick<Condition, 'status' | 'reason' | 'message'>

const programmed: Said = { status: 'True', reason: 'Programmed', message: 'Successfully configured the Azure Traffic Manager profile' }

/** What a refusal means: a name that is taken, a profile that cannot be, or something that may pass. */
function refusal({ status, message }: AzureRefusal): Said {
  if (status === 409) {
    return {
      status: 'False',
      reason: 'DNSNameNotAvailable',
      message: 'Domain name is not available. Please choose a different profile name or namespace',
    }
  }
  if (status < 500 && status !== 429) return { status: 'False', reason: 'Invalid', message: `Invalid profile: ${message}` }
  return { status: 'Unknown', reason: 'Pending', message: `Failed to configure profile and retrying: ${message}` }
}

async function cleanUp(profile: KubernetesObject, azure: TrafficManagers, { client }: ControllerContext): Promise<void> {
  if (hasFinalizer(profile, inAzure)) await azure.remove(groupOf(profile), azureProfileName(profile))
  const free = withoutFinalizer(withoutFinalizer(profile, inAzure), metrics)
  if (!equal(free, profile) && (await client.get(trafficManagerProfiles, keyOf(profile)))) await client.update(trafficManagerProfiles, free)
}
