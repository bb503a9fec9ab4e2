// Upgrades: exec, attach and port-forward take the connection over.
import { type Duplex, localPeer, type Peer, type Upgrade } from '../../base/host.ts'
import type { KubernetesObject } from '../object.ts'
import { at } from '../object.ts'
import type { PodConnections } from '../pod-connections.ts'
import { liveObject } from '../registry/engine.ts'
import { badRequest, notFound } from '../registry/errors.ts'
import { pacedWriter } from '../streams/paced-writer.ts'
import { portProtocols, portsAsked, servePortChannels } from '../streams/port-channels.ts'
import { servePortForward } from '../streams/port-forward.ts'
import { channelProtocols, type RemoteCommand, serveChannels, translated } from '../streams/remote-command.ts'
import { serveSpdyCommand, spdyProtocols } from '../streams/spdy-command.ts'
import { acceptKey, openWebSocket } from '../streams/websocket.ts'
import { answerUpgrade } from './handle-request.ts'
import { type Answer, answerReadSocket, isReadSocket } from './read-socket.ts'
import { isTrue, type ResourceRequest } from './request-info.ts'
import type { Server } from './server.ts'
import { chosenContainer } from './subresources/log.ts'

const tunnel = 'SPDY/3.1+portforward.k8s.io'

/** Takes connections over, after who asks was found to be allowed to. */
export function createUpgrader(server: Server, answer: Answer): (request: Request, peer: Peer | undefined, duplex: Duplex) => Promise<Upgrade> {
  return (request, peer = localPeer, duplex) => {
    if (isReadSocket(request)) return answerReadSocket(answer, request, peer, duplex)
    return answerUpgrade(server, request, peer, (asked) => {
      const { pods } = server
      const resource = server.registry.find(asked.group, asked.version, asked.resource)
      const pod = resource?.info.plural === 'pods' ? liveObject(server, resource, { name: asked.name, namespace: asked.namespace }) : undefined
      if (!resource || !pods || resource.info.plural !== 'pods') return undefined
      if (!pod) throw notFound(resource.info, asked.name)
      if (!at(pod, 'spec', 'nodeName')) throw badRequest(`pod ${asked.name} does not have a host assigned`)
      return asked.subresource === 'portforward' ? forward(pods, pod, request, duplex) : command(pods, pod, { asked, request, duplex })
    })
  }
}

interface Asking {
  readonly asked: ResourceRequest
  readonly request: Request
  readonly duplex: Duplex
}

/** exec or attach. */
function command(pods: PodConnections, pod: KubernetesObject, { asked, request, duplex }: Asking): Upgrade | undefined {
  const how = (['exec', 'attach'] as const).find((each) => each === asked.subresource)
  if (how === undefined) return undefined
  const query = new URL(request.url).searchParams
  const container = chosenContainer(pod, query.get('container') ?? '')
  const words = query.getAll('command')
  if (how === 'exec' && words.length === 0) throw badRequest('you must specify at least one command for the container')
  const remote: RemoteCommand = {
    ...streamsAsked(query),
    run: (streams) => (how === 'exec' ? pods.exec(pod, container, words, streams) : pods.attach(pod, container, streams)),
  }
  const refused = refusal(remote, () => pods.refuses(pod, container, how))
  if (isSpdy(request)) return refused ? byNode(refused) : overSpdy(remote, request, duplex)
  const protocol = channelProtocols.find((each) => offered(request).includes(each))
  if (protocol === undefined) return undefined
  if (refused && protocol !== translated) return byNode(refused)
  void serveChannels(duplex, refused ? { ...remote, run: async () => ({ refused: refused.why }) } : remote, protocol)
  return switched(request, protocol)
}

interface Refusal {
  readonly status: number
  readonly why: string
}

/** Why a node does not take a connection. */
function refusal({ stdin, stdout, stderr }: RemoteCommand, ofContainer: () => string | undefined): Refusal | undefined {
  if (!stdin && !stdout && !stderr) return { status: 400, why: 'you must specify at least 1 of stdin, stdout, stderr' }
  const why = ofContainer()
  return why === undefined ? undefined : { status: 500, why }
}

/** A terminal has no errors apart. */
function streamsAsked(query: URLSearchParams): Pick<RemoteCommand, 'stdin' | 'stdout' | 'stderr' | 'tty'> {
  const [stdin, stdout, stderr, tty] = ['stdin', 'stdout', 'stderr', 'tty'].map((name) => isTrue(query.get(name)))
  return { stdin: stdin === true, stdout: stdout === true, stderr: stderr === true && tty !== true, tty: tty === true }
}

/** What a kubelet refuses is passed on as it says it: in plain words. */
function byNode({ status, why }: Refusal): Upgrade {
  return { accepted: false, response: new Response(why, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } }) }
}

function isSpdy(request: Request): boolean {
  return request.headers.get('upgrade')?.toLowerCase() === 'spdy/3.1'
}

function overSpdy(remote: RemoteCommand, request: Request, duplex: Duplex): Upgrade | undefined {
  const versions = (request.headers.get('x-stream-protocol-version') ?? '').split(',').map((version) => version.trim())
  const protocol = spdyProtocols.find((each) => versions.includes(each))
  if (protocol === undefined) return undefined
  const spdy = serveSpdyCommand(pacedWriter(duplex.writable), remote)
  void feed(duplex.readable, (bytes) => spdy.receive(bytes)).finally(() => spdy.gone())
  return { accepted: true, headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol } }
}

function forward(pods: PodConnections, pod: KubernetesObject, request: Request, duplex: Duplex): Upgrade | undefined {
  const dial: Parameters<typeof servePortForward>[1] = (port, receive) => pods.dial(pod, port, receive)
  if (isSpdy(request)) {
    const writer = pacedWriter(duplex.writable)
    const spdy = servePortForward((bytes) => void writer.write(bytes), dial)
    void feed(duplex.readable, (bytes) => spdy.receive(bytes)).finally(() => writer.close())
    return { accepted: true, headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'portforward.k8s.io' } }
  }
  if (!offered(request).includes(tunnel)) return forwardChannels(dial, request, duplex)
  const spdy = servePortForward((bytes) => wire.send(bytes), dial)
  const wire = openWebSocket(duplex, { message: (bytes) => spdy.receive(bytes), closed: () => undefined })
  return switched(request, tunnel)
}

/** As older clients ask for it, and those in other languages than Go. */
function forwardChannels(dial: Parameters<typeof servePortForward>[1], request: Request, duplex: Duplex): Upgrade | undefined {
  const protocol = offered(request).find((each) => portProtocols.includes(each))
  if (protocol === undefined) return undefined
  const ports = portsAsked(new URL(request.url).searchParams)
  if ('problem' in ports) throw badRequest(ports.problem)
  void servePortChannels(duplex, dial, { ports, protocol })
  return switched(request, protocol)
}

async function feed(readable: ReadableStream<Uint8Array>, receive: (bytes: Uint8Array) => void): Promise<void> {
  try {
    for await (const chunk of readable) receive(chunk)
  } catch {
    // The other end is gone: the same as its end.
  }
}

function offered(request: Request): readonly string[] {
  return (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((protocol) => protocol.trim())
}

function switched(request: Request, protocol: string): Upgrade {
  const key = acceptKey(request.headers.get('sec-websocket-key') ?? '')
  return {
    accepted: true,
    headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-accept': key, ...(protocol !== '' && { 'sec-websocket-protocol': protocol }) },
  }
}
