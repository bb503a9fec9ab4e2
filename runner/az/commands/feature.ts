// az feature: previews that a subscription has asked for.
import { type Call, type CommandGroup, required, text } from '../command.ts'

const version = 'api-version=2021-07-01'

/** Commands of `az feature`. */
export const group: CommandGroup = {
  handlers: {
    'feature list': async (call) => call.arm.list(`${call.arm.scope()}/providers/Microsoft.Features${namespace(call)}/features?${version}`),
    'feature show': (call) => call.arm.get(onePath(call)),
    'feature register': async (call) => {
      warn(call, 'registered')
      return (await call.arm.send('POST', { path: onePath(call, '/register') })).body
    },
    'feature unregister': async (call) => {
      warn(call, 'unregistered')
      return (await call.arm.send('POST', { path: onePath(call, '/unregister') })).body
    },
  },
}

function warn(call: Call, done: string): void {
  const [feature, provider] = [required(call.values, 'feature_name'), required(call.values, 'resource_provider_namespace')]
  call.log.warning(`Once the feature '${feature}' is ${done}, invoking 'az provider register -n ${provider}' is required to get the change propagated`)
}

function namespace(call: Call): string {
  const name = text(call.values, 'resource_provider_namespace')
  return name === undefined ? '' : `/providers/${name}`
}

function onePath(call: Call, action = ''): string {
  return `${call.arm.scope()}/providers/Microsoft.Features${namespace(call)}/features/${required(call.values, 'feature_name')}${action}?${version}`
}
