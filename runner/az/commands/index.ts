// Which file carries out the commands of which group.
import type { CommandGroup } from '../command.ts'

type Load = () => Promise<{ readonly group: CommandGroup }>

/** By the longest prefix of the command's name. */
const groups: Readonly<Record<string, Load>> = {
  'account lock': () => import('./lock.ts'),
  account: () => import('./account.ts'),
  ad: () => import('./ad.ts'),
  aks: () => import('./aks.ts'),
  'aks command': () => import('./aks-command.ts'),
  'aks create': () => import('./aks-create.ts'),
  'aks maintenanceconfiguration': () => import('./aks-maintenance.ts'),
  'aks nodepool': () => import('./aks-nodepool.ts'),
  cloud: () => import('./cloud.ts'),
  config: () => import('./config.ts'),
  configure: () => import('./configure.ts'),
  deployment: () => import('./deployment.ts'),
  extension: () => import('./extension.ts'),
  feature: () => import('./feature.ts'),
  fleet: () => import('./fleet.ts'),
  'fleet autoupgradeprofile': () => import('./fleet-auto-upgrade-profile.ts'),
  'fleet gate': () => import('./fleet-gate.ts'),
  'fleet member': () => import('./fleet-member.ts'),
  'fleet namespace': () => import('./fleet-namespace.ts'),
  'fleet updaterun': () => import('./fleet-update-run.ts'),
  'fleet updatestrategy': () => import('./fleet-update-strategy.ts'),
  group: () => import('./group.ts'),
  'group lock': () => import('./lock.ts'),
  identity: () => import('./identity.ts'),
  lock: () => import('./lock.ts'),
  login: () => import('./login.ts'),
  logout: () => import('./login.ts'),
  monitor: () => import('./monitor.ts'),
  policy: () => import('./policy.ts'),
  provider: () => import('./provider.ts'),
  resource: () => import('./resource.ts'),
  'resource lock': () => import('./lock.ts'),
  rest: () => import('./rest.ts'),
  role: () => import('./role.ts'),
  tag: () => import('./tag.ts'),
  version: () => import('./version.ts'),
}

/** The file of a command's group, or undefined when none carries it out. */
export async function loadGroup(command: string): Promise<CommandGroup | undefined> {
  const words = command.split(' ')
  for (let length = words.length; length > 0; length -= 1) {
    const load = groups[words.slice(0, length).join(' ')]
    if (load !== undefined) return (await load()).group
  }
  return undefined
}
