// APIServices.
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { validateMeta } from '../metadata.ts'
import { withoutStatus } from '../strategy.ts'
import { child, type Findings, invalid, invalidAll, required } from '../validation/findings.ts'
import { isDns1035Label, isDns1123Subdomain, isPathSegment, isPortNumber } from '../validation/names.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'

/** apiregistration.k8s.io/v1 APIService. */
export const apiService = defineKind({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  defaults: defaultsOf([['spec.service.port', 443]]),
  prepareForCreate: withoutStatus,
  validateName: isPathSegment,
  validate: (object) => [...validateService(object)],
  validateUpdate: (object) => [...validateMeta(object, false, isPathSegment), ...validateService(object)],
  cells(object, now) {
    const { service } = fields(object.spec)
    const available = objects(fields(object.status).conditions).find((condition) => condition.type === 'Available')
    const status = text(available?.status) || 'Unknown'
    const word = available !== undefined && status !== 'True' ? `${status} (${text(available.reason)})` : status
    return [object.metadata.name ?? '', present(service) ? `${text(fields(service).namespace)}/${text(fields(service).name)}` : 'Local', word, age(object, now)]
  },
})

function* validateService(object: KubernetesObject): Findings {
  const spec = fields(object.spec)
  const [group, version] = [text(spec.group), text(spec.version)]
  const name = `${version}.${group}`
  if (object.metadata.name !== name) yield invalid('metadata.name', object.metadata.name ?? '', `must be \`spec.version+"."+spec.group\`: "${name}"`)
  if (group === '' && version !== 'v1') yield required('spec.group', 'only v1 may have an empty group and it better be legacy kube')
  if (group !== '') yield* invalidAll('spec.group', group, isDns1123Subdomain(group))
  yield* invalidAll('spec.version', version, isDns1035Label(version))
  for (const [field, most] of [
    ['groupPriorityMinimum', 20000],
    ['versionPriority', 1000],
  ] as const) {
    const value = number(spec[field])
    if (value <= 0 || value > most) yield invalid(child('spec', field), value, `must be positive and less than ${most}`)
  }
  const bundle = text(spec.caBundle)
  if (!present(spec.service)) {
    if (bundle !== '') yield invalid('spec.caBundle', `${atob(bundle).length} bytes`, 'local APIServices may not have a caBundle')
    if (spec.insecureSkipTLSVerify === true) yield invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return
  }
  const service = fields(spec.service)
  for (const field of ['namespace', 'name']) if (text(service[field]) === '') yield required(child('spec.service', field))
  if (isPortNumber(number(service.port)).length > 0)
    yield invalid('spec.service.port', number(service.port), 'port is not valid: must be between 1 and 65535, inclusive')
  if (spec.insecureSkipTLSVerify === true && bundle !== '') yield invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
}
