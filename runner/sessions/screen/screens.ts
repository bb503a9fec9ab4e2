// Folds old terminal output into the few bytes that repaint its screen: in a worker, with a watchdog, since output is the learner's.
import { Worker } from 'node:worker_threads'

/** Output that is to be folded, from a screen on. */
export interface Folding {
  /** Escape sequences that paint the screen before `bytes`. */
  readonly screen: string
  readonly bytes: Uint8Array
  readonly columns: number
  readonly rows: number
}

/** Folds one output after another. */
export interface Screens {
  /** Escape sequences that paint the screen after the bytes, with its last 200 lines; empty where the output kept the emulator busy for too long. */
  fold(folding: Folding): Promise<string>
  close(): Promise<void>
}

/** How long one folding may take, ms: 2 MB take some 40. */
const patience = 3000

/** A worker that is started when it is first needed. */
export function createScreens(): Screens {
  return new ScreenWorker()
}

class ScreenWorker implements Screens {
  #worker: Worker | undefined
  #turn: Promise<unknown> = Promise.resolve()

  fold(folding: Folding): Promise<string> {
    const folded = this.#turn.then(() => this.#foldOne(folding))
    this.#turn = folded
    return folded
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
    this.#worker = undefined
  }

  #foldOne(folding: Folding): Promise<string> {
    this.#worker ??= new Worker(new URL('./screen-worker.ts', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: 256 } })
    const worker = this.#worker
    worker.unref()
    return new Promise((resolve) => {
      const folded = (screen: string): void => end(screen, true)
      const failed = (): void => end('', false)
      const watchdog = setTimeout(failed, patience)
      const end = (screen: string, alive: boolean): void => {
        clearTimeout(watchdog)
        worker.off('message', folded).off('error', failed).off('exit', failed)
        if (!alive) {
          this.#worker = undefined
          void worker.terminate()
        }
        resolve(screen)
      }
      worker.once('message', folded).once('error', failed).once('exit', failed)
      worker.postMessage(folding)
    })
  }
}
