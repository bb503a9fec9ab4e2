// How an update run goes on: one look at a time, from its stages down to its members. Pure but for the port by which members are upgraded.
//
// The service moves one level a second (recorded: run, stage, group, member, each about a second after the one before), and leaves
// stages and groups `Running` where a run was stopped.

/** A state as the service shows it; times have nanoseconds. */
export interface StepState {
  state: 'NotStarted' | 'Running' | 'Pending' | 'Stopping' | 'Stopped' | 'Skipped' | 'Completed' | 'Failed'
  startTime?: string
  completedTime?: string
  error?: { readonly code: string; readonly message: string }
}

/** A member of a run. */
export interface MemberStep {
  readonly name: string
  readonly clusterResourceId: string
  status: StepState
  operationId?: string
  message?: string
}

/** A gate before or after a stage or group: who may, lets the run pass. The resource is made when the run comes to it. */
export interface GateStep {
  readonly displayName?: string
  gateId?: string
  status: StepState
}

/** Where a gate stands. */
export interface GatePlace {
  readonly stage: string
  readonly group?: string
  readonly timing: 'Before' | 'After'
}

/** What stages and groups have alike. */
interface Gated {
  status: StepState
  readonly beforeGates?: readonly GateStep[]
  readonly afterGates?: readonly GateStep[]
}

/** A group of a stage. */
export interface GroupStep extends Gated {
  readonly name: string
  readonly members?: readonly MemberStep[]
}

/** A stage of a run. */
export interface StageStep extends Gated {
  readonly name: string
  readonly groups: readonly GroupStep[]
  readonly afterStageWaitStatus?: { status: StepState; readonly waitDurationInSeconds: number }
}

/** The status of a run. */
export interface RunSteps {
  status: StepState
  readonly stages: readonly StageStep[]
}

/** How a member's upgrade stands. `again` is the world time of the next look, ms. */
export type Upgrade =
  | { readonly is: 'running'; readonly again: number }
  /** It cannot begin yet, and stands in nobody's way. */
  | { readonly is: 'pending'; readonly again: number; readonly code: string; readonly message: string }
  | { readonly is: 'done'; readonly message?: string }
  | { readonly is: 'failed'; readonly code: string; readonly message: string }

/** Upgrades members; what it remembers is its own. */
export interface UpgradePort {
  begin(member: MemberStep): Promise<Upgrade>
  look(member: MemberStep): Promise<Upgrade>
  operationId(): string
  /** Makes the resource of a gate that the run has come to; gives its id. */
  openGate(gate: GateStep, place: GatePlace): string
}

/** How many members at a time: of a group, within the ceiling of its stage. */
export type Concurrency = (stage: string, group: string) => number

const second = 1000

/** Takes a copy of the run one step further; `again` is when to look next, undefined where nothing is under way. */
export async function stepRun(
  run: RunSteps,
  options: { readonly now: number; readonly port: UpgradePort; readonly concurrency: Concurrency },
): Promise<{ readonly run: RunSteps; readonly again: number | undefined }> {
  const next = copyOf(run)
  const walk = new RunWalk(next, options)
  await walk.step()
  return { run: next, again: walk.again }
}

class RunWalk {
  readonly #run: RunSteps
  readonly #now: number
  readonly #port: UpgradePort
  readonly #concurrency: Concurrency
  #looks: number[] = []

  constructor(run: RunSteps, { now, port, concurrency }: { now: number; port: UpgradePort; concurrency: Concurrency }) {
    this.#run = run
    this.#now = now
    this.#port = port
    this.#concurrency = concurrency
  }

  get again(): number | undefined {
    return this.#looks.length === 0 ? undefined : Math.min(...this.#looks)
  }

  async step(): Promise<void> {
    const { status, stages } = this.#run
    if (status.state === 'Stopping') return this.#stopping()
    if (status.state !== 'Running' && status.state !== 'Pending') return
    const stage = stages.find((one) => !isOver(one.status))
    if (!stage) return this.#end(status, stages.every((one) => one.status.state === 'Skipped') && stages.length > 0 ? 'Skipped' : 'Completed')
    await this.#stage(stage)
    this.#rollUp(stage)
  }

  /** Members in flight are finished, none is begun. */
  async #stopping(): Promise<void> {
    const members = this.#run.stages.flatMap(membersOf)
    for (const member of members.filter(isRunning)) this.#apply(member, await this.#port.look(member))
    if (members.some(isRunning)) return
    if (members.some(hasFailed)) this.#fail()
    else this.#end(this.#run.status, 'Stopped')
    this.#looks = []
  }

  async #stage(stage: StageStep): Promise<void> {
    if (isBefore(stage.status)) return this.#enter(stage, { stage: stage.name, timing: 'Before' })
    const waiting = stage.groups.filter(({ status }) => isBefore(status))
    for (const group of waiting) this.#enter(group, { stage: stage.name, group: group.name, timing: 'Before' })
    if (waiting.some(({ status }) => status.state === 'Running')) return
    for (const group of stage.groups) if (isUnderWay(group.status)) await this.#group(stage, group)
    if (membersOf(stage).some(hasFailed)) {
      if (!membersOf(stage).some(isRunning)) return this.#fail()
      this.#run.status.state = 'Stopping'
      return this.#soon()
    }
    if (stage.groups.every(({ status }) => isOver(status))) this.#afterGroups(stage)
  }

  /** A stage or group begins once its gates have let it pass. */
  #enter(holder: Gated, place: GatePlace): void {
    if (this.#mayPass(holder.beforeGates, place)) this.#begin(holder.status)
    else holder.status = { state: 'Pending' }
  }

  #mayPass(gates: readonly GateStep[] = [], place: GatePlace): boolean {
    for (const gate of gates) {
      if (gate.status.state !== 'NotStarted') continue
      gate.gateId = this.#port.openGate(gate, place)
      gate.status = { startTime: nanoseconds(this.#now), state: 'Pending' }
    }
    return gates.every(({ status }) => isOver(status))
  }

  /** A stage whose every group waits is waiting itself, and with it the run. */
  #rollUp(stage: StageStep): void {
    if (this.#run.status.state !== 'Running' && this.#run.status.state !== 'Pending') return
    const open = stage.groups.filter(({ status }) => !isOver(status))
    const groupsWait = open.length > 0 && open.every(({ status }) => status.state === 'Pending')
    const itself = stage.status.state === 'Pending' && (isBefore(stage.status) || open.length === 0)
    if (!isOver(stage.status) && !isBefore(stage.status) && !itself) stage.status.state = groupsWait ? 'Pending' : 'Running'
    this.#run.status.state = stage.status.state === 'Pending' ? 'Pending' : 'Running'
  }

  async #group(stage: StageStep, group: GroupStep): Promise<void> {
    const members = group.members ?? []
    for (const member of members.filter(isRunning)) this.#apply(member, await this.#port.look(member))
    if (membersOf(stage).some(hasFailed)) return
    let free = this.#concurrency(stage.name, group.name) - members.filter(isRunning).length
    for (const member of members.filter(mayBegin)) if (free > 0 && (await this.#beginMember(member))) free -= 1
    const open = members.filter(({ status }) => !isOver(status))
    if (open.length > 0) group.status.state = open.every(mayBegin) && open.some(({ status }) => status.state === 'Pending') ? 'Pending' : 'Running'
    if (!members.every(({ status }) => isOver(status))) return
    if (this.#mayPass(group.afterGates, { stage: stage.name, group: group.name, timing: 'After' })) this.#end(group.status, 'Completed')
    else group.status.state = 'Pending'
  }

  /** False for a member that has to wait: the next one is tried in its place. */
  async #beginMember(member: MemberStep): Promise<boolean> {
    const upgrade = await this.#port.begin(member)
    if (upgrade.is === 'pending') {
      const { code, message, again } = upgrade
      member.status = { startTime: member.status.startTime ?? nanoseconds(this.#now), state: 'Pending', error: { code, message } }
      member.message = message
      this.#looks.push(again)
      return false
    }
    delete member.message
    this.#begin(member.status)
    member.operationId = this.#port.operationId()
    this.#apply(member, upgrade)
    return true
  }

  #afterGroups(stage: StageStep): void {
    if (!this.#mayPass(stage.afterGates, { stage: stage.name, timing: 'After' })) {
      stage.status.state = 'Pending'
      return
    }
    if (stage.status.state === 'Pending') stage.status.state = 'Running'
    const wait = stage.afterStageWaitStatus
    const due = Date.parse(wait?.status.startTime ?? '') + (wait?.waitDurationInSeconds ?? 0) * second
    if (wait?.status.state === 'NotStarted') this.#begin(wait.status)
    else if (wait?.status.state === 'Running' && due > this.#now) this.#looks.push(due)
    else if (wait?.status.state === 'Running') this.#end(wait.status, 'Completed')
    else this.#end(stage.status, 'Completed')
  }

  #apply(member: MemberStep, upgrade: Upgrade): void {
    if (upgrade.is === 'running' || upgrade.is === 'pending') {
      this.#looks.push(upgrade.again)
      return
    }
    this.#end(member.status, upgrade.is === 'done' ? 'Completed' : 'Failed')
    if (upgrade.is === 'failed') member.status.error = { code: upgrade.code, message: upgrade.message }
    else if (upgrade.message !== undefined) member.message = upgrade.message
  }

  /** A failed member fails its group, its stage and the run; each says which. The words are ours: no recording shows the service's. */
  #fail(): void {
    for (const holder of [...this.#run.stages.flatMap(({ groups }) => groups), ...this.#run.stages]) {
      const failed = ('groups' in holder ? membersOf(holder) : (holder.members ?? [])).filter(hasFailed)
      if (failed.length > 0) this.#failed(holder.status, failed)
    }
    this.#failed(this.#run.status, this.#run.stages.flatMap(membersOf).filter(hasFailed))
    this.#looks = []
  }

  #failed(status: StepState, members: readonly MemberStep[]): void {
    this.#end(status, 'Failed')
    const message = members.map((member) => `member ${member.name} failed: ${member.status.error?.message ?? ''}`).join('; ')
    status.error = { code: members[0]?.status.error?.code ?? 'UpdateRunFailed', message }
  }

  #begin(status: StepState): void {
    const startTime = status.startTime ?? nanoseconds(this.#now)
    delete status.completedTime
    delete status.error
    status.state = 'Running'
    status.startTime = startTime
    this.#soon()
  }

  #end(status: StepState, state: StepState['state']): void {
    status.state = state
    status.completedTime = nanoseconds(this.#now)
    this.#soon()
  }

  #soon(): void {
    this.#looks.push(this.#now + second)
  }
}

/** Readies a run that ended before its end to go on: failed members are tried again, what is done stays done. */
export function resumed(run: RunSteps, now: number): RunSteps {
  const next = copyOf(run)
  const again = (status: StepState): void => {
    if (status.state !== 'Failed') return
    status.state = 'NotStarted'
    delete status.completedTime
    delete status.error
  }
  for (const stage of next.stages) {
    for (const holder of [stage, ...stage.groups, ...membersOf(stage)]) again(holder.status)
  }
  next.status = { state: 'Running', startTime: run.status.startTime ?? nanoseconds(now) }
  return next
}

/** A copy in which no two states are one object, as they may be in what was stored. */
function copyOf(run: RunSteps): RunSteps {
  return JSON.parse(JSON.stringify(run)) as RunSteps
}

/** A time as the service prints it in a run's status. */
export function nanoseconds(now: number): string {
  return `${new Date(now).toISOString().slice(0, 23)}000000Z`
}

function membersOf(stage: StageStep): readonly MemberStep[] {
  return stage.groups.flatMap(({ members }) => members ?? [])
}

/** Not begun yet, perhaps waiting at a gate. */
function isBefore({ state, startTime }: StepState): boolean {
  return state === 'NotStarted' || (state === 'Pending' && startTime === undefined)
}

/** Begun, perhaps waiting at a gate behind its members. */
function isUnderWay({ state, startTime }: StepState): boolean {
  return state === 'Running' || (state === 'Pending' && startTime !== undefined)
}

function isOver({ state }: StepState): boolean {
  return state === 'Completed' || state === 'Skipped'
}

function hasFailed({ status }: MemberStep): boolean {
  return status.state === 'Failed'
}

function mayBegin({ status }: MemberStep): boolean {
  return status.state === 'NotStarted' || status.state === 'Pending'
}

function isRunning({ status }: MemberStep): boolean {
  return status.state === 'Running'
}
