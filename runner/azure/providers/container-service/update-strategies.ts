// Microsoft.ContainerService/fleets/updateStrategies: in which stages and groups members are updated.
import { isObject } from '../../../base/json.ts'
import { defineResourceType } from '../../resource-type.ts'
import { fleetNameRule } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions } from './fleets.ts'
import { readStrategy } from './update-stages.ts'

/** The row of update strategies. */
export const updateStrategies = defineResourceType({
  type: 'Microsoft.ContainerService/fleets/updateStrategies',
  apiVersions: fleetApiVersions,
  sorted: true,
  systemData: true,
  name: fleetNameRule('updateStrategies', 50),
  eTag: fleetETag,
  put(request) {
    const properties = isObject(request.body.properties) ? request.body.properties : {}
    return { body: { properties: { strategy: readStrategy(properties.strategy, request) } } }
  },
  remove: () => undefined,
})
