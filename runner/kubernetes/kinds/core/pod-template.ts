// PodTemplates.
import { defineKind } from '../../kind.ts'
import { containerImages, containerNames, labelsText } from '../columns/cells.ts'
import { podSpecRows } from '../defaults/pod-spec.ts'
import { defaultsOf, objectsTo, rowsAt } from '../defaults/rows.ts'
import { validateTemplate } from '../pod-spec/pod-spec.ts'
import { fields } from '../validation/read.ts'
import { podTemplateWarnings } from '../warnings/workloads.ts'

/** core/v1 PodTemplate. */
export const podTemplate = defineKind({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  warnings: podTemplateWarnings,
  defaults: defaultsOf([...objectsTo('template.spec'), ...rowsAt('template.spec', podSpecRows)]),
  validate: (object) => [...validateTemplate(fields(object.template), 'template')],
  validateUpdate: (object) => [...validateTemplate(fields(object.template), 'template')],
  cells(object) {
    const template = fields(object.template)
    return [object.metadata.name ?? '', containerNames(template.spec), containerImages(template.spec), labelsText(fields(template.metadata).labels)]
  },
})
