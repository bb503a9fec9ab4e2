// az feature: previews that a subscription has asked for.
import { type Call, type CommandGroup, required, text } from '../command.ts'

const version = 'api-version=2021-07-01'

/** Commands of `az feature`. */
export const group: CommandGroup = {
  handlers: {
    'feature list': async (call) => call.arm.list(`${call.arm.scope()}/providers/Microsoft.Features${namespace(call)}/features?${version}`),
    'feature show': (call) => call.arm.get(onePath(call)),
    'feature register': async (call) => {
      const answer = (await call.arm.send('POST', { path: onePath(call, '/register') })).body
      call.log.warning(
        "Once the feature '%s' is registered, invoking 'az provider register -n %s' is required to get the change propagated"
          .replace('%s', required(call.values, 'feature_name'))
          .replace('%s', required(call.values, 'resource_provider_namespace')),
      )
      return answer
    },
    'feature unregister': async (call) => (await call.arm.send('POST', { path: onePath(call, '/unregister') })).body,
  },
}

function namespace(call: Call): string {
  const name = text(call.values, 'resource_provider_namespace')
  return name === undefined ? '' : `/providers/${name}`
}

function onePath(call: Call, action = ''): string {
  return `${call.arm.scope()}/providers/Microsoft.Features${namespace(call)}/features/${required(call.values, 'feature_name')}${action}?${version}`
}
