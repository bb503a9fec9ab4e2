// Annotations of pods that fields have replaced.
import { equal, type Json } from '../../../base/json.ts'
import { appArmorAnnotation, appArmorProfile } from '../pod-spec/app-armor.ts'
import { child, item } from '../validation/findings.ts'
import { fields, present, text } from '../validation/read.ts'
import type { PodParts, Warnings } from './shapes.ts'

const deprecated: readonly (readonly [annotation: string, message: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
]
const podSeccomp = 'seccomp.security.alpha.kubernetes.io/pod'
const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/'
const seccompMessage = 'non-functional in v1.27+; use the "seccompProfile" field instead'

/** Deprecated annotations of the pod as a whole. */
export function* podAnnotations(path: string, { metadata }: PodParts): Warnings {
  for (const [annotation, message] of deprecated)
    if (has(metadata.annotations, annotation)) yield `${item(child(path, 'metadata', 'annotations'), annotation)}: ${message}`
}

/** The annotation that said the pod's seccomp profile. */
export function* podSeccompAnnotation(path: string, { metadata, spec }: PodParts): Warnings {
  if (has(metadata.annotations, podSeccomp) && !present(fields(spec.securityContext).seccompProfile))
    yield `${item(child(path, 'metadata', 'annotations'), podSeccomp)}: ${seccompMessage}`
}

/** Annotations that name one container. Those on AppArmor concern templates only: a pod is told when it is made. */
export function* containerAnnotations(path: string, { metadata, spec }: PodParts, container: Readonly<Record<string, Json | undefined>>): Warnings {
  const annotations = child(path, 'metadata', 'annotations')
  const context = fields(container.securityContext)
  const seccomp = containerSeccomp + text(container.name)
  if (has(metadata.annotations, seccomp) && !present(context.seccompProfile)) yield `${item(annotations, seccomp)}: ${seccompMessage}`
  const appArmor = appArmorAnnotation + text(container.name)
  if (path === '' || present(context.appArmorProfile) || !has(metadata.annotations, appArmor)) return
  const profile = fields(spec.securityContext).appArmorProfile
  if (!present(profile) || !equal(profile, appArmorProfile(text(fields(metadata.annotations)[appArmor]))))
    yield `${item(annotations, appArmor)}: deprecated since v1.30; use the "appArmorProfile" field instead`
}

function has(annotations: Json | undefined, name: string): boolean {
  return fields(annotations)[name] !== undefined
}
