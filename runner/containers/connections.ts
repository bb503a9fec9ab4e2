// What the API server asks of containers: logs, programs beside the container's own, its streams, its ports.

import { createRandom } from '../base/random.ts'
import { nextTurn } from '../base/turns.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import type { PodConnections, Posted, RemoteEnd, RemoteStreams } from '../kubernetes/pod-connections.ts'
import { decodeText, encodeText, fromBytes, toBytes } from './bytes.ts'
import { folderOf, processIn } from './container.ts'
import { userOf } from './environment.ts'
import { Family } from './family.ts'
import { imageOf } from './images/table.ts'
import { answerKubelet, isNode } from './kubelet-api.ts'
import { lineText } from './log.ts'
import { backendOf } from './network/cluster-network.ts'
import { shownAs } from './plan.ts'
import { containerNames, containerOf, objects, restartsOf, runningSince } from './pod.ts'
import { logs } from './pod-logs.ts'
import { dial } from './port-forwarding.ts'
import { Exit, Halt, type HttpAnswer, type Process, runProgram } from './process.ts'
import { pump } from './pump.ts'
import type { Runtime } from './runtime.ts'
import { Pipe } from './streams.ts'
import { type Screen, Terminal, type Typing } from './terminal.ts'
import { measure } from './usage.ts'

/** The nodes behind an API server, over its runtime. */
export function createConnections(runtime: Runtime): PodConnections {
  runtime.net.kubelet = async (node, path) => callAnswer(await answerKubelet(runtime, node, path))
  return {
    logs: (pod, query) => logs(runtime, pod, query),
    refuses: (pod, container, subresource) => refuses(pod, container, subresource),
    exec: (pod, container, command, streams) => exec(runtime, pod, container, { command, streams }),
    attach: (pod, container, streams) => attach(runtime, pod, container, streams),
    dial: (pod, port, receive) => dial(runtime, pod, port, receive),
    proxy: (to, request, path) => proxy(runtime, to, request, path),
    post: (to, body) => post(runtime, to, body),
    measure: () => measure(runtime.reader, runtime.clock.now(), runtime.name),
  }
}

/** Whoever attaches to a program that reads may do so before it runs. */
function refuses(pod: KubernetesObject, name: string, subresource: 'exec' | 'attach'): string | undefined {
  const container = containerOf(pod, name)
  const waits = subresource === 'attach' && container?.whole.stdin === true
  return container && (waits || runningSince(pod, name) !== undefined) ? undefined : notFound(name)
}

function notFound(container: string): string {
  return `container not found ("${container}")`
}

function notRunning(container: string): RemoteEnd {
  return { refused: notFound(container) }
}

async function exec(
  runtime: Runtime,
  pod: KubernetesObject,
  name: string,
  { command, streams }: { readonly command: readonly string[]; readonly streams: RemoteStreams },
): Promise<RemoteEnd> {
  const container = containerOf(pod, name)
  if (!container || refuses(pod, name, 'exec') !== undefined) return notRunning(name)
  const run = await runtime.run(pod, name)
  const restarts = restartsOf(pod, name)
  const { uid } = userOf(pod, container, imageOf(container.image))
  const task = { pid: 40 + (runtime.clock.now() % 60), user: uid === 0 ? 'root' : String(uid), command: shownAs(command).join(' ').replaceAll('\n', ' ') }
  const inside = runtime.inside(pod, container, restarts, () => (run?.repeating ? run : undefined), [task])
  const stdin = new Pipe()
  const halt = new Halt()
  const typing: Typing = {}
  const screen: Screen = { columns: 0, rows: 0 }
  const connected = connect(streams, { stdin, halt, typing, screen })
  const env = runtime.environment(pod, container, restarts)
  if (streams.tty) env.set('TERM', 'xterm')
  const process = processIn(inside, env, {
    ...connected,
    pid: task.pid,
    parent: 0,
    family: new Family(task.pid),
    stdin,
    ...(streams.tty && { terminal: { ...connected, stdin, screen } }),
    typing,
    halt,
    seed: createRandom(`${pod.metadata.uid}/${name}/${runtime.clock.now()}`),
    folder: folderOf(container, inside.image),
    ...worldTime(runtime, halt, streams),
  })
  if (!process.find(command[0] ?? '')) return { problem: missing(pod, name, command[0] ?? '') }
  const exitCode = await finished(command.map(encodeText), process)
  runtime.touched(`${pod.metadata.namespace}/${pod.metadata.name}`)
  return { exitCode }
}

async function finished(command: readonly string[], process: Process): Promise<number> {
  try {
    return await runProgram(command, process)
  } catch (error) {
    if (error instanceof Exit) return error.code
    process.err(`drydock: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}

function missing(pod: KubernetesObject, name: string, word: string): string {
  const id = Array.from({ length: 8 }, (_, index) =>
    createRandom(`${pod.metadata.uid}/${name}/${index}`)
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  const why = word.startsWith('/') ? `exec: "${word}": stat ${word}: no such file or directory` : `exec: "${word}": executable file not found in $PATH`
  return `error executing command in container: failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: ${why}`
}

/** The time of programs that somebody waits for: the world's. */
function worldTime(runtime: Runtime, halt: Halt, streams: RemoteStreams): Pick<Process, 'now' | 'sleep' | 'step'> {
  let steps = 0
  let pause: Promise<void> | undefined
  return {
    now: () => runtime.clock.now(),
    async sleep(ms, own = halt) {
      const wait = runtime.sleeps.sleep(ms)
      await own.unless(wait.done).finally(() => wait.cancel())
    },
    step() {
      halt.check()
      steps += 1
      const behind = streams.drained?.()
      if (behind) return halt.unless(behind)
      // All that runs here pauses together: each by itself would leave the others no end.
      if (steps % 500 === 0)
        pause ??= nextTurn().finally(() => {
          pause = undefined
        })
      return pause
    },
  }
}

interface Joining {
  readonly stdin: Pipe
  readonly halt: Halt
  readonly typing: Typing
  readonly screen: Screen
  /** What an interrupt is for. */
  interrupt?(): void
  /** What the end of somebody's input is; for the program it is the end of its own. A container's input goes on after it, unless it is given once. */
  ended?(): void
}

/** Joins somebody's streams with a program's. */
function connect(
  streams: RemoteStreams,
  { stdin, halt, typing, screen, interrupt = () => halt.fire(130), ended = () => stdin.end() }: Joining,
): Pick<Process, 'out' | 'err'> {
  const out = (bytes: string): void => streams.out(toBytes(bytes))
  const terminal = streams.tty ? new Terminal({ input: stdin, show: out, interrupt, typing }) : undefined
  streams.size?.follow((size) => Object.assign(screen, size))
  const left = (): void => {
    if (streams.stdin) ended()
    void linger(halt)
  }
  if (!streams.stdin) stdin.end()
  streams.stdin?.follow({
    data: (bytes) => (terminal ? terminal.type(fromBytes(bytes)) : stdin.write(fromBytes(bytes))),
    end: () => ended(),
  })
  if (streams.gone.aborted) left()
  else streams.gone.addEventListener('abort', left, { once: true })
  const print = terminal ? (bytes: string) => terminal.print(bytes) : undefined
  return { out: print ?? out, err: print ?? ((bytes) => streams.err(toBytes(bytes))) }
}

/** Who leaves ends a program's input, and the program goes on: as far as it comes without waiting for time, since nobody looks at it any more. */
async function linger(halt: Halt): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn()
  halt.fire(137)
}

async function attach(runtime: Runtime, pod: KubernetesObject, name: string, streams: RemoteStreams): Promise<RemoteEnd> {
  const container = containerOf(pod, name)
  const interactive = container?.whole.stdin === true
  if (refuses(pod, name, 'attach') !== undefined) return notRunning(name)
  const run = await runtime.run(pod, name)
  if (!run) return notRunning(name)
  const given: RemoteStreams = interactive ? streams : withoutInput(streams)
  const gone = new AbortController()
  const once = container?.whole.stdinOnce === true
  const { out, err } = connect(given, {
    stdin: interactive && streams.stdin ? run.stdin : new Pipe(),
    halt: new Halt(),
    typing: run.typing,
    screen: run.screen,
    interrupt: () => run.halt.fire(130),
    ...(once ? {} : { ended: () => gone.abort() }),
  })
  const show = (stream: 'out' | 'err', bytes: string): void => {
    if (streams.drained?.()) return
    if (stream === 'out') out(bytes)
    else err(bytes)
  }
  if (interactive && run.watchers.size === 0) for (const line of run.log) show(line[1], lineText(line, false))
  run.watchers.add(show)
  streams.gone.addEventListener('abort', () => gone.abort(), { once: true })
  await pump(runtime, run, gone.signal)
  run.watchers.delete(show)
  return { exitCode: 0 }
}

function withoutInput({ stdin: _, ...others }: RemoteStreams): RemoteStreams {
  return others
}

/** An answer as programs in containers are given it. */
async function callAnswer(response: Response): Promise<HttpAnswer> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: fromBytes(new Uint8Array(await response.arrayBuffer())) }
}

function unreachable(why: string): Response {
  const message = `error trying to reach service: ${why}`
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'ServiceUnavailable', code: 503 }
  return new Response(`${JSON.stringify(body)}\n`, { status: 503, headers: { 'content-type': 'application/json' } })
}

async function proxy(
  runtime: Runtime,
  { object, port }: { readonly object: KubernetesObject; readonly port: string },
  request: Request,
  path: string,
): Promise<Response | undefined> {
  if (isNode(object)) return answerKubelet(runtime, object, path)
  const target = object.kind === 'Service' ? backendOf(object, port, runtime.reader) : { pod: object, port: Number(port || firstPort(object)) }
  if (!target) return undefined
  if (target.port > 65535) return unreachable(`dial tcp: address ${target.port}: invalid port`)
  const listener = await runtime.net.listener(target.pod, target.port)
  if (!listener || !('http' in listener)) return unreachable(`dial tcp ${at(target.pod, 'status', 'podIP')}:${target.port}: connect: connection refused`)
  const body = request.body ? fromBytes(new Uint8Array(await request.arrayBuffer())) : ''
  const headers = Object.fromEntries([...request.headers].filter(([name]) => name !== 'authorization'))
  const answer = await listener.http({
    method: request.method,
    path,
    headers,
    body: encodeText(body),
    from: String(at(target.pod, 'status', 'hostIP') ?? '127.0.0.1'),
  })
  if (answer.delay !== undefined) await runtime.sleeps.sleep(answer.delay).done
  const empty = answer.status === 204 || answer.status === 304 || request.method === 'HEAD'
  return new Response(empty ? null : toBytes(answer.body), { status: answer.status, headers: answer.headers })
}

async function post(runtime: Runtime, { service, port, path, seconds }: Parameters<PodConnections['post']>[0], body: string): Promise<Posted | undefined> {
  const target = backendOf(service, String(port), runtime.reader)
  if (!target) return undefined
  const listener = await runtime.net.listener(target.pod, target.port)
  if (containerNames(target.pod).some((name) => runtime.plan(target.pod, name) === 'unknown')) return { notSimulated: true }
  if (!listener) return { problem: `dial tcp ${at(target.pod, 'status', 'podIP')}:${target.port}: connect: connection refused` }
  if (!('http' in listener)) return { problem: 'net/http: HTTP/1.x transport connection broken: malformed HTTP response' }
  if (listener.secure !== true) return { problem: 'http: server gave HTTP response to HTTPS client' }
  const host = `${service.metadata.name}.${service.metadata.namespace}.svc:${port}`
  const headers = { host, 'content-type': 'application/json', accept: 'application/json, */*', 'user-agent': 'kube-apiserver-admission' }
  const answer = await listener.http({ method: 'POST', path, headers, body: encodeText(body), from: String(at(target.pod, 'status', 'hostIP') ?? '') })
  const { delay = 0 } = answer
  if (delay > 0) await runtime.sleeps.sleep(Math.min(delay, seconds * 1000)).done
  return delay > seconds * 1000 ? { problem: 'context deadline exceeded' } : { status: answer.status, body: decodeText(answer.body) }
}

function firstPort(pod: KubernetesObject): string {
  const [port] = objects(at(pod, 'spec', 'containers')).flatMap((container) => objects(container.ports))
  return String(port?.containerPort ?? 80)
}
