// The resource of a gate: made when its run comes to it, and what follows when it is let through or its run goes.
import { isObject, type JsonObject } from '../../../base/json.ts'
import { resourceId } from '../../resource-id.ts'
import { type AzureContext, propertiesOf } from '../../resource-type.ts'
import type { Resource } from '../../state.ts'
import { fleetETag } from './fleet-etag.ts'
import { type GatePlace, type GateStep, nanoseconds } from './update-run-steps.ts'

/** Type of gates. */
export const gateType = 'Microsoft.ContainerService/fleets/gates'

/** Makes the resource of a gate, and gives its id. It has no `systemData` before somebody writes it. */
export function openGate(run: Resource, { gate, place }: { readonly gate: GateStep; readonly place: GatePlace }, context: AzureContext): string {
  const name = context.requestId()
  const id = resourceId(`${run.id.split('/').slice(0, -2).join('/')}/gates/${name}`)
  const { stage, group, timing } = place
  const target = { id: run.id, updateRunProperties: { name: run.body.name, stage, timing, ...(group === undefined ? {} : { group }) } }
  const shown = gate.displayName === undefined ? {} : { displayName: gate.displayName }
  const properties = { ...shown, gateType: 'Approval', provisioningState: 'Succeeded', state: 'Pending', target }
  context.store.put({ id, type: gateType, body: { eTag: fleetETag(context), id, name, properties, type: gateType } })
  return id
}

/** Marks the step of a gate that was let through in its run. */
export function passGate(gate: Resource, run: Resource, context: AzureContext): Resource {
  const completed = (step: JsonObject): JsonObject =>
    step.gateId === gate.id
      ? { ...step, status: { ...(isObject(step.status) ? step.status : {}), completedTime: nanoseconds(context.clock.now()), state: 'Completed' } }
      : step
  const inHolder = (holder: JsonObject): JsonObject => ({
    ...holder,
    ...Object.fromEntries(
      ['beforeGates', 'afterGates', 'groups'].flatMap((key) =>
        Array.isArray(holder[key]) ? [[key, holder[key].filter(isObject).map(key === 'groups' ? inHolder : completed)]] : [],
      ),
    ),
  })
  const { status } = propertiesOf(run)
  const stages = isObject(status) && Array.isArray(status.stages) ? status.stages.filter(isObject).map(inHolder) : []
  return { ...run, body: { ...run.body, properties: { ...propertiesOf(run), status: { ...(isObject(status) ? status : {}), stages } } } }
}

/** The gates of a run that are there. */
export function gatesOf(run: Resource, context: AzureContext): readonly Resource[] {
  return context.store.list(gateType).filter((gate) => runOf(gate) === run.id)
}

/** The id of a gate's run. */
export function runOf(gate: Resource): string {
  const { target } = propertiesOf(gate)
  return isObject(target) ? String(target.id) : ''
}
