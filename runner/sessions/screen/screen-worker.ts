// The worker behind screens.ts: a terminal without a window.
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { type Guarded, guardTerminal } from './csi-guards.ts'
import type { Folding } from './screens.ts'

/** The parts of xterm.js that are used. Its own types would bring a browser's globals into the whole project. */
interface Terminal extends Guarded {
  write(data: string | Uint8Array, done?: () => void): void
  loadAddon(addon: object): void
  dispose(): void
}
interface Headless {
  readonly Terminal: new (options: { cols: number; rows: number; scrollback: number; allowProposedApi: boolean }) => Terminal
}
interface Serialize {
  readonly SerializeAddon: new () => { serialize(options: { scrollback: number }): string }
}

const require = createRequire(import.meta.url)
const { Terminal } = require('@xterm/headless') as Headless
const { SerializeAddon } = require('@xterm/addon-serialize') as Serialize
const scrollback = 200

parentPort?.on('message', ({ screen, bytes, columns, rows }: Folding) => {
  const terminal = new Terminal({ cols: columns, rows, scrollback, allowProposedApi: true })
  const serialize = new SerializeAddon()
  guardTerminal(terminal)
  terminal.loadAddon(serialize)
  terminal.write(screen)
  terminal.write(bytes, () => {
    parentPort?.postMessage(serialize.serialize({ scrollback }))
    terminal.dispose()
  })
})
