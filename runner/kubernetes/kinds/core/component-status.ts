// ComponentStatuses: only how they are printed.
import { defineKind } from '../../kind.ts'
import { objects, text } from '../validation/read.ts'

/** v1 ComponentStatus. */
export const componentStatus = defineKind({
  apiVersion: 'v1',
  kind: 'ComponentStatus',
  cells(object) {
    const healthy = objects(object.conditions).find(({ type }) => type === 'Healthy')
    const status = healthy?.status === 'True' ? 'Healthy' : healthy?.status === 'False' ? 'Unhealthy' : 'Unknown'
    return [object.metadata.name ?? '', status, text(healthy?.message), text(healthy?.error)]
  },
})
