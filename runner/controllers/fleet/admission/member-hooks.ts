// The webhook of MemberClusters: taints that can be told apart, and no leaving while services are still exported (pkg/webhook/membercluster).
import type { JsonObject } from '../../../base/json.ts'
import type { AdmissionPlugin } from '../../../kubernetes/api-server.ts'
import { at, type KubernetesObject } from '../../../kubernetes/object.ts'
import { memberNamespace } from '../names.ts'
import { aggregate, denied, type HookRequest } from './denied.ts'

const webhook = 'fleet.membercluster.validating'

/** Refuses wrong taints, and the deletion of a member that exports services. */
export const memberHook: AdmissionPlugin = {
  name: 'fleet-hub-members',
  validate(request) {
    const { resource, subresource, operation, object, old } = request
    if (resource.plural !== 'memberclusters' || resource.group !== 'cluster.kubernetes-fleet.io' || subresource !== '') return
    if (operation === 'DELETE' && old) refuseExporting(old, request)
    if ((operation === 'CREATE' || operation === 'UPDATE') && object && object.metadata.deletionTimestamp === undefined) {
      const problems = taintProblems((at(object, 'spec', 'taints') ?? []) as readonly JsonObject[])
      if (problems.length > 0) throw denied(webhook, aggregate(problems))
    }
  },
}

function refuseExporting(member: KubernetesObject, { context }: HookRequest): void {
  if (at(member, 'spec', 'deleteOptions', 'validationMode') === 'Skip') return
  const namespace = memberNamespace(member.metadata.name ?? '')
  const exported = context.list('networking.fleet.azure.com/v1alpha1', 'InternalServiceExport').filter(({ metadata }) => metadata.namespace === namespace)
  if (exported.length === 0) return
  const names = exported.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ')
  throw denied(webhook, `Please delete serviceExport ${names} in the member cluster before leaving, request is denied`)
}

const qualified = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/
const nameRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

function taintProblems(taints: readonly JsonObject[]): readonly string[] {
  const shown = taints.map(({ key = '', value = '', effect = '' }) => `{Key:${key} Value:${value} Effect:${effect}}`)
  return taints.flatMap(({ key, value = '' }, index) => [
    ...(qualified.test(String(key)) ? [] : [`invalid taint key ${shown[index]}: ${nameRule}`]),
    ...(labelValue.test(String(value)) ? [] : [`invalid taint value ${shown[index]}: ${valueRule}`]),
    ...(shown.indexOf(shown[index] ?? '') < index ? [`taint ${shown[index]} already exists, taints must be unique`] : []),
  ])
}
