// Commands run inside of a cluster: `runCommand`, and its result under `commandResults`.
import type { JsonObject } from '../../../base/json.ts'
import { error } from '../../arm-error.ts'
import { nameOf, resourceId } from '../../resource-id.ts'
import { type Action, defineResourceType } from '../../resource-type.ts'
import { agentPools } from './agent-pools.ts'
import { refuseStopped } from './cluster-actions.ts'

const type = 'Microsoft.ContainerService/managedClusters/commandResults'

/** Results are kept as they are: the command is over when its request is answered. */
export const commandResults = defineResourceType({
  type,
  apiVersions: agentPools.apiVersions,
  lowerCaseGroup: true,
  provisioned: false,
  missing: (id) => error(404, 'NotFound', `The command result '${nameOf(id)}' could not be found.`),
  read: (id, { store }) => store.get(id)?.inner,
})

/** Runs a command with the world's own hand; its result is found where the answer leads. */
export const runCommand: Action = {
  name: 'runCommand',
  async run({ old, body, context }) {
    refuseStopped(old)
    const command = typeof body.command === 'string' ? body.command : ''
    if (command === '') throw error(400, 'InvalidParameter', 'The value of parameter command is invalid: it must not be empty.')
    const hook = context.hooks.managedCluster?.command
    if (!hook) throw error(501, 'NotSimulated', 'Run command is not simulated here: use kubectl with the credentials of "az aks get-credentials".')
    const startedAt = timeText(context.clock.now())
    const { exitCode, logs } = await hook(old, command, typeof body.clusterToken === 'string' && body.clusterToken !== '' ? body.clusterToken : undefined)
    const name = context.requestId().replaceAll('-', '')
    const id = resourceId(`${old.id}/commandResults/${name}`)
    const properties: JsonObject = { provisioningState: 'Succeeded', exitCode, startedAt, finishedAt: timeText(context.clock.now()), logs }
    context.store.put({ id, type, body: { id, name, type }, inner: { id: name, properties } })
    return { accepted: id }
  },
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
