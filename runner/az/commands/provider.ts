// az provider: services that a subscription may use.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { type Call, type CommandGroup, flag, required } from '../command.ts'
import models from '../facts/models-resources.json' with { type: 'json' }
import { type Models, modelOutput } from '../models.ts'

const version = 'api-version=2024-11-01'

/** Commands of `az provider`. */
export const group: CommandGroup = {
  handlers: {
    'provider list': async (call) => (await call.arm.list(`${call.arm.scope()}/providers?${version}`)).map(output),
    'provider show': async (call) => output(await call.arm.get(providerPath(call))),
    'provider operation list': (call) => call.arm.list(`/providers/Microsoft.Authorization/providerOperations?api-version=2022-04-01&$expand=resourceTypes`),
    'provider operation show': (call) =>
      call.arm.get(
        `/providers/Microsoft.Authorization/providerOperations/${encodeURIComponent(required(call.values, 'resource_provider_namespace'))}?api-version=2022-04-01&$expand=resourceTypes`,
      ),
    'provider register': (call) => change(call, 'register', 'Registered'),
    'provider unregister': (call) => change(call, 'unregister', 'Unregistered'),
  },
}

function output(value: Json | undefined): JsonObject {
  return modelOutput(models as unknown as Models, 'Provider', value)
}

function providerPath(call: Call, action = ''): string {
  return `${call.arm.scope()}/providers/${encodeURIComponent(required(call.values, 'resource_provider_namespace'))}${action}?${version}`
}

async function change(call: Call, action: string, target: string): Promise<void> {
  const { body } = await call.arm.send('POST', {
    path: providerPath(call, `/${action}`),
    ...(target === 'Registered' ? { headers: { 'content-type': 'application/json' } } : {}),
  })
  const state = isObject(body) ? body.registrationState : undefined
  if (state === target) return
  if (flag(call.values, 'wait')) return waitForState(call, target)
  const name = required(call.values, 'resource_provider_namespace')
  call.log.warning(`${target === 'Registered' ? 'Registering' : 'Unregistering'} is still on-going. You can monitor using 'az provider show -n ${name}'`)
}

async function waitForState(call: Call, target: string): Promise<void> {
  for (;;) {
    await call.context.sleep(10_000)
    const provider = await call.arm.get(providerPath(call))
    if (isObject(provider) && provider.registrationState === target) return
  }
}
