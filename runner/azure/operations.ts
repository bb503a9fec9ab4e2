// Long-running operations as data on the world's clock: each ends by a timer, or at the poll that first finds its time over.
import type { Activity } from '../base/activity.ts'
import type { Clock } from '../base/clock.ts'
import { ArmError } from './arm-error.ts'
import type { ResourceId } from './resource-id.ts'
import type { Duration } from './resource-type.ts'
import type { Operation } from './state.ts'

const owner = 'azure.operations'
const keptFor = 24 * 3600 * 1000
/** A little less than the second after which clients look: the work at an operation's end is done when they do. */
const shortTime = 800

/** What an operation begins with. */
export interface OperationStart {
  readonly id: string
  readonly resource: ResourceId
  readonly type: string
  readonly location: string
  readonly verb: string
  readonly created: boolean
  readonly takes: Duration
  readonly phases?: readonly string[]
}

/** The operations of one Azure. */
export interface Operations {
  start(start: OperationStart): Operation
  get(id: string): Operation | undefined
  /** The operation, ended first if its time is over. */
  poll(id: string): Promise<Operation | undefined>
  /** An operation that runs will fail so at its end. */
  doom(id: string, error: { readonly code: string; readonly message: string }): void
  /** Ends an operation now, whatever its time. */
  finish(id: string): Promise<void>
  /** Gives up the operations that run on resources for which this holds. */
  cancel(on: (resource: ResourceId) => boolean): void
  /** Whole operations, running ones first to last. */
  state(): readonly Operation[]
  stop(): void
}

/** What the operations of an Azure are run with. */
export interface OperationSetting {
  readonly clock: Clock
  readonly activity: Activity
  readonly durations: 'short' | 'real'
  /** Called after any change. */
  changed(): void
  /** Called when one is over. */
  ended?(operation: Operation): void
  /** Does the work at an operation's end; what it throws becomes the operation's error. A world time in ms: it is not over yet, and looked at again then. */
  complete(operation: Operation): Promise<number | undefined>
}

/** Operations that go on from written-down ones. */
export function createOperations(start: readonly Operation[], setting: OperationSetting): Operations {
  return new OperationTable(start, setting)
}

class OperationTable implements Operations {
  readonly #setting: OperationSetting
  readonly #byId: Map<string, Operation>
  readonly #ending = new Map<string, Promise<void>>()
  readonly #release: () => void

  constructor(start: readonly Operation[], setting: OperationSetting) {
    this.#setting = setting
    this.#byId = new Map(start.map((operation) => [operation.id, operation]))
    this.#release = setting.clock.handle(owner, (id) => this.finish(id))
  }

  start({ takes, phases = ['InProgress'], ...facts }: OperationStart): Operation {
    const { clock, durations } = this.#setting
    this.#forgetOld()
    const startTime = clock.now()
    const due = startTime + (durations === 'real' ? takes.real : (takes.short ?? shortTime))
    const operation: Operation = { ...facts, startTime, due, status: 'InProgress', phases }
    this.#keep(operation)
    clock.arm({ at: due, owner, key: operation.id })
    return operation
  }

  get(id: string): Operation | undefined {
    return this.#byId.get(id)
  }

  async poll(id: string): Promise<Operation | undefined> {
    const operation = this.#byId.get(id)
    if (operation?.status === 'InProgress' && operation.due <= this.#setting.clock.now()) await this.finish(id)
    return this.#byId.get(id)
  }

  doom(id: string, error: { readonly code: string; readonly message: string }): void {
    const operation = this.#byId.get(id)
    if (operation?.status === 'InProgress') this.#keep({ ...operation, doom: error })
  }

  finish(id: string): Promise<void> {
    const running = this.#ending.get(id)
    if (running) return running
    const operation = this.#byId.get(id)
    if (operation?.status !== 'InProgress') return Promise.resolve()
    const work = this.#setting.activity.run(() => this.#end(operation)).finally(() => this.#ending.delete(id))
    this.#ending.set(id, work)
    return work
  }

  cancel(on: (resource: ResourceId) => boolean): void {
    for (const operation of this.#byId.values()) {
      if (operation.status !== 'InProgress' || this.#ending.has(operation.id) || !on(operation.resource)) continue
      this.#setting.clock.disarm(owner, operation.id)
      const error = { code: 'Canceled', message: 'The operation was canceled.' }
      this.#keep({ ...operation, status: 'Failed', endTime: this.#setting.clock.now(), error })
    }
  }

  state(): readonly Operation[] {
    return [...this.#byId.values()]
  }

  stop(): void {
    this.#release()
  }

  async #end(operation: Operation): Promise<void> {
    const { clock, complete } = this.#setting
    clock.disarm(owner, operation.id)
    const end = await complete(operation).then(
      (again) => ({ again }),
      (thrown: unknown) => ({ error: errorOf(thrown) }),
    )
    if ('again' in end && end.again !== undefined) {
      this.#keep({ ...operation, due: end.again })
      clock.arm({ at: end.again, owner, key: operation.id })
      return
    }
    const error = 'error' in end ? end.error : undefined
    const ended = { ...operation, endTime: Math.max(operation.due, clock.now()) }
    const over: Operation = error === undefined ? { ...ended, status: 'Succeeded' } : { ...ended, status: 'Failed', error }
    this.#setting.ended?.(over)
    this.#keep(over)
  }

  #keep(operation: Operation): void {
    this.#byId.set(operation.id, Object.freeze(operation))
    this.#setting.changed()
  }

  #forgetOld(): void {
    const oldest = this.#setting.clock.now() - keptFor
    for (const [id, { endTime }] of this.#byId) if (endTime !== undefined && endTime < oldest) this.#byId.delete(id)
  }
}

/** The word that a running operation shows now. */
export function phaseOf(operation: Operation, now: number): string {
  if (operation.status !== 'InProgress') return operation.status
  const done = (now - operation.startTime) / Math.max(1, operation.due - operation.startTime)
  const index = Math.min(operation.phases.length - 1, Math.floor(done * operation.phases.length))
  return operation.phases[index] ?? 'InProgress'
}

function errorOf(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof ArmError) return { code: thrown.body.code, message: thrown.body.message }
  return { code: 'InternalServerError', message: thrown instanceof Error ? thrown.message : String(thrown) }
}
