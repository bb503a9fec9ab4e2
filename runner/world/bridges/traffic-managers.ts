// Azure's Traffic Manager for a hub's networking agent: the profiles of Resource Manager, asked for as the subscription's owner.
import { localPeer } from '../../base/host.ts'
import type { JsonObject } from '../../base/json.ts'
import { AzureRefusal, type TrafficManagers } from '../../controllers/fleet/traffic-managers.ts'
import { at } from '../../kubernetes/object.ts'
import { ownerToken, subscriptionOf } from '../azure-birth.ts'
import type { BridgeGround } from './ground.ts'

const apiVersion = '2022-04-01'

/** The profiles of a world's Azure; undefined in a world without one. */
export function trafficManagersOf(ground: BridgeGround): TrafficManagers | undefined {
  if (!ground.file.azure) return undefined
  const pathOf = (group: string, name: string): string =>
    `/subscriptions/${subscriptionOf(ground.azure())}/resourceGroups/${group}/providers/Microsoft.Network/trafficmanagerprofiles/${name}`
  const ask = async (method: string, path: string, body?: JsonObject): Promise<JsonObject | undefined> => {
    const azure = ground.azure()
    const headers = { authorization: `Bearer ${ownerToken(azure, 'arm')}`, 'content-type': 'application/json' }
    const request = new Request(`https://management.azure.com${path}?api-version=${apiVersion}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const response = await azure.hosts['management.azure.com']?.fetch(request, localPeer)
    if (!response || response.status === 204) return undefined
    const answer = (await response.json().catch(() => ({}))) as JsonObject
    if (response.ok) return answer
    const code = String(at(answer, 'error', 'code') ?? '')
    if (response.status === 404 && code === 'ResourceNotFound') return undefined
    throw new AzureRefusal(response.status, `${code}: ${String(at(answer, 'error', 'message') ?? response.status)}`)
  }
  return {
    get: (group, name) => ask('GET', pathOf(group, name)),
    async put(group, name, body) {
      const { id: _id, name: _name, type: _type, systemData: _data, ...sent } = body
      return (await ask('PUT', pathOf(group, name), sent)) ?? {}
    },
    async remove(group, name) {
      await ask('DELETE', pathOf(group, name))
    },
  }
}
