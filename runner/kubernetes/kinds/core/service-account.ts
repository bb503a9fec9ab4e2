// ServiceAccounts.
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { objects, text } from '../validation/read.ts'
import { serviceAccountWarnings } from '../warnings/cluster.ts'

/** core/v1 ServiceAccount. */
export const serviceAccount = defineKind({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  warnings: serviceAccountWarnings,
  prepareForCreate(object) {
    const secrets = objects(object.secrets)
    return secrets.length === 0 ? object : { ...object, secrets: secrets.map((reference) => ({ name: text(reference.name) })) }
  },
  cells: (object, now) => [object.metadata.name ?? '', age(object, now)],
})
