// az fleet namespace: namespaces that the fleet manages on its members.
import { isObject, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, tags, text } from '../command.ts'
import { randomUuid } from '../context.ts'
import { kubeconfigOf, mergeKubeconfig } from '../kubeconfig.ts'
import { kubeconfigFile, memberCredentials } from './fleet.ts'
import { change, childHandlers, fleetOutput, fleetPath } from './fleet-resource.ts'
import { waitFor } from './wait.ts'

const common = childHandlers({ collection: 'managedNamespaces', model: 'FleetManagedNamespace', name: 'name' })

/** Commands of `az fleet namespace`. */
export const group: CommandGroup = {
  handlers: {
    'fleet namespace create': create,
    'fleet namespace update': update,
    'fleet namespace show': common.show,
    'fleet namespace list': common.list,
    'fleet namespace delete': common.delete,
    'fleet namespace get-credentials': getCredentials,
    'fleet namespace wait': (call) => waitFor(call, async () => fleetOutput('FleetManagedNamespace', await call.arm.get(onePath(call)))),
  },
}

function onePath(call: Call): string {
  return fleetPath(call, [required(call.values, 'fleet_name'), 'managedNamespaces', required(call.values, 'name')])
}

async function create(call: Call): Promise<JsonObject | undefined> {
  const { values, log } = call
  const name = required(values, 'name')
  const fleet = await call.arm.get(fleetPath(call, [required(values, 'fleet_name')]))
  const members = list(values, 'member_cluster_names') ?? []
  if (members.length === 0) log.warning('--member-cluster-names was empty; namespace will not be placed on any member clusters')
  const given = tags(values)
  const body = {
    location: isObject(fleet) ? (fleet.location ?? null) : null,
    ...(given === undefined ? {} : { tags: given }),
    properties: {
      managedNamespaceProperties: namespaceProperties(call),
      adoptionPolicy: required(values, 'adoption_policy'),
      deletePolicy: required(values, 'delete_policy'),
      ...(members.length === 0 ? {} : { propagationPolicy: placement(members) }),
    },
  }
  if (name === '') throw new AzError('--name must not be empty')
  return change(call, 'PUT', { path: onePath(call), body }, 'FleetManagedNamespace')
}

function placement(clusterNames: readonly string[]): JsonObject {
  return { type: 'Placement', placementProfile: { defaultClusterResourcePlacement: { policy: { placementType: 'PickFixed', clusterNames } } } }
}

function namespaceProperties({ values }: Call): JsonObject {
  const pick = (names: Readonly<Record<string, string>>): JsonObject =>
    Object.fromEntries(Object.entries(names).flatMap(([key, dest]) => (text(values, dest) === undefined ? [] : [[key, text(values, dest)]])))
  const quota = pick({ cpuRequest: 'cpu_requests', cpuLimit: 'cpu_limits', memoryRequest: 'memory_requests', memoryLimit: 'memory_limits' })
  const network = pick({ ingress: 'ingress_policy', egress: 'egress_policy' })
  return {
    ...(isObject(values.labels) ? { labels: values.labels } : {}),
    ...(isObject(values.annotations) ? { annotations: values.annotations } : {}),
    ...(Object.keys(quota).length === 0 ? {} : { defaultResourceQuota: quota }),
    ...(Object.keys(network).length === 0 ? {} : { defaultNetworkPolicy: network }),
  }
}

async function update(call: Call): Promise<JsonObject | undefined> {
  const given = tags(call.values)
  return change(call, 'PATCH', { path: onePath(call), body: given === undefined ? {} : { tags: given } }, 'FleetManagedNamespace')
}

/** The credentials go to a file of their own first, then with the namespace into the kubeconfig. */
async function getCredentials(call: Call): Promise<void> {
  const { values, context, log } = call
  const namespace = required(values, 'name')
  const fleet = required(values, 'fleet_name')
  const member = text(values, 'member')
  const temporary = `/tmp/tmp${randomUuid(context).slice(0, 8)}.kubeconfig`
  if (member === undefined) await hubCredentials(call, fleet, temporary)
  else await memberCredentials(call, [fleet, 'members', member], temporary)
  const kubeconfig = (await context.files.read(temporary)) ?? ''
  await context.files.remove(temporary)
  const path = kubeconfigFile(call)
  const current = await mergeKubeconfig(context, log, kubeconfig, { path, overwrite: flag(values, 'overwrite_existing'), namespace })
  if (current === undefined) return
  context.stdout(`Merged "${current}" as current context in ${path}\nDefault namespace set to '${namespace}' for context '${current}'\n`)
}

async function hubCredentials(call: Call, fleet: string, path: string): Promise<void> {
  const answer = await call.arm.send('POST', { path: fleetPath(call, [fleet, 'listCredentials']) })
  const kubeconfig = kubeconfigOf(answer.body)
  if (kubeconfig === undefined) throw new AzError('Fail to find kubeconfig file.')
  const current = await mergeKubeconfig(call.context, call.log, kubeconfig, { path, overwrite: true, contextName: text(call.values, 'context_name') })
  call.context.stdout(`Merged "${current}" as current context in ${path}\n`)
}
