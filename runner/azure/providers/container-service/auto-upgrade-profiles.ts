// Microsoft.ContainerService/fleets/autoUpgradeProfiles: which versions a fleet is to follow, and the runs that come of it.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { nameOf, parentOf, resourceId } from '../../resource-id.ts'
import { type ActionAnswer, type Draft, defineResourceType, propertiesOf, type WriteRequest } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetError, fleetNameRule, propertyMissing } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions } from './fleets.ts'
import { fullVersion, offeredVersions } from './kubernetes-versions.ts'
import { updateRuns } from './update-runs.ts'

const channels = ['Stable', 'Rapid', 'NodeImage', 'TargetKubernetesVersion']

/** The row of auto-upgrade profiles. No new version is ever released here: a profile makes runs when it is asked to. */
export const autoUpgradeProfiles = defineResourceType({
  type: 'Microsoft.ContainerService/fleets/autoUpgradeProfiles',
  apiVersions: fleetApiVersions,
  sorted: true,
  systemData: true,
  deleted: 204,
  name: fleetNameRule('autoUpgradeProfiles', 50),
  eTag: fleetETag,
  put,
  remove: () => undefined,
  actions: [{ name: 'generateUpdateRun', run: generateRun }],
})

function put(request: WriteRequest): Draft {
  const given = isObject(request.body.properties) ? request.body.properties : {}
  const { channel, targetKubernetesVersion } = given
  if (typeof channel !== 'string') throw propertyMissing('AutoUpgradeProfileProperties.Channel', request)
  if (!channels.includes(channel)) throw fleetError(400, 'InvalidParameter', `The channel '${channel}' is invalid.`, request)
  if (channel === 'NodeImage' && given.nodeImageSelection !== undefined && given.nodeImageSelection !== null)
    throw fleetError(400, 'InvalidParameter', 'The property nodeImageSelection cannot be set when the channel is NodeImage.', request)
  if (channel === 'TargetKubernetesVersion' && typeof targetKubernetesVersion !== 'string')
    throw propertyMissing('AutoUpgradeProfileProperties.TargetKubernetesVersion', request)
  const properties = Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'provisioningState' && name !== 'autoUpgradeProfileStatus'))
  const status = request.old && propertiesOf(request.old).autoUpgradeProfileStatus
  return { body: { properties: { ...properties, ...(status === undefined ? {} : { autoUpgradeProfileStatus: status }) } as JsonObject } }
}

/** Makes a run to the versions that the channel stands for now; it is not started. */
function generateRun(request: WriteRequest & { readonly old: Resource }): ActionAnswer {
  const { old, context } = request
  const profile = propertiesOf(old)
  const upgrade = upgradeOf(String(profile.channel), profile.targetKubernetesVersion)
  if (!upgrade) throw fleetError(400, 'InvalidParameter', `The Kubernetes version '${String(profile.targetKubernetesVersion)}' is not offered.`, request)
  // How the service names such runs is not recorded.
  const name = `${nameOf(old.id)}-${context.requestId().slice(0, 8)}`.slice(-50)
  const id = resourceId(`${parentOf(old.id)}/updateRuns/${name}`)
  const { updateStrategyId, nodeImageSelection } = profile
  const selection = isObject(nodeImageSelection) ? nodeImageSelection : { type: 'Latest' }
  const asked = { managedClusterUpdate: { upgrade, nodeImageSelection: selection }, ...(typeof updateStrategyId === 'string' ? { updateStrategyId } : {}) }
  const draft = updateRuns.put?.({ ...request, id, name, old: undefined, body: { properties: asked } })
  const properties = { ...(isObject(draft?.body.properties) ? draft.body.properties : {}), autoUpgradeProfileId: old.id, provisioningState: 'Succeeded' }
  const { systemData } = old.body
  context.store.put({
    id,
    type: updateRuns.type,
    body: { eTag: fleetETag(context), id, name, properties, ...(systemData === undefined ? {} : { systemData }), type: updateRuns.type },
  })
  triggered(old, upgrade, request)
  return { body: { id } }
}

function triggered(profile: Resource, upgrade: JsonObject, { context }: WriteRequest): void {
  const versions = typeof upgrade.kubernetesVersion === 'string' ? [upgrade.kubernetesVersion] : []
  const status = { lastTriggeredAt: new Date(context.clock.now()).toISOString(), lastTriggerStatus: 'Succeeded', lastTriggerUpgradeVersions: versions }
  context.store.put({ ...profile, body: { ...profile.body, properties: { ...propertiesOf(profile), autoUpgradeProfileStatus: status } } })
}

function upgradeOf(channel: string, target: Json | undefined): JsonObject | undefined {
  if (channel === 'NodeImage') return { type: 'NodeImageOnly' }
  const minors = offeredVersions.map(({ patches }) => patches.at(-1))
  const versions: Readonly<Record<string, string | undefined>> = {
    Rapid: minors.at(-1),
    Stable: minors.at(-2),
    TargetKubernetesVersion: fullVersion(String(target)),
  }
  const kubernetesVersion = versions[channel]
  return kubernetesVersion === undefined ? undefined : { type: 'Full', kubernetesVersion }
}
