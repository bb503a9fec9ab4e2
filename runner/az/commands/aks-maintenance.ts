// az aks maintenanceconfiguration: when a cluster may be maintained.
import { type Call, type CommandGroup, required } from '../command.ts'
import { aksOutput, clusterPath } from './aks-resource.ts'

/** Commands of `az aks maintenanceconfiguration`. */
export const group: CommandGroup = {
  handlers: {
    'aks maintenanceconfiguration list': async (call) =>
      (await call.arm.list(clusterPath(call, ['maintenanceConfigurations']))).map((entry) => aksOutput('MaintenanceConfiguration', entry)),
    'aks maintenanceconfiguration show': async (call) => aksOutput('MaintenanceConfiguration', await call.arm.get(onePath(call))),
    'aks maintenanceconfiguration delete': async (call) => void (await call.arm.send('DELETE', { path: onePath(call), accept: '*/*' })),
  },
}

function onePath(call: Call): string {
  return clusterPath(call, ['maintenanceConfigurations', required(call.values, 'config_name')])
}
