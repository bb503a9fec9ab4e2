// Microsoft.ContainerService/fleets/gates: where an update run waits for somebody to let it pass.
import { isObject } from '../../../base/json.ts'
import { defineResourceType, propertiesOf } from '../../resource-type.ts'
import { fleetError } from './fleet-error.ts'
import { fleetETag } from './fleet-etag.ts'
import { fleetApiVersions } from './fleets.ts'
import { gateType, passGate, runOf } from './gate-resource.ts'
import { updateRunOwner } from './update-run-actions.ts'

/** The row of gates. Nobody makes or deletes one: they come and go with their run. */
export const gates = defineResourceType({
  type: gateType,
  apiVersions: fleetApiVersions,
  sorted: true,
  systemData: true,
  eTag: fleetETag,
  patch(request) {
    const asked = isObject(request.body.properties) ? request.body.properties.state : undefined
    const { state } = propertiesOf(request.old)
    // The words are ours: no recording shows the service's.
    if (asked !== 'Completed') throw fleetError(400, 'InvalidParameter', `The gate state '${String(asked)}' is invalid: expected 'Completed'.`, request)
    if (state === 'Skipped') throw fleetError(409, 'OperationNotAllowed', `The gate is in state '${state}' and cannot be completed.`, request)
    return { body: { ...request.old.body, properties: { ...propertiesOf(request.old), state: asked } } }
  },
  async saved(gate, context) {
    const run = context.store.get(runOf(gate))
    if (!run) return
    context.store.put(passGate(gate, run, context))
    context.clock.arm({ at: context.clock.now() + 1000, owner: updateRunOwner, key: run.id })
  },
  matches(gate, filter) {
    const wanted = /^\s*state\s+eq\s+'?(\w+)'?\s*$/i.exec(filter)?.[1]
    return wanted === undefined || propertiesOf(gate).state === wanted
  },
})
