// Namespaces.
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { type Findings, invalid, invalidAll } from '../validation/findings.ts'
import { isDns1123Label, isQualifiedName, nameRule } from '../validation/names.ts'
import { fields, text, texts } from '../validation/read.ts'

const nameLabel = 'kubernetes.io/metadata.name'

/** core/v1 Namespace. */
export const namespace = defineKind({
  apiVersion: 'v1',
  kind: 'Namespace',
  defaults(object) {
    const { name = '', labels } = object.metadata
    const labelled =
      name === '' || labels?.[nameLabel] === name ? object : { ...object, metadata: { ...object.metadata, labels: { ...labels, [nameLabel]: name } } }
    return text(fields(object.status).phase) === '' ? { ...labelled, status: { ...fields(object.status), phase: 'Active' } } : labelled
  },
  prepareForCreate(object) {
    const finalizers = texts(fields(object.spec).finalizers)
    return {
      ...object,
      spec: { ...fields(object.spec), finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] },
      status: { phase: 'Active' },
    }
  },
  prepareForUpdate: (object, old) => ({ ...object, spec: old.spec }),
  validateName: nameRule(isDns1123Label),
  validate: (object) => [...validateSpecFinalizers(texts(fields(object.spec).finalizers))],
  validateUpdate: () => [],
  validateStatusUpdate(object) {
    const phase = text(fields(object.status).phase)
    const expected = object.metadata.deletionTimestamp === undefined ? 'Active' : 'Terminating'
    const when = expected === 'Active' ? 'is empty' : 'is not empty'
    return phase === expected ? [] : [invalid('status.Phase', phase, `may only be '${expected}' if \`deletionTimestamp\` ${when}`)]
  },
  cells: (object, now) => [object.metadata.name ?? '', text(fields(object.status).phase), age(object, now)],
  selectableFields: (object) => ({ 'status.phase': text(fields(object.status).phase), name: object.metadata.name ?? '' }),
})

function* validateSpecFinalizers(finalizers: readonly string[]): Findings {
  for (const name of finalizers) {
    yield* invalidAll('spec.finalizers', name, isQualifiedName(name))
    if (!name.includes('/') && name !== 'kubernetes')
      yield invalid('spec.finalizers', name, 'name is neither a standard finalizer name nor is it fully qualified')
  }
}
