// Pod Security admission: a namespace's labels say which standard its pods are held to.
import { isObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../object.ts'
import { StatusError } from '../../status-error.ts'
import type { AdmissionPlugin, AdmissionRequest } from '../plugin.ts'
import { isWriteOf, refusal } from '../refusal.ts'
import { type CheckedPod, type Level, type Violation, violationsOf } from './checks.ts'

const prefix = 'pod-security.kubernetes.io/'
const levels = ['privileged', 'baseline', 'restricted']
const modes = ['enforce', 'audit', 'warn']

/** Where a workload keeps the template of its pods. */
const templates: Readonly<Record<string, readonly string[]>> = {
  'podtemplates.': ['template'],
  'replicationcontrollers.': ['spec', 'template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
}

/** A standard and the version of it that counts. */
interface Policy {
  readonly level: string
  readonly version: string
}

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request) {
    const { object, operation, key, context, resource, subresource } = request
    if (!object || (operation !== 'CREATE' && operation !== 'UPDATE') || subresource !== '') return
    if (isWriteOf(request, '', 'namespaces')) return validateNamespace(request, object)
    const namespace = key.namespace === undefined ? undefined : context.get('v1', 'Namespace', { name: key.namespace })
    const path = templates[`${resource.plural}.${resource.group}`]
    if (!namespace) return
    if (isWriteOf(request, '', 'pods')) holdPod(request, namespace, object)
    else if (path) warnOfTemplate(request, namespace, at(object, ...path))
  },
}

function policyOf(namespace: KubernetesObject, mode: string): Policy | undefined {
  const level = namespace.metadata.labels?.[`${prefix}${mode}`]
  return level === undefined ? undefined : { level, version: namespace.metadata.labels?.[`${prefix}${mode}-version`] ?? 'latest' }
}

function check(policy: Policy | undefined, pod: CheckedPod): readonly Violation[] {
  return policy && policy.level !== 'privileged' && levels.includes(policy.level) ? violationsOf(policy.level as Level, pod) : []
}

function sentence({ level, version }: Policy, violations: readonly Violation[]): string {
  return `PodSecurity "${level}:${version}": ${violations.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')}`
}

function checked(pod: unknown): CheckedPod {
  const [metadata, spec] = [at(pod, 'metadata'), at(pod, 'spec')]
  return { metadata: isObject(metadata) ? metadata : {}, spec: isObject(spec) ? spec : {} }
}

function holdPod(request: AdmissionRequest, namespace: KubernetesObject, object: KubernetesObject): void {
  if (request.old && sameToStandards(object, request.old)) return
  const pod = checked(object)
  const enforce = policyOf(namespace, 'enforce')
  const violations = check(enforce, pod)
  if (enforce && violations.length > 0) throw refusal(request, `violates ${sentence(enforce, violations)}`)
  const warn = policyOf(namespace, 'warn')
  const warnings = check(warn, pod)
  if (warn && warnings.length > 0) request.context.warn(`would violate ${sentence(warn, warnings)}`)
}

/** An update that leaves containers' images and metadata alone cannot newly violate anything. */
function sameToStandards(object: KubernetesObject, old: KubernetesObject): boolean {
  const images = (pod: KubernetesObject): string =>
    JSON.stringify([at(pod, 'spec', 'containers'), at(pod, 'spec', 'initContainers'), at(pod, 'spec', 'ephemeralContainers')])
  return images(object) === images(old)
}

/** A workload is never refused; who made it is warned by the namespace's `warn`, or else by what its pods will meet. */
function warnOfTemplate({ context }: AdmissionRequest, namespace: KubernetesObject, template: unknown): void {
  const policy = policyOf(namespace, 'warn') ?? policyOf(namespace, 'enforce')
  const violations = check(policy, checked(template))
  if (policy && violations.length > 0) context.warn(`would violate ${sentence(policy, violations)}`)
}

function validateNamespace(request: AdmissionRequest, namespace: KubernetesObject): void {
  for (const mode of modes) {
    const level = namespace.metadata.labels?.[`${prefix}${mode}`]
    if (level !== undefined && !levels.includes(level))
      throw invalidLabel(request, { field: `metadata.labels[${prefix}${mode}]`, value: level, why: `must be one of ${levels.join(', ')}` })
    const version = namespace.metadata.labels?.[`${prefix}${mode}-version`]
    if (version !== undefined && version !== 'latest' && !/^v1\.(0|[1-9]\d*)$/.test(version))
      throw invalidLabel(request, { field: `metadata.labels[${prefix}${mode}-version]`, value: version, why: 'must be "latest" or "v1.x"' })
  }
  const [now, before] = [policyOf(namespace, 'enforce'), request.old && policyOf(request.old, 'enforce')]
  if (!now || !request.old || (now.level === before?.level && now.version === before.version)) return
  warnOfExisting(request, now)
}

function invalidLabel({ key }: AdmissionRequest, { field, value, why }: Readonly<Record<'field' | 'value' | 'why', string>>): StatusError {
  const message = `Invalid value: ${JSON.stringify(value)}: ${why}`
  const details = { name: key.name, kind: 'Namespace', causes: [{ reason: 'FieldValueInvalid', message, field }] }
  return new StatusError('Invalid', `Namespace ${JSON.stringify(key.name)} is invalid: ${field}: ${message}`, { details })
}

/** Pods that are there already stay; the warning names one of each sort of violation. */
function warnOfExisting({ context, key }: AdmissionRequest, policy: Policy): void {
  const groups = new Map<string, string[]>()
  for (const pod of context.list('v1', 'Pod', key.name)) {
    const reasons = check(policy, checked(pod)).map(({ reason }) => reason)
    if (reasons.length === 0) continue
    const words = reasons.join(', ')
    groups.set(words, [...(groups.get(words) ?? []), pod.metadata.name ?? ''])
  }
  if (groups.size === 0) return
  context.warn(`existing pods in namespace ${JSON.stringify(key.name)} violate the new PodSecurity enforce level "${policy.level}:${policy.version}"`)
  const lines = [...groups].map(
    ([words, [first = '', ...others]]) => `${first}${others.length === 0 ? '' : ` (and ${others.length} other pod${others.length > 1 ? 's' : ''})`}: ${words}`,
  )
  for (const line of lines.sort()) context.warn(line)
}
