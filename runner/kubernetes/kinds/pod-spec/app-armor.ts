// AppArmor profiles that a pod names in annotations, as was the way before v1.30 (`applyAppArmorVersionSkew`).
import { equal, type Json, type JsonObject } from '../../../base/json.ts'
import type { WriteContext } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { child, type Findings, forbidden, invalid, item } from '../validation/findings.ts'
import { entries, fields, objects, present, text } from '../validation/read.ts'
import { eachContainer } from './each-container.ts'

/** What stands before the container's name. */
export const appArmorAnnotation = 'container.apparmor.security.beta.kubernetes.io/'

/** The field that an annotation's value stands for; undefined for a value that says nothing. */
export function appArmorProfile(value: string): JsonObject | undefined {
  if (value === 'unconfined') return { type: 'Unconfined' }
  if (value === 'runtime/default') return { type: 'RuntimeDefault' }
  const localhostProfile = value.startsWith('localhost/') ? value.slice('localhost/'.length) : ''
  return localhostProfile === '' ? undefined : { type: 'Localhost', localhostProfile }
}

/** A new pod with the profiles of its annotations in its containers' fields; whoever wrote them so is warned. */
export function withAppArmorFields(pod: KubernetesObject, { warn }: Pick<WriteContext, 'warn'>): KubernetesObject {
  const annotations = pod.metadata.annotations ?? {}
  const spec = fields(pod.spec)
  if (fields(spec.os).name === 'windows' || !Object.keys(annotations).some((name) => name.startsWith(appArmorAnnotation))) return pod
  const podProfile = fields(spec.securityContext).appArmorProfile
  const converted = (container: JsonObject): JsonObject => {
    const annotation = appArmorAnnotation + text(container.name)
    const value = annotations[annotation]
    const context = fields(container.securityContext)
    if (value === undefined || present(context.appArmorProfile)) return container
    const profile = appArmorProfile(value)
    if (profile && equal(profile, podProfile)) return container
    warn(`metadata.annotations[${annotation}]: deprecated since v1.30; use the "appArmorProfile" field instead`)
    return profile && isValid(profile) ? { ...container, securityContext: { ...context, appArmorProfile: profile } } : container
  }
  const lists = ['initContainers', 'containers'].filter((name) => Array.isArray(spec[name]))
  return { ...pod, spec: { ...spec, ...Object.fromEntries(lists.map((name) => [name, objects(spec[name]).map(converted)])) } }
}

function isValid({ localhostProfile }: JsonObject): boolean {
  const name = text(localhostProfile)
  return name === name.trim() && name.length <= 4095
}

/** Findings on the annotations by themselves: containers that are not there, profiles that are none. */
export function* validateAppArmorAnnotations(annotations: Json | undefined, spec: JsonObject, path: string): Findings {
  const names = [...eachContainer('', spec)].map(([, { name }]) => text(name))
  for (const [annotation, value] of entries(annotations)) {
    if (!annotation.startsWith(appArmorAnnotation)) continue
    const name = annotation.slice(appArmorAnnotation.length)
    if (!names.includes(name)) yield invalid(item(path, annotation), name, 'container not found')
    if (!['', 'runtime/default', 'unconfined'].includes(value) && !value.startsWith('localhost/'))
      yield invalid(item(path, annotation), value, `invalid AppArmor profile name: ${JSON.stringify(value)}`)
  }
}

/** Findings where annotation and field say different things. */
export function* validateAppArmorMatches(annotations: Json | undefined, spec: JsonObject, path: string): Findings {
  if (fields(spec.os).name === 'windows') return
  for (const [here, container] of eachContainer(path, spec)) {
    const annotation = fields(annotations)[appArmorAnnotation + text(container.name)]
    const profile = fields(fields(container.securityContext).appArmorProfile ?? fields(spec.securityContext).appArmorProfile)
    const said = appArmorProfile(text(annotation))
    const field = child(here, 'securityContext', 'appArmorProfile')
    if (annotation === undefined || text(profile.type) === '') continue
    if (profile.type === 'Localhost' && text(annotation).startsWith('localhost/')) {
      if (said?.localhostProfile !== profile.localhostProfile)
        yield forbidden(child(field, 'localhostProfile'), 'apparmor profile in annotation and field must match')
    } else if (said?.type !== profile.type) yield forbidden(child(field, 'type'), 'apparmor type in annotation and field must match')
  }
}
