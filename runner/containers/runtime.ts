// The container runtime of a cluster (the room's door): what containers run, print, hold and answer.
import type { Clock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import { createRandom } from '../base/random.ts'
import { at, type KubernetesObject } from '../kubernetes/object.ts'
import { encodeText } from './bytes.ts'
import { ClusterNet } from './cluster-net.ts'
import { type ContainerGround, folderOf, type Inside, insideOf, planIn, processIn } from './container.ts'
import { coreDnsIn } from './coredns/running.ts'
import { diskFault, hasDiskLimit } from './disk-use.ts'
import { environmentOf, fill, takesFromObjects, userOf } from './environment.ts'
import { nameOf } from './files.ts'
import { Holdings, type HoldingsState } from './holdings.ts'
import { unsimulated } from './images/servers.ts'
import { imageOf, mayHave } from './images/table.ts'
import { lastWords } from './last-words.ts'
import { groupsOfVolumes, nodePathFault, type VolumeFault } from './node-volume.ts'
import { Nodes } from './nodes.ts'
import { type Plan, wordsOf } from './plan.ts'
import { type ClusterReader, type ContainerSpec, containerNames, containerOf, restartsOf, runningSince } from './pod.ts'
import { type Outcome, probeOutcome } from './probes.ts'
import type { HttpAnswer, HttpCall, Net, Task } from './process.ts'
import { runProgram } from './process.ts'
import { advanceTogether, Run, type RunEnd, type RunState } from './run.ts'
import { type ReachedLog, WorldSleeps } from './sleeps.ts'
import { type StartFault, startFault } from './start-fault.ts'
import { tasksOf } from './tasks.ts'
import { type ToldRun, toldRun } from './told-run.ts'
import { sandboxFault, volumeFault } from './volumes.ts'

/** What a runtime works with. */
export interface RuntimeOptions {
  readonly clock: Clock
  /** Unique in the world: its timers bear it. */
  readonly name: string
  reader(): ClusterReader
  /** The API server, for programs in containers. */
  api(call: HttpCall): Promise<HttpAnswer>
  /** What listens in another cluster, behind an EndpointSlice that was imported from there. */
  beyond?: ((slice: string, address: string, port: number) => ReturnType<ClusterNet['listener']>) | undefined
  /** A token of a service account, bound to its pod. */
  token(pod: KubernetesObject, audience: string, seconds: number): string
  readonly state?: JsonObject
}

/** How a container stands when somebody looks: what it is, how it ended, or when to look again. */
export interface Look {
  readonly plan: Plan
  readonly end?: RunEnd
  readonly wake?: number
}

interface RuntimeState extends HoldingsState {
  readonly runs: Readonly<Record<string, RunState>>
}

/** Makes a cluster's runtime, or goes on with what `state()` gave. */
export function createRuntime(options: RuntimeOptions): Runtime {
  return new Runtime(options)
}

/** A cluster's container runtime. */
export class Runtime implements ReachedLog {
  readonly clock: Clock
  readonly sleeps: WorldSleeps
  readonly net: ClusterNet
  /** Told the key of a pod when one of its programs ended, but not when the pod is gone: another may have its name by then. */
  ended: (pod: string) => void = () => undefined
  /** Told the key of a pod in which a command from outside ran. */
  touched: (pod: string) => void = () => undefined
  readonly #options: RuntimeOptions
  readonly #holdings: Holdings
  readonly #runs = new Map<string, Run>()
  readonly #nodes: Nodes
  readonly #kept: Map<string, RunState>

  constructor(options: RuntimeOptions) {
    const state = (options.state ?? {}) as unknown as Partial<RuntimeState>
    this.#options = options
    this.clock = options.clock
    this.sleeps = new WorldSleeps(options.clock, `${options.name}/containers`)
    this.#holdings = new Holdings(state, (pod, audience, seconds) => options.token(pod, audience, seconds))
    this.#kept = new Map(Object.entries(state.runs ?? {}))
    this.#nodes = new Nodes({ runtime: this, writes: (key) => this.#holdings.writes(key), log: (run) => this.#runs.get(run)?.log })
    this.net = new ClusterNet({
      reader: () => options.reader(),
      api: (call) => options.api(call),
      beyond: options.beyond,
      runs: this,
      now: () => options.clock.now(),
    })
  }

  /** Unique in the world. */
  get name(): string {
    return this.#options.name
  }

  get reader(): ClusterReader {
    return this.#options.reader()
  }

  state(): JsonObject {
    const runs = Object.fromEntries([...this.#kept, ...[...this.#runs].map(([key, run]) => [key, run.state()] as const)])
    const state: RuntimeState = { ...this.#holdings.state(), runs }
    return state as unknown as JsonObject
  }

  stop(): void {
    this.sleeps.stop()
  }

  /** Why a container cannot be made or started; undefined if it can. */
  startFault(pod: KubernetesObject, name: string): StartFault | undefined {
    return startFault(this, pod, name)
  }

  /** Whom a container runs as. */
  identity(pod: KubernetesObject, name: string): ReturnType<typeof userOf> | undefined {
    const container = containerOf(pod, name)
    return container && userOf(pod, container, imageOf(container.image), groupsOfVolumes(pod, this.reader))
  }

  /** Why a pod's volumes cannot be mounted. */
  volumeFault(pod: KubernetesObject): VolumeFault | undefined {
    return volumeFault(pod, this.reader) ?? nodePathFault(pod, this.#nodes)
  }

  /** Why no sandbox can be made for a pod. */
  sandboxFault(pod: KubernetesObject): string | undefined {
    return sandboxFault(pod, this.reader)
  }

  /** What was written to a node's own files. */
  onNode(node: string, path: string): boolean {
    return this.#holdings.onNode(node, path)
  }

  /** A container starts: its environment is what it is now, and older runs than the last are forgotten. */
  start(pod: KubernetesObject, name: string, restarts: number): void {
    const container = containerOf(pod, name)
    const key = keyOf(pod, name, restarts)
    if (container && takesFromObjects(container)) {
      this.#holdings.keepEnvironment(key, [...environmentOf(pod, container, { image: imageOf(container.image), reader: this.reader, file: this.file })])
    }
    this.#forget((each) => each.startsWith(`${pod.metadata.uid}/${name}/`) && Number(each.split('/').at(-1)) < restarts - 1)
    this.#holdings.forgetRoot(keyOf(pod, name, restarts - 1))
  }

  /** Looks at a container that runs since `started`. */
  async look(pod: KubernetesObject, name: string, { restarts, started }: { readonly restarts: number; readonly started: number }): Promise<Look> {
    const plan = this.plan(pod, name)
    const key = keyOf(pod, name, restarts)
    if (plan !== 'ends' && !this.#runs.has(key)) return { plan }
    const run = this.runAt(pod, name, { restarts, started })
    if (run) await this.#together(pod, run)
    return { plan, ...(run?.end && { end: run.end }), ...(run?.wake !== undefined && { wake: run.wake }) }
  }

  /** What a container's words come to. */
  plan(pod: KubernetesObject, name: string): Plan {
    const container = containerOf(pod, name)
    const image = imageOf(container?.image ?? '')
    const plan = container ? planIn(() => this.inside(pod, container, restartsOf(pod, name)), container, image) : 'unknown'
    return plan === 'forever' && coreDnsIn(pod, this.reader, this.clock.now())?.start.fault !== undefined ? 'ends' : plan
  }

  /** Runs a probe or a hook: how long it takes, ms, and in the kubelet's words why it failed, or what is worth a warning. */
  probe(pod: KubernetesObject, name: string, probe: JsonObject): Promise<Outcome> {
    return probeOutcome(this, pod, name, probe)
  }

  /** What a program that ended left to be read in its status. */
  lastWords(pod: KubernetesObject, name: string, code: number): string | undefined {
    const container = containerOf(pod, name)
    const restarts = restartsOf(pod, name)
    return (
      container &&
      lastWords(container, code, { files: this.inside(pod, container, restarts).files, log: this.#runs.get(keyOf(pod, name, restarts))?.log ?? [] })
    )
  }

  /** Asks a container's program to end: how long it goes on, ms, `Infinity` if it pays no heed; `trap` if what it has for that decides; undefined for one that nobody wrote. */
  async terminate(pod: KubernetesObject, name: string): Promise<number | 'trap' | undefined> {
    const key = keyOf(pod, name, restartsOf(pod, name))
    const run = this.#runs.has(key) || this.#kept.has(key) ? await this.run(pod, name) : undefined
    if (run) run.asked = true
    if (!run || run.end || run.lingers > 0) return run?.lingers
    await run.signal('TERM')
    if (run.end) return 0
    if (run.trapped) return 'trap'
    return run.family.find(1) ? Number.POSITIVE_INFINITY : undefined
  }

  /** Why a pod that may take only so much of its node's disk must go; undefined if it takes no more, `free` for one that has no such limit. */
  async diskFault(pod: KubernetesObject): Promise<string | 'free' | undefined> {
    if (!hasDiskLimit(pod)) return 'free'
    for (const name of containerNames(pod)) if (runningSince(pod, name) !== undefined) await this.run(pod, name)
    const key = (name: string): string => keyOf(pod, name, restartsOf(pod, name))
    return diskFault(pod, {
      root: (name) => this.#holdings.writes(`root/${key(name)}`),
      volume: (name) => this.#holdings.writes(`pod/${pod.metadata.uid}/${name}`),
      log: (name) => (this.#runs.get(key(name))?.log ?? []).reduce((sum, [, , text]) => sum + text.length + 40, 0),
    })
  }

  /** True for a program that was asked to end and had a trap for that. */
  isTrapping(pod: KubernetesObject, name: string): boolean {
    return this.#runs.get(keyOf(pod, name, restartsOf(pod, name)))?.trapped === true
  }

  /** What a pod answers to a GET on one of its ports, as the API server asks it; undefined if nothing listens there. */
  async ask(pod: KubernetesObject, port: number, path: string): Promise<HttpAnswer | undefined> {
    const listener = await this.net.listener(pod, port)
    if (!listener || !('http' in listener)) return undefined
    return listener.http({ method: 'GET', path, headers: { accept: 'application/json' }, body: '', from: String(at(pod, 'status', 'hostIP') ?? '') })
  }

  /** Ends a container's program from outside. */
  async kill(pod: KubernetesObject, name: string, code: number): Promise<void> {
    const run = this.#runs.get(keyOf(pod, name, restartsOf(pod, name)))
    await run?.stop(code)
  }

  /** A pod is gone, and with it what its containers held. */
  forget(uid: string): void {
    for (const [key, run] of this.#runs) if (key.startsWith(`${uid}/`)) run.halt.fire(137)
    this.#forget((key) => key.startsWith(`${uid}/`))
    this.#holdings.forgetPod(uid)
  }

  /** The run that a container's status tells of, begun and moved on to now; undefined if it never started. */
  async run(pod: KubernetesObject, name: string, previous = false): Promise<Run | undefined> {
    const isKnown = (restarts: number): boolean => this.#runs.has(keyOf(pod, name, restarts)) || this.#kept.has(keyOf(pod, name, restarts))
    const told = toldRun(pod, name, { previous, isKnown })
    const run = told && this.runAt(pod, name, told)
    if (run && !run.moving) await this.#together(pod, run)
    return run
  }

  /** Moves a run on, and with it those beside it in its pod: what one writes the other reads. */
  async #together(pod: KubernetesObject, run: Run): Promise<void> {
    const others = containerNames(pod).flatMap((name) => {
      const started = runningSince(pod, name)
      const each = started === undefined ? undefined : this.runAt(pod, name, { restarts: restartsOf(pod, name), started })
      return each && !each.end && !each.moving ? [each] : []
    })
    if (others.length > 1 && others.includes(run)) await advanceTogether(others, this.clock.now())
    await run.advance()
  }

  /** The run of a number, made if there is none yet. */
  runAt(pod: KubernetesObject, name: string, { restarts, started, until }: ToldRun): Run | undefined {
    const key = keyOf(pod, name, restarts)
    const known = this.#runs.get(key)
    const container = containerOf(pod, name)
    if (known || !container) return known
    const state = this.#kept.get(key)
    const run = new Run({
      started: state?.started ?? started,
      ...(state && { state }),
      now: () => Math.min(this.clock.now(), until ?? Number.POSITIVE_INFINITY),
      go: (made) => this.#program(pod, container, { run: made, restarts }),
      ended: (ended) => this.#runs.get(key) === ended && this.ended(`${pod.metadata.namespace}/${pod.metadata.name}`),
    })
    this.#runs.set(key, run)
    this.#kept.delete(key)
    if (container.whole.stdin !== true) run.stdin.end()
    return run
  }

  async #program(pod: KubernetesObject, container: ContainerSpec, { run, restarts }: { readonly run: Run; readonly restarts: number }): Promise<number> {
    const inside = this.inside(pod, container, restarts, () => run)
    const env = this.environment(pod, container, restarts)
    const words = wordsOf(container, inside.image).map((word) => fill(encodeText(word), env))
    const [first = ''] = words
    const streams = { stdin: run.stdin, out: (bytes: string) => run.write('out', bytes), err: (bytes: string) => run.write('err', bytes) }
    const process = processIn(inside, env, {
      ...streams,
      ...(container.whole.tty === true && { terminal: { ...streams, screen: run.screen } }),
      typing: run.typing,
      halt: run.halt,
      seed: createRandom(`${pod.metadata.uid}/${container.name}/${restarts}`),
      now: () => run.now(),
      sleep: (ms, halt) => run.sleep(ms, halt),
      pid: 1,
      parent: 0,
      family: run.family,
      step: () => run.step(),
      folder: folderOf(container, inside.image),
      stranger: (name, from, last) => (mayHave(inside.image, nameOf(name)) ? unsimulated(nameOf(name), from, last) : undefined),
    })
    if (process.find(first)) return runProgram(words, process)
    return startFault(this, pod, container.name)?.reason === 'StartError'
      ? notFound
      : unsimulated(first === '' || first.startsWith('-') ? 'that starts by default' : nameOf(first), process)
  }

  /** The environment of a container: as it was when it started, where that may change. */
  environment(pod: KubernetesObject, container: ContainerSpec, restarts: number): Map<string, string> {
    const kept = this.#holdings.environment(keyOf(pod, container.name, restarts))
    return new Map(kept ?? environmentOf(pod, container, { image: imageOf(container.image), reader: this.reader, file: this.file }))
  }

  /** A container's inside. */
  inside(pod: KubernetesObject, container: ContainerSpec, restarts: number, run: () => Run | undefined = () => undefined, own: readonly Task[] = []): Inside {
    const ground: ContainerGround = {
      reader: this.reader,
      file: this.file,
      writes: (key) => this.#holdings.writes(key),
      logs: (node) => this.#nodes.logs(node),
      token: (of, audience, seconds) => this.#holdings.token(of, audience, { seconds, now: this.clock.now() }),
      nameserver: this.net.nameserver,
      now: () => this.clock.now(),
      netOf: (of, owner): Net => this.net.of(of, container.name, owner),
      seed: createRandom(`${pod.metadata.uid}/${container.name}`),
    }
    const rootKey = `root/${keyOf(pod, container.name, restarts)}`
    return insideOf(pod, container, {
      ground,
      rootKey,
      run,
      rootKeyOf: (name) => `root/${keyOf(pod, name, restartsOf(pod, name))}`,
      tasks: () => [...tasksOf(pod, container.name), ...own],
      kill: (pid, signal) => this.#signal(pod, container.name, pid, signal),
      environment: () => this.environment(pod, container, restarts),
      print: (stream, bytes) => this.#runs.get(keyOf(pod, container.name, restarts))?.write(stream, bytes),
    })
  }

  /** A container's first process gets a signal from one beside it. */
  #signal(pod: KubernetesObject, name: string, pid: number, signal: string): boolean {
    if (pid !== 1) return tasksOf(pod, name).some((task) => task.pid === pid)
    void this.#runs.get(keyOf(pod, name, restartsOf(pod, name)))?.signal(signal)
    return true
  }

  /** What stands in a file of a pod's emptyDir. */
  readonly file = (pod: KubernetesObject, volume: string, path: string): string | undefined => {
    const entry = this.#holdings.writes(`pod/${pod.metadata.uid ?? ''}/${volume}`).get(path)
    return entry?.kind === 'file' ? entry.content : undefined
  }

  #forget(gone: (key: string) => boolean): void {
    for (const map of [this.#runs, this.#kept]) for (const key of map.keys()) if (gone(key)) map.delete(key)
    this.#holdings.forgetRuns(gone)
  }
}

/** The exit code that containerd gives a container whose program is not there. */
const notFound = 128

function keyOf(pod: KubernetesObject, name: string, restarts: number): string {
  return `${pod.metadata.uid}/${name}/${restarts}`
}
