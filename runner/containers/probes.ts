// The kubelet's probes, judged by what the container does.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { decodeText } from './bytes.ts'
import { folderOf, processIn } from './container.ts'
import { containerOf, objects, restartsOf, texts } from './pod.ts'
import type { ProbeGround } from './probe-ground.ts'
import { runProgram } from './process.ts'
import { Run } from './run.ts'

/** Why a probe fails, in the kubelet's words; undefined if it succeeds. */
export async function probeFailure(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject): Promise<string | undefined> {
  if (isObject(probe.exec)) return execFailure(runtime, pod, name, probe)
  const handler = isObject(probe.httpGet) ? probe.httpGet : isObject(probe.tcpSocket) ? probe.tcpSocket : undefined
  if (!handler) return undefined
  const port = portOf(pod, name, handler.port)
  const host = String(handler.host ?? at(pod, 'status', 'podIP') ?? '')
  const listener = await runtime.net.listener(pod, port)
  const refused = `dial tcp ${host}:${port}: connect: connection refused`
  if (!isObject(probe.httpGet)) return listener || unknown(runtime, pod, name) ? undefined : refused
  const path = String(handler.path ?? '/')
  const scheme = String(handler.scheme ?? 'HTTP').toLowerCase()
  if (!listener) return unknown(runtime, pod, name) ? undefined : `Get "${scheme}://${host}:${port}${path}": ${refused}`
  if (!('http' in listener)) return `Get "${scheme}://${host}:${port}${path}": net/http: HTTP/1.x transport connection broken: malformed HTTP response`
  if (scheme === 'https' && listener.secure !== true && !unknown(runtime, pod, name))
    return `Get "https://${host}:${port}${path}": http: server gave HTTP response to HTTPS client`
  const headers = Object.fromEntries(objects(handler.httpHeaders).map((header) => [String(header.name).toLowerCase(), String(header.value)]))
  const answer = await listener.http({
    method: 'GET',
    path,
    headers: { host: `${host}:${port}`, 'user-agent': 'kube-probe/1.35', accept: '*/*', connection: 'close', ...headers },
    body: '',
    from: String(at(pod, 'status', 'hostIP') ?? ''),
  })
  return answer.status >= 200 && answer.status < 400 ? undefined : `HTTP probe failed with statuscode: ${answer.status}`
}

/** A program that nobody wrote down is believed to answer its probes. */
function unknown(runtime: ProbeGround, pod: KubernetesObject, name: string): boolean {
  return runtime.plan(pod, name) === 'unknown'
}

function portOf(pod: KubernetesObject, name: string, port: Json | undefined): number {
  if (typeof port !== 'string') return Number(port)
  const named = objects(containerOf(pod, name)?.whole.ports).find((each) => each.name === port)
  return Number(named?.containerPort ?? port)
}

/** A command runs in a time of its own, as long as the probe waits. */
async function execFailure(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject): Promise<string | undefined> {
  const container = containerOf(pod, name)
  if (!container) return undefined
  const command = texts(at(probe, 'exec', 'command'))
  const restarts = restartsOf(pod, name)
  await runtime.run(pod, name)
  const inside = runtime.inside(pod, container, restarts)
  const wait = Number(probe.timeoutSeconds ?? 1) * 1000
  const started = runtime.clock.now()
  let text = ''
  const print = (bytes: string): void => {
    text += bytes
  }
  const run = new Run({
    started,
    now: () => started + wait,
    ended: () => undefined,
    go: (own) => {
      const process = processIn(inside, runtime.environment(pod, container, restarts), {
        stdin: own.stdin,
        tty: false,
        out: print,
        err: print,
        halt: own.halt,
        seed: createRandom(`${pod.metadata.uid}/${started}`),
        now: () => own.now(),
        sleep: (ms) => own.sleep(ms),
        step: () => own.step(),
        folder: folderOf(container, inside.image),
      })
      return runProgram(command, process)
    },
  })
  run.stdin.end()
  await run.advance()
  if (!run.end) return `command timed out: "${command.join(' ')}" timed out after ${wait / 1000}s`
  return run.end.code === 0 ? undefined : decodeText(text)
}
