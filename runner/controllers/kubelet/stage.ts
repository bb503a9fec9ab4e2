// A pod's way through its life as data: each stage says for which pods it is, after how long, and what comes next.

/** Where the containers of a pod stand, as one word: the state of the least advanced. */
export type ContainersState = 'none' | 'creating' | 'pull failed' | 'pull waits' | 'running' | 'crashed' | 'crash waits' | 'done'

/** Which pods a stage is for; all that is said must hold. */
export interface StageSelector {
  readonly deleting?: boolean
  readonly containers?: ContainersState
  /** Kind of the pod's controller. */
  readonly ownedBy?: string
  /** Whether an image of the pod can be pulled. */
  readonly image?: 'missing'
  /** Whether a container's command ends with a failure. */
  readonly command?: 'fails'
  readonly restartPolicy?: string
}

/** What a stage says of each container; `<Image>`, `<Container>`, `<Pod>`, `<BackOff>` stand for their values. */
export interface StageNotice {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

/** One stage. */
export interface Stage {
  readonly name: string
  readonly when: StageSelector
  /** How long a pod waits for the stage: ms, up to `jitter` more by chance; with `doubles` twice as long each time, at most 300 s. */
  readonly delay: { readonly ms: number; readonly jitter?: number; readonly doubles?: true }
  /** What the pod becomes; `delete` ends it. */
  readonly next:
    | 'delete'
    | {
        readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
        readonly container:
          | { readonly waiting: { readonly reason: string; readonly message?: string } }
          | { readonly running: true }
          | { readonly terminated: { readonly exitCode: number; readonly reason: string } }
        readonly restarts?: true
      }
  readonly events: readonly StageNotice[]
}

/** Makes a stage; the types do the checking. */
export function defineStage(stage: Stage): Stage {
  return stage
}
