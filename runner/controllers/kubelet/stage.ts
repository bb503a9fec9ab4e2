// A container's way through its life as data: each stage says for which containers it is, after how long, and what comes next.

/** Where a container stands, as one word. */
export type ContainerState = 'creating' | 'pull failed' | 'pull waits' | 'config waits' | 'running' | 'ended' | 'crash waits'

/** Which containers a stage is for; all that is said must hold. */
export interface StageSelector {
  readonly state: ContainerState
  /** Whether the image can be pulled. */
  readonly image?: 'missing'
  /** Why the container cannot be made or started. */
  readonly fault?: 'CreateContainerConfigError' | 'CreateContainerError' | 'StartError'
  /** Whether it is started again after its end, and whether it ended before. */
  readonly restarts?: 'at once' | 'later'
}

/** What a stage says of a container; `<Image>`, `<Container>`, `<Pod>`, `<BackOff>`, `<Fault>`, `<PullFault>` stand for their values. */
export interface StageNotice {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** What becomes of a container. */
export type NextState =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: true }
  | { readonly terminated: { readonly exitCode: number; readonly reason: string; readonly message?: string } }

/** One stage. */
export interface Stage {
  readonly name: string
  readonly when: StageSelector
  /** How long a container waits for the stage: ms, up to `jitter` more by chance; with `doubles` twice as long each time, at most 300 s. */
  readonly delay: { readonly ms: number; readonly jitter?: number; readonly doubles?: true }
  readonly next: NextState
  readonly restarts?: true
  readonly events: readonly StageNotice[]
}

/** Makes a stage; the types do the checking. */
export function defineStage(stage: Stage): Stage {
  return stage
}
