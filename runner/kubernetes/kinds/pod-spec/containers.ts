// Validation of containers, init containers and ephemeral containers.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notFound, notSupported, required } from '../validation/findings.ts'
import { isDns1123Label, isPortName, isPortNumber } from '../validation/names.ts'
import { validateResources } from '../validation/quantities.ts'
import { fields, number, objects, present, text } from '../validation/read.ts'
import { requiredName } from '../validation/references.ts'
import { validateEnvironment, validateEnvironmentFrom } from './environment.ts'
import { validateLifecycle, validateProbes } from './handlers.ts'
import { validateVolumeDevices, validateVolumeMounts } from './mounts.ts'
import { validateSecurityContext } from './security.ts'

/** What the rules of a container need to know of its pod. */
export interface PodFacts {
  /** Volumes that are well formed, by name. */
  readonly volumes: ReadonlyMap<string, JsonObject>
  readonly claims: readonly string[]
  readonly gracePeriod: number
  readonly restartPolicy: string
  readonly hostUsers: boolean
}

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const protocols = ['SCTP', 'TCP', 'UDP']
const restartPolicies = ['Always', 'Never', 'OnFailure']
const ephemeralFields = [
  ...['name', 'image', 'command', 'args', 'workingDir', 'env', 'envFrom', 'volumeMounts', 'volumeDevices', 'targetContainerName'],
  ...['terminationMessagePath', 'terminationMessagePolicy', 'imagePullPolicy', 'securityContext', 'stdin', 'stdinOnce', 'tty'],
]

/** Findings on `containers`. */
export function* validateContainers(containers: readonly JsonObject[], path: string, pod: PodFacts): Findings {
  if (containers.length === 0) return yield required(path)
  const names = new Set<string>()
  for (const [index, container] of containers.entries()) {
    const here = item(path, index)
    yield* validateContainer(container, here, pod)
    if (names.has(text(container.name))) yield duplicate(child(here, 'name'), container.name)
    names.add(text(container.name))
    yield* validateLifecycle(container.lifecycle, child(here, 'lifecycle'), pod.gracePeriod)
    yield* validateProbes(container, here, pod.gracePeriod)
    yield* validateRestartPolicy(container, here)
  }
  yield* hostPortConflicts(containers, path)
}

/** Findings on `initContainers`. */
export function* validateInitContainers(containers: readonly JsonObject[], others: readonly JsonObject[], path: string, pod: PodFacts): Findings {
  const names = new Set(others.map((container) => text(container.name)))
  for (const [index, container] of containers.entries()) {
    const here = item(path, index)
    yield* validateContainer(container, here, pod)
    yield* validateRestartPolicy(container, here)
    const name = text(container.name)
    if (names.has(name)) yield duplicate(child(here, 'name'), name)
    else if (name !== '') names.add(name)
    yield* hostPortConflicts([container], path)
    yield* sidecarParts(container, here, pod)
  }
}

/** Findings on `ephemeralContainers`. */
export function* validateEphemeralContainers(containers: readonly JsonObject[], others: readonly JsonObject[], path: string, pod: PodFacts): Findings {
  const targets = others.map((container) => text(container.name))
  const names = new Set(targets)
  for (const [index, container] of containers.entries()) {
    const here = item(path, index)
    yield* validateContainer(container, here, pod)
    yield* imageWithoutPadding(container, here)
    const name = text(container.name)
    if (names.has(name)) yield duplicate(child(here, 'name'), name)
    names.add(name)
    const target = text(container.targetContainerName)
    if (target !== '' && !targets.includes(target)) yield notFound(child(here, 'targetContainerName'), target)
    const extra = Object.entries(container).filter(([field, value]) => !ephemeralFields.includes(field) && isGiven(field, value))
    for (const [field] of extra) yield forbidden(child(here, field), 'cannot be set for an Ephemeral Container')
    for (const [mount, { subPath, subPathExpr }] of objects(container.volumeMounts).entries()) {
      const mountPath = item(child(here, 'volumeMounts'), mount)
      if (text(subPath) !== '') yield forbidden(child(mountPath, 'subPath'), 'cannot be set for an Ephemeral Container')
      if (text(subPathExpr) !== '') yield forbidden(child(mountPath, 'subPathExpr'), 'cannot be set for an Ephemeral Container')
    }
  }
}

/** No resources at all are a value in Go, not a missing one. */
function isGiven(field: string, value: Json | undefined): boolean {
  return present(value) && (field !== 'resources' || Object.keys(fields(value)).length > 0)
}

/** An image's name must not be padded; looked at in pods, not in templates. */
export function* imageWithoutPadding(container: JsonObject, path: string): Findings {
  const image = text(container.image)
  if (image !== image.trim()) yield invalid(child(path, 'image'), image, 'must not have leading or trailing whitespace')
}

function* validateContainer(container: JsonObject, path: string, pod: PodFacts): Findings {
  yield* requiredName(child(path, 'name'), container.name, isDns1123Label)
  if (text(container.image) === '') yield required(child(path, 'image'))
  const message = text(container.terminationMessagePolicy)
  if (message === '') yield required(child(path, 'terminationMessagePolicy'))
  else if (message !== 'File' && message !== 'FallbackToLogsOnError')
    yield notSupported(child(path, 'terminationMessagePolicy'), message, ['File', 'FallbackToLogsOnError'])
  yield* validatePorts(container.ports, child(path, 'ports'))
  yield* validateEnvironment(container.env, child(path, 'env'))
  yield* validateEnvironmentFrom(container.envFrom, child(path, 'envFrom'))
  yield* validateVolumeMounts(container, child(path, 'volumeMounts'), pod.volumes)
  yield* validateVolumeDevices(container, child(path, 'volumeDevices'), pod.volumes)
  const pull = text(container.imagePullPolicy)
  if (pull === '') yield required(child(path, 'imagePullPolicy'))
  else if (!pullPolicies.includes(pull)) yield notSupported(child(path, 'imagePullPolicy'), pull, pullPolicies)
  yield* validateResources(container.resources, child(path, 'resources'), pod.claims)
  yield* validateResizePolicy(container.resizePolicy, child(path, 'resizePolicy'), pod.restartPolicy)
  yield* validateSecurityContext(container.securityContext, child(path, 'securityContext'), pod.hostUsers)
}

function* sidecarParts(container: JsonObject, path: string, pod: PodFacts): Findings {
  if (container.restartPolicy === 'Always') {
    yield* validateLifecycle(container.lifecycle, child(path, 'lifecycle'), pod.gracePeriod)
    yield* validateProbes(container, path, pod.gracePeriod)
    return
  }
  for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'])
    if (present(container[name])) yield forbidden(child(path, name), 'may not be set for init containers without restartPolicy=Always')
}

function* validateRestartPolicy(container: JsonObject, path: string): Findings {
  const policy = container.restartPolicy
  if (present(policy) && !restartPolicies.includes(text(policy))) yield notSupported(child(path, 'restartPolicy'), policy, restartPolicies)
  if (!present(policy) && objects(container.restartPolicyRules).length > 0)
    yield required(child(path, 'restartPolicy'), 'must specify restartPolicy when restart rules are used')
  for (const [index, rule] of objects(container.restartPolicyRules).entries()) yield* validateRestartRule(rule, item(child(path, 'restartPolicyRules'), index))
}

function* validateRestartRule({ action, exitCodes }: JsonObject, path: string): Findings {
  if (action !== 'Restart') yield notSupported(child(path, 'action'), action, ['Restart'])
  if (!present(exitCodes)) return yield required(child(path, 'exitCodes'), 'must be specified')
  const { operator } = fields(exitCodes)
  if (operator !== 'In' && operator !== 'NotIn') yield notSupported(child(path, 'exitCodes', 'operator'), operator, ['In', 'NotIn'])
}

function* validatePorts(ports: Json | undefined, path: string): Findings {
  const names = new Set<string>()
  for (const [index, port] of objects(ports).entries()) {
    const here = item(path, index)
    const name = text(port.name)
    const problems = name === '' ? [] : isPortName(name)
    yield* invalidAll(child(here, 'name'), name, problems)
    if (name !== '' && problems.length === 0 && names.has(name)) yield duplicate(child(here, 'name'), name)
    names.add(name)
    const { containerPort, hostPort } = { containerPort: number(port.containerPort), hostPort: number(port.hostPort) }
    if (containerPort === 0) yield required(child(here, 'containerPort'))
    else yield* invalidAll(child(here, 'containerPort'), containerPort, isPortNumber(containerPort))
    if (hostPort !== 0) yield* invalidAll(child(here, 'hostPort'), hostPort, isPortNumber(hostPort))
    if (text(port.protocol) === '') yield required(child(here, 'protocol'))
    else if (!protocols.includes(text(port.protocol))) yield notSupported(child(here, 'protocol'), port.protocol, protocols)
  }
}

function* hostPortConflicts(containers: readonly JsonObject[], path: string): Findings {
  const seen = new Set<string>()
  for (const [index, container] of containers.entries()) {
    for (const [place, port] of objects(container.ports).entries()) {
      if (number(port.hostPort) === 0) continue
      const key = `${text(port.protocol)}/${text(port.hostIP)}/${number(port.hostPort)}`
      if (seen.has(key)) yield duplicate(child(item(child(item(path, index), 'ports'), place), 'hostPort'), key)
      seen.add(key)
    }
  }
}

function* validateResizePolicy(policies: Json | undefined, path: string, restartPolicy: string): Findings {
  const seen = new Set<string>()
  for (const [index, policy] of objects(policies).entries()) {
    const resource = text(policy.resourceName)
    const restart = text(policy.restartPolicy)
    if (seen.has(resource)) yield duplicate(item(path, index), resource)
    seen.add(resource)
    if (resource === '') yield required(path)
    else if (resource !== 'cpu' && resource !== 'memory') yield notSupported(path, resource, ['cpu', 'memory'])
    if (restart === '') yield required(path)
    else if (restart !== 'NotRequired' && restart !== 'RestartContainer') yield notSupported(path, restart, ['NotRequired', 'RestartContainer'])
    if (restartPolicy === 'Never' && restart !== 'NotRequired') yield invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'")
  }
}
