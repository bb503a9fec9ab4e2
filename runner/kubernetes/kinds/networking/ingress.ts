// Ingresses and IngressClasses.
import type { JsonObject } from '../../../base/json.ts'
import { defineKind } from '../../kind.ts'
import type { KubernetesObject } from '../../object.ts'
import { age } from '../columns/cells.ts'
import { defaultsOf } from '../defaults/rows.ts'
import { withoutStatus } from '../strategy.ts'
import { parseAddress } from '../validation/addresses.ts'
import { child, type Findings, forbidden, immutable, invalid, invalidAll, item, notSupported, required, tooLong } from '../validation/findings.ts'
import { isDns1035Label, isDns1123Label, isDns1123Subdomain, isPathSegment, isPortName, isPortNumber, isWildcardSubdomain } from '../validation/names.ts'
import { fields, list, number, objects, present, text, texts } from '../validation/read.ts'
import { domainPrefixedPath, optionalName, requiredName, requiredText } from '../validation/references.ts'
import { balancerWarnings, ingressWarnings } from '../warnings/network.ts'

const forbiddenParts = ['//', '/./', '/../', '%2f', '%2F']
const forbiddenEnds = ['/..', '/.']
const shownHosts = 3

/** networking.k8s.io/v1 Ingress. */
export const ingress = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  warnings: ingressWarnings,
  statusWarnings: balancerWarnings,
  prepareForCreate: withoutStatus,
  validate: (object) => [...validateSpec(fields(object.spec))],
  validateUpdate: (object) => [...validateSpec(fields(object.spec))],
  cells(object, now) {
    const { spec, status } = { spec: fields(object.spec), status: fields(object.status) }
    const addresses = objects(fields(status.loadBalancer).ingress).map((entry) => text(entry.ip) || text(entry.hostname))
    return [
      object.metadata.name ?? '',
      text(spec.ingressClassName) || object.metadata.annotations?.['kubernetes.io/ingress.class'] || '<none>',
      hostsText(objects(spec.rules)),
      addresses.join(','),
      list(spec.tls).length > 0 ? '80, 443' : '80',
      age(object, now),
    ]
  },
})

/** networking.k8s.io/v1 IngressClass. */
export const ingressClass = defineKind({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  defaults: defaultsOf([['spec.parameters.scope', 'Cluster']]),
  validate: (object) => [...validateClass(object)],
  validateUpdate: (object, old) => [...validateClass(object), ...immutable('spec.controller', fields(object.spec).controller, fields(old.spec).controller)],
  cells(object, now) {
    const { controller, parameters } = fields(object.spec)
    const { apiGroup, kind, name } = fields(parameters)
    const reference = present(parameters) ? `${text(kind)}${text(apiGroup) === '' ? '' : `.${text(apiGroup)}`}/${text(name)}` : '<none>'
    return [object.metadata.name ?? '', text(controller), reference, age(object, now)]
  },
})

function hostsText(rules: readonly JsonObject[]): string {
  const hosts = rules.map((rule) => text(rule.host)).filter((host) => host !== '')
  if (hosts.length === 0) return '*'
  return `${hosts.slice(0, shownHosts).join(',')}${hosts.length > shownHosts ? ` + ${hosts.length - shownHosts} more...` : ''}`
}

function* validateSpec(spec: JsonObject): Findings {
  const rules = objects(spec.rules)
  if (rules.length === 0 && !present(spec.defaultBackend))
    yield invalid('spec', present(spec.rules) ? [] : undefined, 'either `defaultBackend` or `rules` must be specified')
  if (present(spec.defaultBackend)) yield* validateBackend(fields(spec.defaultBackend), 'spec.defaultBackend')
  for (const [index, rule] of rules.entries()) yield* validateRule(rule, item('spec.rules', index))
  for (const [index, tls] of objects(spec.tls).entries()) {
    const path = item('spec.tls', index)
    for (const [place, host] of texts(tls.hosts).entries()) yield* validateHost(item(child(path, 'hosts'), place), host)
    yield* optionalName(child(path, 'secretName'), tls.secretName)
  }
  if (present(spec.ingressClassName)) yield* invalidAll('spec.ingressClassName', spec.ingressClassName, isDns1123Subdomain(text(spec.ingressClassName)))
}

function* validateHost(field: string, host: string): Findings {
  yield* invalidAll(field, host, host.includes('*') ? isWildcardSubdomain(host) : isDns1123Subdomain(host))
}

function* validateRule(rule: JsonObject, path: string): Findings {
  const host = text(rule.host)
  if (host !== '' && parseAddress(host) !== undefined) yield invalid(child(path, 'host'), host, 'must be a DNS name, not an IP address')
  if (host !== '') yield* validateHost(child(path, 'host'), host)
  if (!present(rule.http)) return
  const paths = objects(fields(rule.http).paths)
  const here = child(path, 'http', 'paths')
  if (paths.length === 0) yield required(here)
  for (const [index, entry] of paths.entries()) yield* validatePath(entry, item(here, index))
}

function* validatePath(entry: JsonObject, path: string): Findings {
  const { pathType, value } = { pathType: entry.pathType, value: text(entry.path) }
  const field = child(path, 'path')
  if (!present(pathType)) return yield required(child(path, 'pathType'), 'pathType must be specified')
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!value.startsWith('/')) yield invalid(field, value, 'must be an absolute path')
    for (const part of forbiddenParts) if (value.includes(part)) yield invalid(field, value, `must not contain '${part}'`)
    for (const end of forbiddenEnds) if (value.endsWith(end)) yield invalid(field, value, `cannot end with '${end}'`)
  } else if (pathType === 'ImplementationSpecific') {
    if (value !== '' && !value.startsWith('/')) yield invalid(field, value, 'must be an absolute path')
  } else yield notSupported(child(path, 'pathType'), pathType, ['Exact', 'ImplementationSpecific', 'Prefix'])
  yield* validateBackend(fields(entry.backend), child(path, 'backend'))
}

function* validateBackend(backend: JsonObject, path: string): Findings {
  const { resource, service } = backend
  if (present(resource) && present(service)) return yield invalid(path, '', 'cannot set both resource and service backends')
  if (present(resource)) {
    yield* requiredText(child(path, 'resource', 'kind'), fields(resource).kind)
    yield* requiredText(child(path, 'resource', 'name'), fields(resource).name)
    return
  }
  if (!present(service)) return yield invalid(path, '', 'resource or service backend is required')
  const serviceName = text(fields(service).name)
  if (serviceName === '') yield required(child(path, 'service', 'name'))
  else yield* invalidAll(child(path, 'service', 'name'), serviceName, isDns1035Label(serviceName))
  const { name, number: port } = fields(fields(service).port)
  const [hasName, hasNumber] = [text(name) !== '', number(port) !== 0]
  if (hasName && hasNumber) yield invalid(path, '', 'cannot set both port name & port number')
  else if (hasName) yield* invalidAll(child(path, 'service', 'port', 'name'), name, isPortName(text(name)))
  else if (hasNumber) yield* invalidAll(child(path, 'service', 'port', 'number'), port, isPortNumber(number(port)))
  else yield required(path, 'port name or number is required')
}

function* validateClass(object: KubernetesObject): Findings {
  const { controller, parameters } = fields(object.spec)
  const name = text(controller)
  if (name.length > 250) yield tooLong('spec.controller', 250)
  yield* domainPrefixedPath('spec.controller', name)
  if (!present(parameters)) return
  const path = 'spec.parameters'
  const { apiGroup, kind, name: parameterName, scope, namespace } = fields(parameters)
  if (present(apiGroup)) yield* invalidAll(child(path, 'apiGroup'), apiGroup, isDns1123Subdomain(text(apiGroup)))
  yield* requiredName(child(path, 'kind'), kind, isPathSegment)
  yield* requiredName(child(path, 'name'), parameterName, isPathSegment)
  if (scope !== 'Cluster' && scope !== 'Namespace') return yield notSupported(child(path, 'scope'), text(scope), ['Cluster', 'Namespace'])
  if (scope === 'Cluster') {
    if (present(namespace)) yield forbidden(child(path, 'namespace'), "`parameters.scope` is set to 'Cluster'")
  } else if (!present(namespace)) yield required(child(path, 'namespace'), "`parameters.scope` is set to 'Namespace'")
  else yield* invalidAll(child(path, 'namespace'), namespace, isDns1123Label(text(namespace)))
}
