// az aks command: runs a command inside of a cluster.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { AzError } from '../cli-error.ts'
import { type Call, type CommandGroup, flag, list, required, text } from '../command.ts'
import { acquireToken } from '../tokens.ts'
import { aksOutput, clusterPath } from './aks-resource.ts'
import { aksTables } from './aks-tables.ts'

const serverScope = '6dae42f8-4368-4678-94ff-3960e28e3630/.default'
const colors = { green: '\u001b[32m', red: '\u001b[31m', blue: '\u001b[34m', reset: '\u001b[0m' }

/** Commands of `az aks command`. */
export const group: CommandGroup = {
  handlers: { 'aks command invoke': invoke, 'aks command result': result },
  tables: aksTables,
}

async function invoke(call: Call): Promise<JsonObject | undefined> {
  const { values } = call
  const cluster = await call.arm.get(clusterPath(call))
  const command = text(values, 'command_string') ?? ''
  if (command === '') throw new AzError('Command cannot be empty.')
  if ((list(values, 'command_files') ?? []).length > 0) throw new AzError("'az aks command invoke --file' is not simulated here.")
  const aad = isObject(cluster) && isObject(cluster.properties) && isObject(cluster.properties.aadProfile) ? cluster.properties.aadProfile : {}
  const token = aad.managed === true ? (await acquireToken(call.context, call.profile.subscription(), serverScope)).token : undefined
  const body = { command, context: '', ...(token === undefined ? {} : { clusterToken: token }) }
  const path = clusterPath(call, ['runCommand'])
  if (flag(values, 'no_wait')) return started(call, (await call.arm.send('POST', { path, body })).headers.get('location') ?? '')
  const answer = await call.arm.operate('POST', { path, body }, { final: 'location', interval: 5 })
  return shown(call, aksOutput('RunCommandResult', answer))
}

async function started(call: Call, location: string): Promise<undefined> {
  const id = /commandResults\/(\w*)\?/.exec(location)?.[1] ?? ''
  call.context.stdout(
    `command started, please use 'az aks command result -g ${required(call.values, 'resource_group_name')} -n ${required(call.values, 'name')} -i ${id}' to get result\n`,
  )
  return undefined
}

async function result(call: Call): Promise<JsonObject | undefined> {
  const id = text(call.values, 'command_id') ?? ''
  if (id === '') throw new AzError('CommandID cannot be empty.')
  return shown(call, aksOutput('RunCommandResult', await call.arm.get(clusterPath(call, ['commandResults', id]))))
}

/** Without -o the result is told in words; with it, it is printed as any other. */
function shown(call: Call, answer: JsonObject): JsonObject | undefined {
  if (call.given.includes('_output_format')) return answer
  const state = String(answer.provisioningState)
  const paint = (color: string, line: string): void => call.context.stdout(call.context.terminal.stdout ? `${color}${line}${colors.reset}\n` : `${line}\n`)
  if (state === 'Succeeded') {
    paint(colors.green, `command started at ${time(answer.startedAt)}, finished at ${time(answer.finishedAt)} with exitcode=${answer.exitCode}`)
    call.context.stdout(`${answer.logs}\n`)
  } else if (state === 'Failed') paint(colors.red, `command failed with reason: ${answer.reason}`)
  else paint(colors.blue, `command (id: ${answer.id}) is in ${state} state`)
  return undefined
}

function time(value: Json | undefined): string {
  return String(value ?? 'None').replace('T', ' ')
}
