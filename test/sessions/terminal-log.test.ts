// A terminal's output on disk, and what happens to what is old.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { openRecording } from '#runner/sessions/recording.ts'
import { createScreens, type Screens } from '#runner/sessions/screen/screens.ts'
import { createMarkReader } from '#runner/sessions/shell-marks.ts'
import { keptOutput, openTerminalLog, type TerminalLog } from '#runner/sessions/terminal-log.ts'
import { Viewer } from '#runner/sessions/viewer.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-log-'))
const screens = createScreens()
after(async () => {
  await screens.close()
  rmSync(folder, { recursive: true, force: true })
})
const size = () => ({ columns: 80, rows: 24 })
const problem = (error: unknown): never => {
  throw error
}

function all(log: TerminalLog): string {
  return Buffer.from(log.read(log.start, log.end - log.start)).toString('utf8')
}

describe('a terminal log', () => {
  test('is on disk as it is appended: another that opens the file sees every byte', () => {
    const file = join(folder, 'plain.log')
    const log = openTerminalLog({ file, screens, size, problem })
    log.append(Buffer.from('one\r\n'))
    log.append(Buffer.from([0xff, 0x00, 0x0a]))
    const other = openTerminalLog({ file, screens, size, problem })
    assert.deepEqual([other.start, other.end], [0, 8])
    assert.deepEqual(Buffer.from(other.read(0, 100)), Buffer.from([...Buffer.from('one\r\n'), 0xff, 0x00, 0x0a]))
  })

  test('folds what is old into a repaint, and keeps the rest, also over a restart', async () => {
    const file = join(folder, 'long.log')
    const folded = Promise.withResolvers<string>()
    const watched: Screens = {
      close: () => screens.close(),
      async fold(folding) {
        const screen = await screens.fold(folding)
        folded.resolve(screen)
        return screen
      },
    }
    const log = openTerminalLog({ file, screens: watched, size, problem })
    const line = (number: number): string => `line ${String(number).padStart(8, '0')} ${'x'.repeat(60)}\r\n`
    let number = 0
    while (log.end <= 2 * keptOutput) log.append(Buffer.from(line(number++)))
    const screen = await folded.promise
    await new Promise(setImmediate)
    assert.ok(log.start > 0 && log.end - log.start <= keptOutput + 4096)
    const [first = ''] = all(log).split('\r\n')
    const beginning = Number(first.slice(5, 13))
    assert.match(screen, new RegExp(`line ${String(beginning - 1).padStart(8, '0')}`), 'the repaint ends where the rest begins')
    assert.equal(all(log).split('\r\n').at(-2), line(number - 1).trimEnd())
    const again = openTerminalLog({ file, screens, size, problem })
    assert.deepEqual([again.start, again.end, again.screen], [log.start, log.end, log.screen])
  })
})

describe('a viewer', () => {
  test('is sent no more than it keeps up with, and what was folded meanwhile as a repaint', () => {
    const log = {
      start: 0,
      end: 0,
      screen: '',
      append: () => undefined,
      close: () => undefined,
      read: (_from: number, length: number) => Buffer.alloc(length, 97),
    }
    const sent: string[] = []
    const viewer = new Viewer(
      log,
      {
        attached: (from) => sent.push(`attached ${from}`),
        screen: (at) => sent.push(`screen ${at}`),
        output: (at, bytes) => sent.push(`${at}+${bytes.length}`),
      },
      undefined,
    )
    log.end = 1 << 20
    viewer.pump()
    assert.deepEqual(sent, ['attached 0', 'screen 0', ...Array.from({ length: 8 }, (_, index) => `${index * 32_768}+32768`)])
    viewer.acknowledge(32_768)
    assert.equal(sent.at(-1), '262144+32768')
    log.start = 700_000
    viewer.acknowledge(65_536)
    assert.deepEqual(sent.slice(-10, -8), ['attached 700000', 'screen 700000'])
    viewer.acknowledge(5)
    assert.equal(viewer.behind, log.end - 700_000)
  })
})

describe('screens', () => {
  const bombs: Readonly<Record<string, string>> = {
    scroll: '\x1b[2147483647S',
    lines: '\x1b[2147483647L\x1b[2147483647M\x1b[2147483647T',
    tabs: '\x1b[2147483647I\x1b[2147483647Z',
    repeat: 'x\x1b[2147483647b',
  }
  for (const [name, bomb] of Object.entries(bombs)) {
    test(`survive ${name} without end`, async () => {
      const screen = await screens.fold({ screen: '', bytes: Buffer.from(`before\r\n${bomb}\r\nafter\r\n`), columns: 80, rows: 24 })
      assert.match(screen, /after/)
    })
  }

  test('a worker that is stuck is ended, and the next output is folded by another', async () => {
    const links = Array.from({ length: 200_000 }, (_, index) => `\x1b]8;;https://e.x/${index}\x1b\\l\x1b]8;;\x1b\\`).join('')
    const [stuck, next] = await Promise.all([
      screens.fold({ screen: '', bytes: Buffer.from(links), columns: 80, rows: 24 }),
      screens.fold({ screen: '', bytes: Buffer.from('well\r\n'), columns: 80, rows: 24 }),
    ])
    assert.equal(typeof stuck, 'string')
    assert.match(next, /well/)
  })

  test('modes, colours and the other screen survive folding', async () => {
    const screen = await screens.fold({ screen: '', bytes: Buffer.from('\x1b[?2004h\x1b[?1049h\x1b[31mred in vi'), columns: 80, rows: 24 })
    const again = await screens.fold({ screen, bytes: Buffer.from('!'), columns: 80, rows: 24 })
    assert.match(again, /\x1b\[\?1049h/)
    assert.match(again, /\x1b\[\?2004h/)
    assert.match(again, /\x1b\[31mred in vi!/)
  })
})

describe('marks', () => {
  test('are read whole wherever the output is cut', () => {
    const output = Buffer.from('a\x1b]133;D;130\x07\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07x\x1b]0;title\x07\x1b]133;D;0\x1b\\')
    const whole = createMarkReader()(output)
    assert.deepEqual(whole, [{ kind: 'end', exit: 130 }, { kind: 'prompt' }, { kind: 'start' }, { kind: 'end', exit: 0 }])
    for (let cut = 0; cut <= output.length; cut += 1) {
      const read = createMarkReader()
      assert.deepEqual([...read(output.subarray(0, cut)), ...read(output.subarray(cut))], whole, `cut at ${cut}`)
    }
  })
})

describe('a recording', () => {
  test('is asciicast v3: relative times, output whole over split characters, marks, no input', async () => {
    const { readFileSync } = await import('node:fs')
    const file = join(folder, 'one.cast')
    let now = 1000
    const recording = openRecording({ file, title: 'T', columns: 80, rows: 24, now: () => now, problem })
    const euro = Buffer.from('€')
    recording.output(euro.subarray(0, 1))
    now = 1250
    recording.output(euro.subarray(1))
    recording.mark('step 2')
    now = 2250
    recording.resize(100, 30)
    recording.exit(0)
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    assert.deepEqual(lines, [
      { version: 3, term: { cols: 80, rows: 24, type: 'xterm-256color' }, timestamp: 1, title: 'T' },
      [0.25, 'o', '€'],
      [0, 'm', 'step 2'],
      [1, 'r', '100x30'],
      [0, 'x', '0'],
    ])
  })
})
