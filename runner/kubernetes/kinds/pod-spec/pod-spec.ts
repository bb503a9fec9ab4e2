// Validation of pod specs and pod templates, in the order of the server's findings.
import type { Json, JsonObject } from '../../../base/json.ts'
import { validateAnnotations, validateLabels } from '../metadata.ts'
import { ipAddress } from '../validation/addresses.ts'
import { child, duplicate, type Findings, forbidden, invalid, invalidAll, item, notSupported, required, tooLong } from '../validation/findings.ts'
import { internalForm } from '../validation/internal-form.ts'
import { inRange, isDns1123Label, isDns1123Subdomain, isQualifiedName, isRelaxedSubdomain } from '../validation/names.ts'
import { validateResourceList } from '../validation/quantities.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { optionalName } from '../validation/references.ts'
import { validateAppArmorAnnotations, validateAppArmorMatches } from './app-armor.ts'
import { type PodFacts, validateContainers, validateEphemeralContainers, validateInitContainers } from './containers.ts'
import { validateFileVolumes } from './environment.ts'
import { validatePodResources } from './pod-resources.ts'
import { validateAffinity, validateGates, validateSpread, validateTolerations } from './scheduling.ts'
import { validateHostProcess, validateOperatingSystem, validatePodSecurityContext } from './security.ts'
import { validateVolumes } from './volumes.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

/** Findings on a pod template. */
export function* validateTemplate(template: JsonObject, path: string): Findings {
  const meta = fields(template.metadata)
  const spec = fields(template.spec)
  yield* validateLabels(meta.labels, child(path, 'labels'))
  yield* validateAnnotations(meta.annotations, child(path, 'annotations'))
  yield* validateAppArmorAnnotations(meta.annotations, spec, child(path, 'annotations'))
  yield* validatePodSpec(spec, child(path, 'spec'))
  yield* validateAppArmorMatches(meta.annotations, spec, child(path, 'spec'))
  if (list(spec.ephemeralContainers).length > 0) yield forbidden(child(path, 'spec', 'ephemeralContainers'), 'ephemeral containers not allowed in pod template')
}

/** Findings on a pod spec; `isPod` for one that is not in a template. */
export function* validatePodSpec(spec: JsonObject, path: string, isPod = false): Findings {
  if (!present(spec.terminationGracePeriodSeconds)) yield required(child(path, 'terminationGracePeriodSeconds'))
  const { findings, valid } = validateVolumes(spec.volumes, child(path, 'volumes'))
  yield* findings
  const claims = objects(spec.resourceClaims)
  yield* validateClaims(claims, child(path, 'resourceClaims'))
  yield* validateAllContainers(spec, path, {
    volumes: valid,
    claims: claims.map((claim) => text(claim.name)),
    gracePeriod: number(spec.terminationGracePeriodSeconds),
    restartPolicy: text(spec.restartPolicy),
    hostUsers: spec.hostUsers !== false,
  })
  if (present(spec.resources)) yield* validatePodResources(spec, path)
  if (spec.hostNetwork === true) yield* hostNetworkPorts(objects(spec.containers), child(path, 'containers'), isPod)
  yield* choice(child(path, 'restartPolicy'), spec.restartPolicy, restartPolicies)
  yield* choice(child(path, 'dnsPolicy'), spec.dnsPolicy, dnsPolicies)
  yield* validateLabels(spec.nodeSelector, child(path, 'nodeSelector'))
  yield* validatePodSecurityContext(spec, child(path, 'securityContext'))
  yield* validateAffinity(spec.affinity, child(path, 'affinity'))
  yield* validateDnsConfig(spec, child(path, 'dnsConfig'))
  for (const [index, gate] of objects(spec.readinessGates).entries())
    yield* invalidAll(child(item(child(path, 'readinessGates'), index), 'conditionType'), text(gate.conditionType), isQualifiedName(text(gate.conditionType)))
  yield* validateGates(spec.schedulingGates, child(path, 'schedulingGates'))
  yield* validateSpread(spec.topologySpreadConstraints, child(path, 'topologySpreadConstraints'))
  yield* validateHostProcess(spec, path)
  yield* validateHostUsers(spec, path)
  if (present(spec.hostnameOverride)) yield* validateHostnameOverride(spec, child(path, 'hostnameOverride'))
  yield* validateNames(spec, path)
}

function* validateAllContainers(spec: JsonObject, path: string, facts: PodFacts): Findings {
  const [containers, initContainers] = [objects(spec.containers), objects(spec.initContainers)]
  yield* validateContainers(containers, child(path, 'containers'), facts)
  yield* validateInitContainers(initContainers, containers, child(path, 'initContainers'), facts)
  const ephemeral = objects(spec.ephemeralContainers)
  yield* validateEphemeralContainers(ephemeral, [...containers, ...initContainers], child(path, 'ephemeralContainers'), facts)
}

/** The short rules at the end: names of other objects, deadlines, tolerations, the rest. */
function* validateNames(spec: JsonObject, path: string): Findings {
  yield* optionalName(child(path, 'serviceAccountName'), spec.serviceAccountName)
  yield* optionalName(child(path, 'nodeName'), spec.nodeName)
  const deadline = spec.activeDeadlineSeconds
  if (present(deadline)) yield* invalidAll(child(path, 'activeDeadlineSeconds'), deadline, inRange(number(deadline), 1, 2147483647))
  yield* optionalName(child(path, 'hostname'), spec.hostname, isDns1123Label)
  yield* optionalName(child(path, 'subdomain'), spec.subdomain, isDns1123Label)
  yield* validateTolerations(spec.tolerations, child(path, 'tolerations'))
  for (const [index, alias] of objects(spec.hostAliases).entries()) {
    const here = item(child(path, 'hostAliases'), index)
    yield* ipAddress(child(here, 'ip'), text(alias.ip))
    for (const [place, name] of texts(alias.hostnames).entries()) yield* invalidAll(item(child(here, 'hostnames'), place), name, isDns1123Subdomain(name))
  }
  yield* optionalName(child(path, 'priorityClassName'), spec.priorityClassName)
  if (present(spec.runtimeClassName)) yield* invalidAll(child(path, 'runtimeClassName'), spec.runtimeClassName, isDns1123Subdomain(text(spec.runtimeClassName)))
  if (present(spec.preemptionPolicy)) yield* choice(child(path, 'preemptionPolicy'), spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'])
  yield* validateResourceList(spec.overhead, child(path, 'overhead', 'limits'))
  yield* validateOperatingSystem(spec, path)
  yield* validateFileVolumes(spec, path)
}

function* validateHostnameOverride({ hostnameOverride, setHostnameAsFQDN, hostNetwork }: JsonObject, path: string): Findings {
  if (setHostnameAsFQDN === true) yield forbidden(path, 'may not be specified when setHostnameAsFQDN is true')
  if (hostNetwork === true) yield forbidden(path, 'may not be specified when hostNetwork is true')
  if (text(hostnameOverride).length > 64) yield tooLong(path, 64)
  yield* invalidAll(path, hostnameOverride, isDns1123Subdomain(text(hostnameOverride)))
}

function* choice(field: string, value: Json | undefined, supported: readonly string[]): Findings {
  if (text(value) === '') yield required(field)
  else if (!supported.includes(text(value))) yield notSupported(field, value, supported)
}

function* hostNetworkPorts(containers: readonly JsonObject[], path: string, isPod: boolean): Findings {
  for (const [index, container] of containers.entries()) {
    for (const [place, port] of objects(container.ports).entries()) {
      const hostPort = number(port.hostPort)
      if ((isPod || hostPort !== 0) && hostPort !== number(port.containerPort))
        yield invalid(child(item(child(item(path, index), 'ports'), place), 'hostPort'), hostPort, 'must match `containerPort` when `hostNetwork` is true')
    }
  }
}

function* validateDnsConfig(spec: JsonObject, path: string): Findings {
  const config = fields(spec.dnsConfig)
  const [servers, searches] = [texts(config.nameservers), texts(config.searches)]
  if (spec.dnsPolicy === 'None') {
    if (!present(spec.dnsConfig)) return yield required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')
    if (servers.length === 0) return yield required(child(path, 'nameservers'), 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  }
  if (servers.length > 3) yield invalid(child(path, 'nameservers'), servers, 'must not have more than 3 nameservers')
  for (const [index, server] of servers.entries()) yield* ipAddress(item(child(path, 'nameservers'), index), server)
  if (searches.length > 32) yield invalid(child(path, 'searches'), searches, 'must not have more than 32 search paths')
  if (searches.join(' ').length > 2048)
    yield invalid(child(path, 'searches'), searches, 'must not have more than 2048 characters (including spaces) in the search list')
  for (const [index, search] of searches.entries()) {
    const name = search.replace(/\.$/, '')
    if (search !== '.') yield* invalidAll(item(child(path, 'searches'), index), name, isRelaxedSubdomain(name))
  }
  for (const [index, option] of objects(config.options).entries())
    if (text(option.name) === '') yield required(item(child(path, 'options'), index), 'must not be empty')
}

function* validateHostUsers(spec: JsonObject, path: string): Findings {
  if (spec.hostUsers !== false) return
  for (const [field, printed] of [
    ['hostNetwork', 'hostNetwork'],
    ['hostPID', 'HostPID'],
    ['hostIPC', 'HostIPC'],
  ] as const)
    if (spec[field] === true) yield forbidden(child(path, printed), 'when `hostUsers` is false')
}

function* validateClaims(claims: readonly JsonObject[], path: string): Findings {
  const names = new Set<string>()
  for (const [index, claim] of claims.entries()) {
    const here = item(path, index)
    const name = text(claim.name)
    if (name === '') yield required(child(here, 'name'))
    else if (names.has(name)) yield duplicate(child(here, 'name'), name)
    else yield* invalidAll(child(here, 'name'), name, isDns1123Label(name))
    names.add(name)
    const sources = ['resourceClaimName', 'resourceClaimTemplateName'].filter((source) => present(claim[source]))
    if (sources.length > 1)
      yield invalid(here, internalForm(claim, 'core.v1.PodResourceClaim'), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
    if (sources.length === 0)
      yield invalid(here, internalForm(claim, 'core.v1.PodResourceClaim'), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    for (const source of sources) yield* optionalName(child(here, source), claim[source])
  }
}
