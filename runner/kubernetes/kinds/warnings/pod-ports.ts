// Ports that containers of one pod define twice.
import type { JsonObject } from '../../../base/json.ts'
import { eachContainer } from '../pod-spec/each-container.ts'
import { child, item } from '../validation/findings.ts'
import { number, objects, text } from '../validation/read.ts'
import type { Warnings } from './shapes.ts'

interface Port {
  readonly path: string
  readonly port: JsonObject
}

/** Addresses without a port of the host, and ports that are the same, overlap, or are one with and one without an address. */
export function* portWarnings(path: string, spec: JsonObject): Warnings {
  const known = new Map<string, Port[]>()
  for (const { path: here, port } of eachPort(path, spec)) {
    if (text(port.hostIP) !== '' && number(port.hostPort) === 0) yield `${here}: hostIP set without hostPort: ${printPort(port)}`
    const key = `${number(port.containerPort)}/${text(port.protocol)}`
    const others = known.get(key) ?? []
    for (const other of others) {
      const likeness = likenessOf(port, other.port)
      if (likeness !== undefined) yield `${here}: ${likeness} port definition with ${other.path}`
    }
    known.set(key, [...others, { path: here, port }])
  }
}

/** Names of ports that are there twice. */
export function* portNameWarnings(path: string, spec: JsonObject): Warnings {
  const known = new Map<string, string>()
  for (const { path: here, port } of eachPort(path, spec)) {
    const name = text(port.name)
    const other = known.get(name)
    if (other !== undefined)
      yield `${here}: duplicate port name ${JSON.stringify(name)} with ${other}, services and probes that select ports by name will use ${other}`
    else if (name !== '') known.set(name, here)
  }
}

function* eachPort(path: string, spec: JsonObject): Generator<Port, void> {
  for (const [here, container] of eachContainer(path, spec))
    for (const [index, port] of objects(container.ports).entries()) yield { path: item(child(here, 'ports'), index), port }
}

function likenessOf(port: JsonObject, other: JsonObject): string | undefined {
  const [mine, theirs] = [text(port.hostIP), text(other.hostIP)]
  const [hostPort, otherPort] = [number(port.hostPort), number(other.hostPort)]
  if (mine === theirs && hostPort === otherPort) return 'duplicate'
  if (hostPort === 0 || otherPort === 0) return 'overlapping'
  return hostPort === otherPort && (mine === '') !== (theirs === '') ? 'dangerously ambiguous' : undefined
}

/** A port as Go prints the struct. */
function printPort(port: JsonObject): string {
  const { name, hostPort, containerPort, protocol, hostIP } = port
  return `{Name:${text(name)} HostPort:${number(hostPort)} ContainerPort:${number(containerPort)} Protocol:${text(protocol)} HostIP:${text(hostIP)}}`
}
