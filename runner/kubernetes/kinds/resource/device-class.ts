// DeviceClasses of resource.k8s.io.

import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import { age } from '../columns/cells.ts'
import { child, type Findings } from '../validation/findings.ts'
import { fields } from '../validation/read.ts'
import { validateList } from './device-names.ts'
import { mostConfigs, validateConfig, validateSelectors } from './device-requests.ts'

/** resource.k8s.io/v1 DeviceClass. */
export const deviceClass = defineKind({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'DeviceClass',
  validate: (object) => [...validateSpec(fields(object.spec), 'spec')],
  cells: (object, now) => [object.metadata.name ?? '', age(object, now)],
})

function* validateSpec({ selectors, config }: JsonObject, path: string): Findings {
  yield* validateSelectors(selectors, child(path, 'selectors'))
  yield* validateList(config, mostConfigs, child(path, 'config'), validateConfig)
}
