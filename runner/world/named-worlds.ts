// The worlds that have a name: `cluster`, `azure` and `fleet` of the command line's contract.
import { type WorldFile, worldSchema } from '../labs/world-file.ts'

const cluster = {
  user: 'root',
  clusters: [{ name: 'kubernetes', context: 'kubernetes-admin@kubernetes', flavor: 'kubeadm', nodes: 2, serviceCIDR: '10.96.0.0/12' }],
}

const fleet = {
  azure: {},
  fleet: {
    hub: { context: 'hub' },
    members: [
      { name: 'member-east', context: 'member-east', cluster: 'aks-fleet-east', location: 'eastus', updateGroup: 'stage1' },
      { name: 'member-west', context: 'member-west', cluster: 'aks-fleet-west', location: 'westus2', updateGroup: 'stage2' },
    ],
  },
}

/** The named worlds as world files. */
export const namedWorlds: Readonly<Record<string, WorldFile>> = {
  cluster: worldSchema.parse(cluster),
  azure: worldSchema.parse({ azure: {} }),
  fleet: worldSchema.parse(fleet),
}
