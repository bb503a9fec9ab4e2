// Validation of a container's volume mounts and block devices against the volumes of its pod.
import type { JsonObject } from '../../../base/json.ts'
import { child, type Findings, forbidden, invalid, item, notFound, notSupported, required } from '../validation/findings.ts'
import { fields, objects, present, text } from '../validation/read.ts'
import { descendingPath } from '../validation/references.ts'

const propagations = ['Bidirectional', 'HostToContainer', 'None']

/** Findings on `volumeMounts`. */
export function* validateVolumeMounts(container: JsonObject, path: string, volumes: ReadonlyMap<string, JsonObject>): Findings {
  const devices = objects(container.volumeDevices)
  const seen = new Set<string>()
  for (const [index, mount] of objects(container.volumeMounts).entries()) {
    const here = item(path, index)
    const { name, mountPath } = { name: text(mount.name), mountPath: text(mount.mountPath) }
    if (name === '') yield required(child(here, 'name'))
    if (!volumes.has(name)) yield notFound(child(here, 'name'), name)
    if (mountPath === '') yield required(child(here, 'mountPath'))
    if (seen.has(mountPath)) yield invalid(child(here, 'mountPath'), mountPath, 'must be unique')
    seen.add(mountPath)
    if (devices.some((device) => text(device.name) === name)) yield invalid(child(here, 'name'), name, 'must not already exist in volumeDevices')
    if (devices.some((device) => text(device.devicePath) === mountPath))
      yield invalid(child(here, 'mountPath'), mountPath, 'must not already exist as a path in volumeDevices')
    yield* subPaths(mount, here, path)
    if (present(mount.mountPropagation)) yield* propagation(mount, container, child(path, 'mountPropagation'))
    yield* recursiveReadOnly(mount, child(path, 'recursiveReadOnly'))
  }
}

/** Findings on `volumeDevices`. */
export function* validateVolumeDevices(container: JsonObject, path: string, volumes: ReadonlyMap<string, JsonObject>): Findings {
  const mounts = objects(container.volumeMounts)
  const seen = { names: new Set<string>(), paths: new Set<string>() }
  for (const [index, device] of objects(container.volumeDevices).entries()) {
    const here = item(path, index)
    const { name, devicePath } = { name: text(device.name), devicePath: text(device.devicePath) }
    const volume = volumes.get(name)
    if (name === '') yield required(child(here, 'name'))
    if (seen.names.has(name)) yield invalid(child(here, 'name'), name, 'must be unique')
    if (volume !== undefined && !present(volume.persistentVolumeClaim) && !present(volume.ephemeral))
      yield invalid(child(here, 'name'), name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
    if (volume === undefined) yield notFound(child(here, 'name'), name)
    if (devicePath === '') yield required(child(here, 'devicePath'))
    if (seen.paths.has(devicePath)) yield invalid(child(here, 'devicePath'), devicePath, 'must be unique')
    if (devicePath.split('/').includes('..')) yield invalid(child(here, 'devicePath'), devicePath, "can not contain backsteps ('..')")
    else seen.paths.add(devicePath)
    if (mounts.some((mount) => text(mount.name) === name)) yield invalid(child(here, 'name'), name, 'must not already exist in volumeMounts')
    if (mounts.some((mount) => text(mount.mountPath) === devicePath))
      yield invalid(child(here, 'devicePath'), devicePath, 'must not already exist as a path in volumeMounts')
    if (name !== '') seen.names.add(name)
  }
}

function* subPaths(mount: JsonObject, here: string, path: string): Findings {
  if (text(mount.subPath) !== '') yield* descendingPath(child(path, 'subPath'), text(mount.subPath))
  if (text(mount.subPathExpr) === '') return
  if (text(mount.subPath) !== '') yield invalid(child(here, 'subPathExpr'), mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
  yield* descendingPath(child(path, 'subPathExpr'), text(mount.subPathExpr))
}

function* propagation(mount: JsonObject, container: JsonObject, path: string): Findings {
  const value = text(mount.mountPropagation)
  if (!propagations.includes(value)) yield notSupported(path, value, propagations)
  if (value === 'Bidirectional' && fields(container.securityContext).privileged !== true)
    yield forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')
}

function* recursiveReadOnly(mount: JsonObject, path: string): Findings {
  const value = mount.recursiveReadOnly
  if (!present(value) || value === 'Disabled') return
  if (value !== 'Enabled' && value !== 'IfPossible') return yield notSupported(path, value, ['Disabled', 'Enabled', 'IfPossible'])
  if (mount.readOnly !== true) yield forbidden(path, 'may only be specified when readOnly is true')
  if (present(mount.mountPropagation) && mount.mountPropagation !== 'None')
    yield forbidden(path, 'may only be specified when mountPropagation is None or not specified')
}
