// Runs checks as things change: watches what each names, folds events into its evidence, looks again, tells who listens.
import type { Activity } from '../base/activity.ts'
import { equal, type Json } from '../base/json.ts'
import type { KubernetesObject } from '../kubernetes/object.ts'
import type { Check, CheckEvent, Parameters, Watched } from './check.ts'
import { follow } from './follow.ts'
import { cannotTell, type Finding, Unreachable } from './verdict.ts'
import { type ClusterSource, createView, type Surroundings, type View } from './view.ts'

/** A verdict as it stands: the finding, when it was decided (world time, ms), and the evidence it rests on. */
export interface Standing extends Finding {
  readonly id: string
  readonly decidedAt: number
  readonly evidence: Json
}

/** A running watcher. */
export interface Watcher {
  /** The verdict on each check, in the order of the checks. */
  standings(): readonly Standing[]
  /** Calls back whenever a verdict or its reason changes. */
  onChange(listener: (standing: Standing) => void): () => void
  /** Looks at everything once more; resolves when all checks have been looked at. */
  refresh(): Promise<void>
  stop(): void
}

/** What a watcher needs. `evidence` is what was stored of an earlier watcher, by check. */
export interface WatcherOptions {
  readonly checks: readonly Check[]
  readonly surroundings: Surroundings
  readonly parameters: Parameters
  readonly activity: Activity
  now(): number
  readonly evidence?: Readonly<Record<string, Json>>
  /** Told whenever a check's evidence changed, so that it can be stored before anything rests on it. */
  keep?(id: string, evidence: Json): void
}

/** Starts watching. Verdicts are `cannot tell` for the instant until the first look. */
export function startWatcher(options: WatcherOptions): Watcher {
  const running = new RunningWatcher(options)
  running.start()
  return running
}

class RunningWatcher implements Watcher {
  readonly #options: WatcherOptions
  readonly #view: View
  readonly #entries: CheckRunner[]
  readonly #listeners = new Set<(standing: Standing) => void>()
  readonly #follows = new Map<string, { stop(): void }>()
  readonly #stops: (() => void)[] = []

  constructor(options: WatcherOptions) {
    this.#options = options
    this.#view = createView(options.surroundings, options.parameters)
    this.#entries = options.checks.map((check) => new CheckRunner(check, { ...options, view: this.#view, tell: (standing) => this.#tell(standing) }))
  }

  start(): void {
    const { surroundings } = this.#options
    this.#stops.push(surroundings.onChange(() => this.#follow()))
    if (surroundings.azure) this.#stops.push(surroundings.azure.onChange(() => this.#wake(({ from }) => from === 'azure')))
    this.#follow()
  }

  standings(): readonly Standing[] {
    return this.#entries.map(({ standing }) => standing)
  }

  onChange(listener: (standing: Standing) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async refresh(): Promise<void> {
    await Promise.all(this.#entries.map((entry) => entry.look()))
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    for (const follow of this.#follows.values()) follow.stop()
    this.#follows.clear()
  }

  #tell(standing: Standing): void {
    for (const listener of this.#listeners) listener(standing)
  }

  #wake(concerns: (watched: Watched) => boolean): void {
    for (const entry of this.#entries) if (entry.watches.some(concerns)) void entry.look()
  }

  /** Keeps exactly one watch for each kind on each cluster that some check follows. */
  #follow(): void {
    const wanted = new Map<string, () => { stop(): void }>()
    for (const cluster of this.#options.surroundings.clusters()) {
      for (const watched of this.#entries.flatMap((entry) => entry.watches)) {
        if (watched.from === 'azure' || (watched.from === 'hub') !== (cluster.role === 'hub')) continue
        wanted.set(followKey(cluster, watched), () => this.#followKind(cluster, watched))
      }
    }
    for (const [key, follow] of this.#follows) {
      if (wanted.has(key)) continue
      follow.stop()
      this.#follows.delete(key)
    }
    for (const [key, begin] of wanted) if (!this.#follows.has(key)) this.#follows.set(key, begin())
    this.#wake(() => true)
  }

  #followKind(cluster: ClusterSource, watched: Exclude<Watched, { from: 'azure' }>): { stop(): void } {
    const { surroundings, activity } = this.#options
    let turn = Promise.resolve()
    /** A change may be heard before the request that made it is in the log: who made it is asked when that request is over. */
    const heard = (type: CheckEvent['type'], object: KubernetesObject): void => {
      turn = turn.then(async () => {
        await activity.settled()
        const by = surroundings.writer(cluster.name, object.metadata.resourceVersion ?? '')
        const event: CheckEvent = { from: watched.from, cluster: cluster.name, type, object, ...(by === undefined ? {} : { by }) }
        for (const entry of this.#entries) if (entry.watches.some((own) => concerns(own, watched))) entry.remember(event)
      })
    }
    return follow(cluster.client, watched, heard, surroundings.later)
  }
}

class CheckRunner {
  readonly watches: readonly Watched[]
  standing: Standing
  readonly #check: Check
  readonly #options: WatcherOptions & { view: View; tell: (standing: Standing) => void }
  #evidence: Json
  #looking: Promise<void> | undefined
  #again = false

  constructor(check: Check, options: WatcherOptions & { view: View; tell: (standing: Standing) => void }) {
    this.#check = check
    this.#options = options
    this.#evidence = options.evidence?.[check.id] ?? check.start
    this.watches = check.watches(options.parameters)
    const unknown = cannotTell({ expected: check.says, seen: 'nothing has been looked at yet', where: '' })
    this.standing = { id: check.id, ...unknown, decidedAt: options.now(), evidence: this.#evidence }
  }

  remember(event: CheckEvent): void {
    try {
      const before = this.#evidence
      this.#evidence = this.#check.remember(before, event, this.#options.parameters)
      if (!equal(before, this.#evidence)) this.#options.keep?.(this.#check.id, this.#evidence)
    } catch (error) {
      this.#settle(broken(this.#check, error))
      return
    }
    void this.look()
  }

  /** Looks now, or once more after the look that is under way: never two at a time, never one too few. */
  look(): Promise<void> {
    if (this.#looking) {
      this.#again = true
      return this.#looking
    }
    this.#looking = this.#options.activity.run(async () => {
      do {
        this.#again = false
        this.#settle(await this.#decide())
      } while (this.#again)
      this.#looking = undefined
    })
    return this.#looking
  }

  async #decide(): Promise<Finding> {
    try {
      return await this.#check.look(this.#options.view, this.#evidence)
    } catch (error) {
      if (error instanceof Unreachable) return cannotTell({ expected: this.#check.says, seen: error.message, where: error.where })
      return broken(this.#check, error)
    }
  }

  #settle(finding: Finding): void {
    const { id, decidedAt, evidence: _evidence, ...before } = this.standing
    const changed = !equal(before, finding)
    this.standing = { id, ...finding, decidedAt: changed ? this.#options.now() : decidedAt, evidence: this.#evidence }
    if (changed) this.#options.tell(this.standing)
  }
}

function broken(check: Check, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error)
  return cannotTell({ expected: check.says, seen: `the check itself failed: ${message}`, where: `checks, ${check.id}` })
}

function followKey(cluster: ClusterSource, watched: Exclude<Watched, { from: 'azure' }>): string {
  return [cluster.role, cluster.name, watched.apiVersion, watched.kind, watched.namespace ?? ''].join('\n')
}

function concerns(own: Watched, heard: Exclude<Watched, { from: 'azure' }>): boolean {
  return own.from !== 'azure' && own.from === heard.from && own.apiVersion === heard.apiVersion && own.kind === heard.kind && own.namespace === heard.namespace
}
