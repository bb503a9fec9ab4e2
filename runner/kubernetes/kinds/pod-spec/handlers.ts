// Validation of probes and lifecycle hooks.
import type { Json, JsonObject } from '../../../base/json.ts'
import { child, type Findings, forbidden, invalid, nonNegative, notSupported, required } from '../validation/findings.ts'
import { fields, list, objects, present, text } from '../validation/read.ts'
import { portNumberOrName, requiredText } from '../validation/references.ts'

type HandlerRule = (action: JsonObject, path: string, gracePeriod: number) => Findings

const handlers: Readonly<Record<string, HandlerRule>> = { exec: execAction, httpGet, tcpSocket: socket, grpc: socket, sleep }
const probeHandlers = ['exec', 'httpGet', 'tcpSocket', 'grpc']
const hookHandlers = ['exec', 'httpGet', 'tcpSocket', 'sleep']

/** Findings on the three probes of a container. */
export function* validateProbes(container: JsonObject, path: string, gracePeriod: number): Findings {
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (!present(container[name])) continue
    const probe = fields(container[name])
    const here = child(path, name)
    yield* validateProbe(probe, here, gracePeriod)
    if (name !== 'readinessProbe' && probe.successThreshold !== 1) yield invalid(child(here, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1')
    if (name === 'readinessProbe' && present(probe.terminationGracePeriodSeconds))
      yield invalid(child(here, 'terminationGracePeriodSeconds'), probe.terminationGracePeriodSeconds, 'must not be set for readinessProbes')
  }
}

/** Findings on a container's lifecycle hooks. */
export function* validateLifecycle(lifecycle: Json | undefined, path: string, gracePeriod: number): Findings {
  for (const name of ['postStart', 'preStop']) {
    const hook = fields(lifecycle)[name]
    if (present(hook)) yield* validateHandler(fields(hook), child(path, name), { names: hookHandlers, gracePeriod })
  }
}

function* validateProbe(probe: JsonObject, path: string, gracePeriod: number): Findings {
  yield* validateHandler(probe, path, { names: probeHandlers, gracePeriod })
  for (const name of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'])
    yield* nonNegative(child(path, name), probe[name])
  const period = probe.terminationGracePeriodSeconds
  if (typeof period === 'number' && period <= 0) yield invalid(child(path, 'terminationGracePeriodSeconds'), period, 'must be greater than 0')
}

function* validateHandler(holder: JsonObject, path: string, options: { readonly names: readonly string[]; readonly gracePeriod: number }): Findings {
  const given = options.names.filter((name) => present(holder[name]))
  const [first, ...more] = given
  if (first === undefined) return yield required(path, 'must specify a handler type')
  yield* handlers[first]?.(fields(holder[first]), child(path, first), options.gracePeriod) ?? []
  for (const name of more) yield forbidden(child(path, name), 'may not specify more than 1 handler type')
}

function* execAction(action: JsonObject, path: string): Findings {
  if (list(action.command).length === 0) yield required(child(path, 'command'))
}

function* httpGet(action: JsonObject, path: string): Findings {
  yield* requiredText(child(path, 'path'), action.path)
  yield* portNumberOrName(child(path, 'port'), action.port)
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') yield notSupported(child(path, 'scheme'), text(action.scheme), ['HTTP', 'HTTPS'])
  for (const header of objects(action.httpHeaders)) {
    if (!/^[-A-Za-z0-9]+$/.test(text(header.name)))
      yield invalid(
        child(path, 'httpHeaders'),
        text(header.name),
        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      )
  }
}

function* socket(action: JsonObject, path: string): Findings {
  yield* portNumberOrName(child(path, 'port'), action.port)
}

function* sleep(action: JsonObject, path: string, gracePeriod: number): Findings {
  const seconds = Number(action.seconds ?? 0)
  if (seconds < 0 || seconds > gracePeriod) yield invalid(path, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`)
}
