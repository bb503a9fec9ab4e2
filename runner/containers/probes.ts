// The kubelet's probes, judged by what the container does.
import { isObject, type Json, type JsonObject } from '../base/json.ts'
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { decodeText, encodeText } from './bytes.ts'
import { folderOf, processIn } from './container.ts'
import { Family } from './family.ts'
import { containerOf, objects, restartsOf, texts } from './pod.ts'
import type { ProbeGround } from './probe-ground.ts'
import { child, type Listener, type Process, type Program, runProgram } from './process.ts'
import { Run } from './run.ts'

/** How a probe or a hook ended. */
export interface Outcome {
  /** Why it failed, in the kubelet's words; absent if it succeeded. */
  readonly failure?: string
  /** What is worth a word though it succeeded. */
  readonly warning?: string
  /** How long it took, ms. */
  readonly ms: number
}

/** Runs a probe or a hook: a command, a request, a connection, a question about health, or a sleep. */
export async function probeOutcome(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject): Promise<Outcome> {
  if (isObject(probe.exec)) return execOutcome(runtime, pod, name, probe)
  if (isObject(probe.sleep)) return { ms: Number(probe.sleep.seconds ?? 0) * 1000 }
  if (isObject(probe.httpGet)) return httpOutcome(runtime, pod, name, probe)
  if (isObject(probe.grpc)) return grpcOutcome(runtime, pod, name, probe)
  return isObject(probe.tcpSocket) ? tcpOutcome(runtime, pod, name, probe.tcpSocket) : { ms: 0 }
}

async function tcpOutcome(runtime: ProbeGround, pod: KubernetesObject, name: string, handler: JsonObject): Promise<Outcome> {
  const { host, port, listener } = await reached(runtime, pod, name, handler)
  return listener || unknown(runtime, pod, name) ? { ms: 0 } : { ms: 0, failure: `dial tcp ${host}:${port}: connect: connection refused` }
}

/** pkg/probe/grpc: the connection is tried until the time is over, whoever refuses it. */
async function grpcOutcome(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject): Promise<Outcome> {
  const handler = isObject(probe.grpc) ? probe.grpc : {}
  const { host, port, listener } = await reached(runtime, pod, name, handler)
  if (unknown(runtime, pod, name)) return { ms: 0 }
  const wait = Number(probe.timeoutSeconds ?? 1)
  if (!listener || !('health' in listener))
    return { ms: wait * 1000, failure: `timeout: failed to connect service "${host}:${port}" within ${wait}s: context deadline exceeded` }
  const state = listener.health(String(handler.service ?? ''))
  if (state === undefined) return { ms: 0, failure: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service' }
  return state === 'SERVING' ? { ms: 0 } : { ms: 0, failure: `service unhealthy (responded with "${state}")` }
}

async function httpOutcome(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject, hops = 0): Promise<Outcome> {
  const handler = isObject(probe.httpGet) ? probe.httpGet : {}
  const { host, port, listener } = await reached(runtime, pod, name, handler)
  const scheme = String(handler.scheme ?? 'HTTP').toLowerCase()
  const path = String(handler.path ?? '/')
  const failed = (why: string): Outcome => ({ ms: 0, failure: `Get "${scheme}://${host}:${port}${path}": ${why}` })
  const believed = unknown(runtime, pod, name)
  if (!listener) return believed ? { ms: 0 } : failed(`dial tcp ${host}:${port}: connect: connection refused`)
  if (!('http' in listener)) return failed('net/http: HTTP/1.x transport connection broken: malformed HTTP response')
  if (scheme === 'https' && listener.secure !== true && !believed) return failed('http: server gave HTTP response to HTTPS client')
  const headers = Object.fromEntries(objects(handler.httpHeaders).map((header) => [String(header.name).toLowerCase(), String(header.value)]))
  const answer = await listener.http({
    method: 'GET',
    path,
    headers: { host: `${host}:${port}`, 'user-agent': 'kube-probe/1.35', accept: '*/*', connection: 'close', ...headers },
    body: '',
    from: String(at(pod, 'status', 'hostIP') ?? ''),
  })
  const { delay: ms = 0 } = answer
  const next =
    answer.status >= 300 && answer.status < 400 ? ownPath(answer.headers.location ?? answer.headers.Location ?? '', `${scheme}://${host}:${port}`) : undefined
  if (next !== undefined && hops < 10) return httpOutcome(runtime, pod, name, { ...probe, httpGet: { ...handler, path: next } }, hops + 1)
  const wait = Number(probe.timeoutSeconds ?? 1) * 1000
  if (ms > wait) return { ...failed('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'), ms: wait }
  if (answer.status < 200 || answer.status >= 400) return { ms, failure: `HTTP probe failed with statuscode: ${answer.status}` }
  return answer.status < 300 ? { ms } : { ms, warning: `Probe terminated redirects, Response body: ${decodeText(answer.body).slice(0, longestBody)}` }
}

/** What the kubelet reads of an answer: `maxRespBodyLength` of pkg/probe/http. */
const longestBody = 10 * 2 ** 10

/** The path of a redirect to the same server; a probe does not follow one that leads elsewhere. */
function ownPath(location: string, origin: string): string | undefined {
  if (location.startsWith(origin)) return location.slice(origin.length) || '/'
  return location.startsWith('/') && !location.startsWith('//') ? location : undefined
}

/** What a probe speaks to: a port of its own pod, or of a host that it names. */
async function reached(
  runtime: ProbeGround,
  pod: KubernetesObject,
  name: string,
  handler: JsonObject,
): Promise<{ readonly host: string; readonly port: number; readonly listener: Listener | undefined }> {
  const port = portOf(pod, name, handler.port)
  const own = String(at(pod, 'status', 'podIP') ?? '')
  const host = String(handler.host ?? own)
  const elsewhere = host !== own && host !== '127.0.0.1' && host !== 'localhost'
  return { host, port, listener: await (elsewhere ? runtime.net.reach(host, port) : runtime.net.listener(pod, port)) }
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

/** The kubelet's commands have numbers beside the container's own. */
function ownNumbers(): Pick<Process, 'pid' | 'parent' | 'family'> {
  return { pid: 40, parent: 0, family: new Family(40) }
}

/** The same process, whose looks for programs that are not there are told. */
function noticing(process: Process, missing: () => void): Process {
  const find = (name: string, cwd?: string): Program | undefined => {
    const found = process.find(name, cwd)
    if (!found) missing()
    return found
  }
  return child(process, { find })
}

/** A command runs in a time of its own, as long as the probe waits. */
async function execOutcome(runtime: ProbeGround, pod: KubernetesObject, name: string, probe: JsonObject): Promise<Outcome> {
  const container = containerOf(pod, name)
  if (!container) return { ms: 0 }
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
  let missed = false
  const miss = (): void => {
    missed = true
  }
  const run = new Run({
    started,
    now: () => started + wait,
    ended: () => undefined,
    go: (own) => {
      const process = processIn(inside, runtime.environment(pod, container, restarts), {
        stdin: own.stdin,
        out: print,
        err: print,
        halt: own.halt,
        seed: createRandom(`${pod.metadata.uid}/${started}`),
        now: () => own.now(),
        sleep: (ms, halt) => own.sleep(ms, halt),
        ...ownNumbers(),
        step: () => own.step(),
        folder: folderOf(container, inside.image),
      })
      return runProgram(command.map(encodeText), noticing(process, miss))
    },
  })
  run.stdin.end()
  await run.advance()
  if (!run.end) return { ms: wait, failure: `command timed out: "${command.join(' ')}" timed out after ${wait / 1000}s` }
  const ms = run.end.at - started
  // It is, or calls, what only an image that nobody wrote down would have.
  if (missed && unknown(runtime, pod, name)) return { ms }
  return run.end.code === 0 ? { ms } : { ms, failure: decodeText(text) }
}
