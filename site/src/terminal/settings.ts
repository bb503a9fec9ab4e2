// What a learner sets about terminals, kept in this browser.

const key = 'drydock:terminal'

/** Settings of all terminals of the page. */
export interface Settings {
  readonly fontSize: number
  readonly screenReader: boolean
}

const usual: Settings = { fontSize: 14, screenReader: false }

/** The settings, as they were left. */
export function readSettings(): Settings {
  try {
    const stored = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>
    return { fontSize: clampSize(Number(stored.fontSize ?? usual.fontSize)), screenReader: stored.screenReader === true }
  } catch {
    return usual
  }
}

/** Keeps the settings. */
export function writeSettings(settings: Settings): void {
  try {
    localStorage.setItem(key, JSON.stringify(settings))
  } catch {}
}

/** A size of type that can be read and still leaves room for a command. */
export function clampSize(size: number): number {
  return Number.isFinite(size) ? Math.min(28, Math.max(9, Math.round(size))) : usual.fontSize
}
