// CustomResourceDefinitions. What their schemas may say is checked in custom-resources/.
import type { Json, JsonObject } from '../../../base/json.ts'
import { definitionFindings, definitionUpdateFindings } from '../../custom-resources/check-definition.ts'
import { definitionWarnings } from '../../custom-resources/warnings.ts'
import { defineKind } from '../../kind.ts'
import { createdAt } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { fields, objects, text } from '../validation/read.ts'

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const customResourceDefinition = defineKind({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  warnings: definitionWarnings,
  defaults: defaultsOf([
    ['spec.names.singular', (names) => text(names.kind).toLowerCase()],
    ['spec.names.listKind', (names) => (text(names.kind) === '' ? undefined : `${text(names.kind)}List`)],
    ['spec.conversion', { strategy: 'None' }],
    ['spec.conversion.webhook.clientConfig.service.port', 443],
    ['status.storedVersions', ({ storedVersions }, { spec }) => (names(storedVersions).length === 0 ? storageVersions(fields(spec)) : undefined), 'always'],
  ]),
  prepareForCreate: (object) => ({ ...object, status: { storedVersions: storageVersions(fields(object.spec)) } }),
  prepareForUpdate(object, old) {
    const stored = [...new Set([...names(fields(old.status).storedVersions), ...storageVersions(fields(object.spec))])]
    return { ...object, status: { ...fields(old.status), storedVersions: stored } }
  },
  validate: (object) => [...definitionFindings(object)],
  validateUpdate: (object, old) => [...definitionUpdateFindings(object, old)],
  cells: (object) => [object.metadata.name ?? '', createdAt(object)],
})

/** The first version that is marked as the one to store. */
function storageVersions(spec: JsonObject): readonly string[] {
  return objects(spec.versions)
    .filter((version) => version.storage === true)
    .slice(0, 1)
    .map((version) => text(version.name))
}

function names(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
