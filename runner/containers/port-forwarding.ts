// Connections to ports of pods, as the API server forwards them.
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Dialed, PortConnection, PortReceiver } from '../kubernetes/pod-connections.ts'
import { containerNames } from './pod.ts'
import { openConversation } from './port-conversation.ts'
import type { Listener } from './process.ts'
import { pump } from './pump.ts'
import type { Runtime } from './runtime.ts'

/** Dials a port of a pod; what there is to say where nobody answers is containerd's. */
export async function dial(runtime: Runtime, asked: KubernetesObject, port: number, receive: PortReceiver): Promise<Dialed> {
  const { name = '', namespace = '', uid = '' } = asked.metadata
  const pod = runtime.reader.get('v1', 'Pod', { namespace, name })
  const id = uid.replaceAll('-', '').padEnd(64, '0')
  const forwarding = `error forwarding port ${port} to pod ${id}, uid : `
  if (pod?.metadata.uid !== uid) return { problem: `${forwarding}failed to find sandbox "${id}" in store: not found` }
  const listener = await runtime.net.listener(pod, port)
  const failed = `${forwarding}failed to execute portforward in network namespace "/var/run/netns/cni-${uid}": `
  if (listener)
    return attended(runtime, pod, { listener, receive, reset: `${failed}read tcp4 127.0.0.1:41816->127.0.0.1:${port}: read: connection reset by peer` })
  return {
    problem: `${failed}failed to connect to localhost:${port} inside namespace "${id}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6 [::1]:${port}: connect: connection refused `,
  }
}

/**
 * A conversation that ends with its program. One that speaks when it likes is moved on while somebody listens, and looked at once they are gone.
 * `reset` says what breaks where the program has not read all.
 */
async function attended(
  runtime: Runtime,
  pod: KubernetesObject,
  { listener, receive, reset }: { readonly listener: Listener; readonly receive: PortReceiver; readonly reset: string },
): Promise<PortConnection> {
  const conversation = openConversation(listener, receive)
  const gone = new AbortController()
  const runs = (await Promise.all(containerNames(pod).map((name) => runtime.run(pod, name)))).flatMap((run) => run ?? [])
  const owner = runs.find((run) => [...run.listeners.values()].includes(listener))
  const lost = (): void => receive.end(conversation.unread() ? reset : undefined)
  owner?.connected.add(lost)
  if ('stream' in listener) for (const run of runs) void pump(runtime, run, gone.signal)
  return {
    send: (bytes) => conversation.send(bytes),
    close() {
      conversation.close()
      owner?.connected.delete(lost)
      gone.abort()
      if ('stream' in listener) runtime.touched(`${pod.metadata.namespace}/${pod.metadata.name}`)
    },
  }
}
