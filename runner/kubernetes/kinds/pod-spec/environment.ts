// Validation of environment variables and of the downward API's selectors.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, type Findings, invalid, invalidAll, item, notFound, notSupported, required } from '../validation/findings.ts'
import { isConfigMapKey, isDns1123Label, isDns1123Subdomain, isEnvironmentVariable, isQualifiedName } from '../validation/names.ts'
import { billionths } from '../validation/quantities.ts'
import { fields, objects, present, text } from '../validation/read.ts'
import { localPath, pathWithoutBacksteps, requiredName, requiredText } from '../validation/references.ts'
import { eachContainer } from './each-container.ts'

/** Fields that an environment variable can take its value from. */
export const environmentFields = [
  ...['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName'],
  ...['status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'],
]

/** Fields that a file of a downward API volume can show. */
export const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

const convertibleFields = [...new Set([...environmentFields, ...volumeFields, 'status.phase', 'spec.restartPolicy'])]
const resourceFields = ['cpu', 'ephemeral-storage', 'memory'].flatMap((name) => [`limits.${name}`, `requests.${name}`]).sort()
const sizes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** Findings on a container's `env`. */
export function* validateEnvironment(variables: Json | undefined, path: string): Findings {
  for (const [index, variable] of objects(variables).entries()) {
    const here = item(path, index)
    const name = text(variable.name)
    if (name === '') yield required(child(here, 'name'))
    else yield* invalidAll(child(here, 'name'), name, isEnvironmentVariable(name))
    if (present(variable.valueFrom)) yield* validateValueFrom(variable, child(here, 'valueFrom'))
  }
}

/** Findings on a container's `envFrom`. */
export function* validateEnvironmentFrom(sources: Json | undefined, path: string): Findings {
  for (const [index, source] of objects(sources).entries()) {
    const here = item(path, index)
    if (text(source.prefix) !== '') yield* invalidAll(child(here, 'prefix'), source.prefix, isEnvironmentVariable(text(source.prefix)))
    const given = ['configMapRef', 'secretRef'].filter((name) => present(source[name]))
    for (const name of given) yield* requiredName(child(here, name, 'name'), fields(source[name]).name)
    if (given.length === 0) yield invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (given.length > 1) yield invalid(path, '', 'may not have more than one field specified at a time')
  }
}

/** Findings on a `fieldRef`. */
export function* validateFieldRef(reference: JsonObject, path: string, supported: readonly string[]): Findings {
  const fieldPath = text(reference.fieldPath)
  if (text(reference.apiVersion) === '') return yield required(child(path, 'apiVersion'))
  if (fieldPath === '') return yield required(child(path, 'fieldPath'))
  if (reference.apiVersion !== 'v1')
    return yield invalid(child(path, 'fieldPath'), fieldPath, `error converting fieldPath: unsupported pod version: ${text(reference.apiVersion)}`)
  const subscripted = /^(.+)\['(.*)'\]$/.exec(fieldPath)
  const [, base = '', key = ''] = subscripted ?? []
  if (subscripted ? !['metadata.annotations', 'metadata.labels'].includes(base) : !convertibleFields.includes(fieldPath))
    return yield invalid(
      child(path, 'fieldPath'),
      fieldPath,
      `error converting fieldPath: ${subscripted ? `field label does not support subscript: ${fieldPath}` : `field label not supported: ${fieldPath}`}`,
    )
  if (subscripted) yield* invalidAll(path, key, isQualifiedName(base === 'metadata.annotations' ? key.toLowerCase() : key))
  else if (!supported.includes(fieldPath)) yield notSupported(child(path, 'fieldPath'), fieldPath, supported)
}

/** Findings on a `resourceFieldRef`; in a volume it must name a container. */
export function* validateResourceFieldRef(reference: JsonObject, path: string, inVolume: boolean): Findings {
  const resource = text(reference.resource)
  if (inVolume && text(reference.containerName) === '') yield required(child(path, 'containerName'))
  else if (resource === '') yield required(child(path, 'resource'))
  else if (!resourceFields.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
    yield notSupported(child(path, 'resource'), resource, resourceFields)
  yield* validateDivisor(resource, reference.divisor, path)
}

/** Findings on the items of a downward API volume. */
export function* validateDownwardFile(file: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'path'), file.path)
  yield* localPath(child(path, 'path'), text(file.path))
  if (present(file.fieldRef)) {
    yield* validateFieldRef(fields(file.fieldRef), child(path, 'fieldRef'), volumeFields)
    if (present(file.resourceFieldRef)) yield invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
  } else if (present(file.resourceFieldRef)) yield* validateResourceFieldRef(fields(file.resourceFieldRef), child(path, 'resourceFieldRef'), true)
  else yield required(path, 'one of fieldRef and resourceFieldRef is required')
}

function* validateValueFrom(variable: JsonObject, path: string): Findings {
  const from = fields(variable.valueFrom)
  if (present(from.fieldRef)) yield* validateFieldRef(fields(from.fieldRef), child(path, 'fieldRef'), environmentFields)
  if (present(from.resourceFieldRef)) yield* validateResourceFieldRef(fields(from.resourceFieldRef), child(path, 'resourceFieldRef'), false)
  for (const name of ['configMapKeyRef', 'secretKeyRef']) if (present(from[name])) yield* validateKeyRef(fields(from[name]), child(path, name))
  if (present(from.fileKeyRef)) yield* validateFileRef(fields(from.fileKeyRef), child(path, 'fileKeyRef'))
  const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'].filter((name) => present(from[name]))
  if (sources.length === 0) yield invalid(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`')
  else if (text(variable.value) !== '') yield invalid(path, '', 'may not be specified when `value` is not empty')
  else if (sources.length > 1) yield invalid(path, '', 'may not have more than one field specified at a time')
}

function* validateFileRef({ key, volumeName, path: file }: JsonObject, path: string): Findings {
  yield* requiredName(child(path, 'key'), key, isEnvironmentVariable)
  yield* requiredName(child(path, 'volumeName'), volumeName, isDns1123Label)
  yield* requiredText(child(path, 'path'), file)
  yield* pathWithoutBacksteps(child(path, 'path'), text(file))
}

/** Findings on variables that are read from files: those stand in empty directories of the pod (`validateFileKeyRefVolumes`). */
export function* validateFileVolumes(spec: JsonObject, path: string): Findings {
  for (const [here, container] of eachContainer(path, spec))
    for (const [index, variable] of objects(container.env).entries()) {
      const { fileKeyRef } = fields(variable.valueFrom)
      if (!present(fileKeyRef)) continue
      const name = text(fields(fileKeyRef).volumeName)
      const field = child(item(child(here, 'env'), index), 'valueFrom', 'fileKeyRef', 'volumeName')
      const volume = objects(spec.volumes).find((one) => one.name === name)
      if (!volume) yield notFound(field, name)
      else if (!present(volume.emptyDir)) yield invalid(field, name, 'referenced volume must be of type emptyDir')
    }
}

function* validateKeyRef(reference: JsonObject, path: string): Findings {
  yield* invalidAll(child(path, 'name'), text(reference.name), isDns1123Subdomain(text(reference.name)))
  yield* requiredName(child(path, 'key'), reference.key, isConfigMapKey)
}

function* validateDivisor(resource: string, divisor: Json | undefined, path: string): Findings {
  if (billionths(divisor) === 0n) return
  const name = resource.replace(/^(limits|requests)\./, '')
  const field = child(path, 'divisor')
  if (name === 'cpu') {
    if (divisor !== '1' && divisor !== '1m') yield invalid(field, resource, "only divisor's values 1m and 1 are supported with the cpu resource")
    return
  }
  const kind = name === 'ephemeral-storage' ? 'local ephemeral storage' : name.startsWith('hugepages-') ? 'hugepages' : name
  if (['memory', 'local ephemeral storage', 'hugepages'].includes(kind) && !sizes.includes(String(divisor)))
    yield invalid(field, resource, `only divisor's values ${sizes.join(', ')} are supported with the ${kind} resource`)
}
