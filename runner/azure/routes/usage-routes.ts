// How much of its quota a subscription uses in a region: machines, their cores, and the cores of each family, as Microsoft.Compute counts them.
import type { JsonObject } from '../../base/json.ts'
import { textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { vmSizeNamed } from '../providers/container-service/vm-sizes.ts'
import { parentOf } from '../resource-id.ts'
import { propertiesOf } from '../resource-type.ts'
import type { Route } from '../route.ts'

/** Routes of usages. Limits are those of a new subscription; nothing is refused by them. */
export const usageRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/usages',
    permission: 'Microsoft.Compute/locations/usages/read',
    answer: (_request, names, engine) => textResponse(JSON.stringify({ value: usages(names, engine) })),
  },
]

const limits = { machines: 25_000, sets: 2500, cores: 100, family: 100 }

interface Machines {
  readonly size: string
  readonly count: number
}

function usages({ subscription = '', location = '' }: Readonly<Record<string, string>>, { context }: Engine): readonly JsonObject[] {
  const pools = context.store.below(`/subscriptions/${subscription}`).flatMap((pool): readonly Machines[] => {
    if (pool.type !== 'Microsoft.ContainerService/managedClusters/agentPools') return []
    const cluster = context.store.get(parentOf(pool.id) ?? '')
    const { vmSize = '', count = 0 } = propertiesOf(pool)
    return cluster?.body.location === location ? [{ size: String(vmSize), count: Number(count) }] : []
  })
  const coresOf = ({ size, count }: Machines): number => (vmSizeNamed(size)?.cores ?? 0) * count
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
  const families = Map.groupBy(pools, ({ size }) => familyOf(size))
  return [
    usage('cores', 'Total Regional vCPUs', sum(pools.map(coresOf)), limits.cores),
    usage('virtualMachines', 'Virtual Machines', sum(pools.map(({ count }) => count)), limits.machines),
    usage('virtualMachineScaleSets', 'Virtual Machine Scale Sets', pools.length, limits.sets),
    ...[...families].map(([family, members]) => usage(`standard${family}Family`, `Standard ${family} Family vCPUs`, sum(members.map(coresOf)), limits.family)),
  ]
}

/** `Standard_D8ds_v5` is of the family `DDSv5`. */
function familyOf(size: string): string {
  const [, letters = '', more = '', version = ''] = /^Standard_([A-Z]+)\d+([a-z]*)(?:_(v\d+))?$/.exec(size) ?? []
  return `${letters}${more.toUpperCase()}${version}`
}

function usage(value: string, localizedValue: string, currentValue: number, limit: number): JsonObject {
  return { unit: 'Count', currentValue, limit, name: { value, localizedValue } }
}
