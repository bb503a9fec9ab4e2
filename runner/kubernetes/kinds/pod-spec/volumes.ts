// Validation of volumes and their sources, as pods and (in part) persistent volumes have them.
import type { Json, JsonObject } from '../../../base/json.ts'
import type { FieldError } from '../../status-error.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required, tooLong } from '../validation/findings.ts'
import { isDns1123Label, isDns1123Subdomain } from '../validation/names.ts'
import { billionths } from '../validation/quantities.ts'
import { fields, list, objects, present, text } from '../validation/read.ts'
import { fileMode, localPath, pathWithoutBacksteps, requiredName, requiredText } from '../validation/references.ts'
import { validateClaimTemplate } from './claim-spec.ts'
import { validateDownwardFile } from './environment.ts'

type SourceRule = (source: JsonObject, path: string) => Findings

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** Rules of each source, in the order in which the server looks for them. */
export const volumeSources: Readonly<Record<string, SourceRule>> = {
  emptyDir,
  hostPath,
  gitRepo: needs('repository'),
  gcePersistentDisk: needs('pdName'),
  awsElasticBlockStore: needs('volumeID'),
  secret: fileSource('secretName'),
  nfs,
  iscsi: needs('targetPortal', 'iqn'),
  glusterfs: needs('endpoints', 'path'),
  flocker: noRule,
  persistentVolumeClaim: needs('claimName'),
  rbd,
  cinder: needs('volumeID'),
  cephfs: noRule,
  quobyte: needs('registry', 'volume'),
  downwardAPI,
  fc: noRule,
  flexVolume,
  azureFile: needs('secretName', 'shareName'),
  configMap: fileSource('name'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk,
  storageos: noRule,
  projected,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi,
  ephemeral,
  image: imageVolume,
}

/** Findings on `volumes`, and the volumes that are well formed. */
export function validateVolumes(volumes: Json | undefined, path: string): { findings: FieldError[]; valid: Map<string, JsonObject> } {
  const findings: FieldError[] = []
  const valid = new Map<string, JsonObject>()
  for (const [index, volume] of objects(volumes).entries()) {
    const name = text(volume.name)
    const here = item(path, index)
    const found = [...validateSource(volume, here), ...requiredName(child(here, 'name'), name, isDns1123Label)]
    if (valid.has(name)) found.push(duplicate(child(here, 'name'), name))
    if (found.length === 0) valid.set(name, volume)
    findings.push(...found)
  }
  return { findings, valid }
}

function* flexVolume(source: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'driver'), source.driver)
  for (const option of Object.keys(fields(source.options)))
    if (/\.(kubernetes|k8s)\.io$/.test(`.${option.split('/')[0]?.toLowerCase()}`) && option !== '')
      yield invalid(item(child(path, 'options'), option), option, 'kubernetes.io and k8s.io namespaces are reserved')
}

/** What the server calls some of them when they are too many. */
const spokenNames: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

/** Findings on the one source of a volume. */
export function* validateSource(volume: JsonObject, path: string): Findings {
  const [first, ...more] = Object.keys(volumeSources).filter((name) => present(volume[name]))
  if (first === undefined) return yield required(path, 'must specify a volume type')
  yield* volumeSources[first]?.(fields(volume[first]), child(path, first)) ?? []
  for (const name of more) yield forbidden(child(path, spokenNames[name] ?? name), 'may not specify more than 1 volume type')
}

function needs(...names: readonly string[]): SourceRule {
  return function* (source, path) {
    for (const name of names) yield* requiredText(child(path, name), source[name])
  }
}

function* noRule(): Findings {}

function* emptyDir(source: JsonObject, path: string): Findings {
  if (present(source.sizeLimit) && billionths(source.sizeLimit) < 0n)
    yield forbidden(child(path, 'sizeLimit'), 'SizeLimit field must be a valid resource quantity')
}

function* hostPath(source: JsonObject, path: string): Findings {
  const value = text(source.path)
  if (value === '') return yield required(child(path, 'path'))
  yield* pathWithoutBacksteps(child(path, 'path'), value)
  if (present(source.type) && !hostPathTypes.includes(text(source.type))) yield notSupported(child(path, 'type'), source.type, hostPathTypes)
}

function* nfs(source: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'server'), source.server)
  yield* requiredText(child(path, 'path'), source.path)
  if (!text(source.path).startsWith('/')) yield invalid(child(path, 'path'), text(source.path), 'must be an absolute path')
}

function fileSource(nameField: string): SourceRule {
  return function* (source, path) {
    yield* requiredText(child(path, nameField), source[nameField])
    yield* fileMode(child(path, 'defaultMode'), source.defaultMode)
    yield* keyPaths(source.items, child(path, 'items'))
  }
}

function* keyPaths(items: Json | undefined, path: string): Findings {
  for (const [index, entry] of objects(items).entries()) {
    const here = item(path, index)
    yield* requiredText(child(here, 'key'), entry.key)
    yield* requiredText(child(here, 'path'), entry.path)
    yield* localPath(child(here, 'path'), text(entry.path))
    yield* fileMode(child(here, 'mode'), entry.mode)
  }
}

function* downwardAPI(source: JsonObject, path: string): Findings {
  yield* fileMode(child(path, 'defaultMode'), source.defaultMode)
  for (const file of objects(source.items)) {
    yield* validateDownwardFile(file, path)
    yield* fileMode(child(path, 'mode'), file.mode)
  }
}

function* rbd(source: JsonObject, path: string): Findings {
  if (list(source.monitors).length === 0) yield required(child(path, 'monitors'))
  yield* requiredText(child(path, 'image'), source.image)
}

/** How the address of a disk begins, and how it looks. */
const diskAddresses = {
  managed: ['/subscriptions/', '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'],
  blob: ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'],
} as const

function* azureDisk(source: JsonObject, path: string): Findings {
  const [caching, kinds] = [
    ['None', 'ReadOnly', 'ReadWrite'],
    ['Dedicated', 'Managed', 'Shared'],
  ]
  yield* requiredText(child(path, 'diskName'), source.diskName)
  yield* requiredText(child(path, 'diskURI'), source.diskURI)
  if (present(source.cachingMode) && !caching?.includes(text(source.cachingMode)))
    yield notSupported(child(path, 'cachingMode'), source.cachingMode, caching ?? [])
  if (present(source.kind) && !kinds?.includes(text(source.kind))) yield notSupported(child(path, 'kind'), source.kind, kinds ?? [])
  const [start, example] = source.kind === 'Managed' ? diskAddresses.managed : diskAddresses.blob
  if (present(source.kind) && !text(source.diskURI).startsWith(start)) yield notSupported(child(path, 'diskURI'), text(source.diskURI), [example])
}

const projections: Readonly<Record<string, SourceRule>> = {
  secret: projectedFile,
  configMap: projectedFile,
  downwardAPI: function* (source, path) {
    for (const file of objects(source.items)) yield* validateDownwardFile(file, path)
  },
  serviceAccountToken: function* (source, path) {
    const seconds = Number(source.expirationSeconds ?? 0)
    if (seconds < 600) yield invalid(child(path, 'expirationSeconds'), seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > 2 ** 32) yield invalid(child(path, 'expirationSeconds'), seconds, 'may not specify a duration larger than 2^32 seconds')
    // The server names the path of the whole projection here.
    const field = child(path.replace(/\.sources\[\d+\]\.serviceAccountToken$/, ''), 'path')
    if (text(source.path) === '') yield required(field)
    else yield* localPath(field, text(source.path))
  },
  clusterTrustBundle: needs('path'),
  podCertificate: needs('signerName'),
}

function* projectedFile(source: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'name'), source.name)
  yield* keyPaths(source.items, child(path, 'items'))
}

function* projected(source: JsonObject, path: string): Findings {
  yield* fileMode(child(path, 'defaultMode'), source.defaultMode)
  const known = new Set<string>()
  for (const [index, projection] of objects(source.sources).entries()) {
    const here = item(child(path, 'sources'), index)
    const [first, ...more] = Object.keys(projections).filter((name) => present(projection[name]))
    if (first !== undefined) yield* projections[first]?.(fields(projection[first]), child(here, first)) ?? []
    yield* conflictingPaths(projection, path, known)
    for (const name of more) yield forbidden(child(here, name), 'may not specify more than 1 volume type per source')
  }
}

/** Files that two sources would put at one path; a source with a name is told by it. */
function* conflictingPaths(projection: JsonObject, path: string, known: Set<string>): Findings {
  for (const name of ['secret', 'configMap', 'downwardAPI'])
    for (const file of objects(fields(projection[name]).items)) {
      const place = text(file.path)
      if (known.has(place)) yield invalid(path, name === 'downwardAPI' ? place : text(fields(projection[name]).name), 'conflicting duplicate paths')
      if (place !== '') known.add(place)
    }
}

function* csi(source: JsonObject, path: string): Findings {
  yield* validateDriverName(source.driver, child(path, 'driver'))
  const secret = source.nodePublishSecretRef
  if (present(secret)) yield* requiredName(child(path, 'nodePublishSecretRef', 'name'), fields(secret).name)
}

/** Findings on the name of a CSI driver. */
export function* validateDriverName(value: Json | undefined, path: string): Findings {
  const name = text(value)
  if (name === '') return yield required(path)
  if (name.length > 63) yield tooLong(path, 63)
  yield* invalidAll(path, name, isDns1123Subdomain(name.toLowerCase()))
}

function* ephemeral(source: JsonObject, path: string): Findings {
  if (!present(source.volumeClaimTemplate)) return yield required(child(path, 'volumeClaimTemplate'))
  yield* validateClaimTemplate(fields(source.volumeClaimTemplate), child(path, 'volumeClaimTemplate'))
}

function* imageVolume(source: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'reference'), source.reference)
  const policies = ['Always', 'IfNotPresent', 'Never']
  if (present(source.pullPolicy) && !policies.includes(text(source.pullPolicy))) yield notSupported(child(path, 'pullPolicy'), source.pullPolicy, policies)
}
