// Validation of the spec of a volume claim: of claims, of claim templates, of ephemeral volumes.
import type { Json, JsonObject } from '../../../base/json.ts'
import { validateTemplateMetadata } from '../metadata.ts'
import { child, type Findings, forbidden, invalid, item, notSupported, required } from '../validation/findings.ts'
import { isDns1123Label } from '../validation/names.ts'
import { positiveQuantity } from '../validation/quantities.ts'
import { fields, list, present, text, texts } from '../validation/read.ts'
import { optionalName, requiredText } from '../validation/references.ts'
import { validateSelector } from '../validation/selectors.ts'

/** Access modes in the order in which messages list them. */
export const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

/** Volume modes in the order in which messages list them. */
export const volumeModes = ['Block', 'Filesystem']

/** Findings on the spec of a claim. */
export function* validateClaimSpec(spec: JsonObject, path: string): Findings {
  if (list(spec.accessModes).length === 0) yield required(child(path, 'accessModes'), 'at least 1 access mode is required')
  yield* validateSelector(spec.selector, child(path, 'selector'))
  yield* validateAccessModes(spec.accessModes, child(path, 'accessModes'))
  const storage = fields(fields(spec.resources).requests).storage
  const field = item(child(path, 'resources'), 'storage')
  if (!present(storage)) yield required(field)
  else yield* positiveQuantity(field, storage)
  yield* optionalName(child(path, 'storageClassName'), spec.storageClassName)
  if (present(spec.volumeMode) && !volumeModes.includes(text(spec.volumeMode))) yield notSupported(child(path, 'volumeMode'), spec.volumeMode, volumeModes)
  if (present(spec.dataSource)) yield* validateDataSource(fields(spec.dataSource), child(path, 'dataSource'))
  if (present(spec.dataSourceRef)) yield* validateDataSourceReference(fields(spec.dataSourceRef), child(path, 'dataSourceRef'))
  if (present(spec.dataSource) && present(spec.dataSourceRef)) yield* validateSameSource(fields(spec.dataSource), fields(spec.dataSourceRef), path)
  yield* optionalName(child(path, 'volumeAttributesClassName'), spec.volumeAttributesClassName)
}

/** Findings on the access modes of a claim or a volume. */
export function* validateAccessModes(modes: Json | undefined, path: string): Findings {
  const given = texts(modes)
  for (const mode of given) if (!accessModes.includes(mode)) yield notSupported(path, mode, accessModes)
  if (given.includes('ReadWriteOncePod') && given.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode)))
    yield forbidden(path, 'may not use ReadWriteOncePod with other access modes')
}

/** Findings on a claim template of an ephemeral volume. */
export function* validateClaimTemplate(template: JsonObject, path: string): Findings {
  yield* validateTemplateMetadata(fields(template.metadata), child(path, 'metadata'))
  yield* validateClaimSpec(fields(template.spec), child(path, 'spec'))
}

function* validateDataSourceReference(source: JsonObject, path: string): Findings {
  yield* validateDataSource(source, path)
  yield* optionalName(child(path, 'namespace'), source.namespace, isDns1123Label)
}

/** Both fields say the same; errors print nothing of what they say. */
function* validateSameSource(source: JsonObject, reference: JsonObject, path: string): Findings {
  const members = ['apiGroup', 'kind', 'name']
  if (text(reference.namespace) !== '') yield invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified')
  else if (members.some((name) => (source[name] ?? null) !== (reference[name] ?? null))) yield invalid(path, {}, 'must match dataSourceRef')
}

function* validateDataSource(source: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'name'), source.name)
  yield* requiredText(child(path, 'kind'), source.kind)
  const group = text(source.apiGroup)
  if (group === '' && source.kind !== 'PersistentVolumeClaim')
    yield invalid(path, source.kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  yield* optionalName(child(path, 'apiGroup'), group)
}
