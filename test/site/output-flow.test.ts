import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OutputFlow } from '../../site/src/terminal/output-flow.ts'

interface Heard {
  readonly written: string[]
  readonly acks: number[]
  readonly missing: number[]
  /** Lets the terminal show what waits. */
  parse(): void
  readonly flow: OutputFlow
}

function listen(): Heard {
  const waiting: (() => void)[] = []
  const written: string[] = []
  const acks: number[] = []
  const missing: number[] = []
  const flow = new OutputFlow({
    write: (bytes, parsed) => {
      written.push(new TextDecoder().decode(bytes))
      waiting.push(parsed)
    },
    ack: (offset) => acks.push(offset),
    missing: (offset) => missing.push(offset),
  })
  const parse = (): void => {
    for (const parsed of waiting.splice(0)) parsed()
  }
  return { written, acks, missing, parse, flow }
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('OutputFlow acknowledges what was shown, not what has arrived', () => {
  const { flow, acks, parse } = listen()
  flow.attached(0, 0)
  flow.output(0, bytes('x'.repeat(6000)))
  assert.deepEqual(acks, [])
  parse()
  assert.deepEqual(acks, [6000])
})

test('OutputFlow leaves out bytes that are here already', () => {
  const { flow, written } = listen()
  flow.attached(0, 0)
  flow.output(0, bytes('hello'))
  flow.output(3, bytes('lo world'))
  flow.output(0, bytes('hel'))
  assert.deepEqual(written, ['hello', ' world'])
  assert.equal(flow.received, 11)
})

test('OutputFlow asks once for bytes that are missing', () => {
  const { flow, written, missing } = listen()
  flow.attached(0, 0)
  flow.output(0, bytes('ab'))
  flow.output(5, bytes('f'))
  flow.output(6, bytes('g'))
  assert.deepEqual(missing, [2])
  flow.attached(2, 7)
  flow.output(2, bytes('cdefg'))
  assert.deepEqual(written, ['ab', 'cdefg'])
})

test('OutputFlow replays until the offset that is live has been shown', () => {
  const { flow, parse } = listen()
  flow.attached(0, 4)
  assert.equal(flow.replaying, true)
  flow.output(0, bytes('old!'))
  assert.equal(flow.replaying, true)
  parse()
  assert.equal(flow.replaying, false)
})

test('OutputFlow goes on at the same byte after a lost connection', () => {
  const { flow, written, parse } = listen()
  flow.attached(0, 0)
  flow.output(0, bytes('one '))
  parse()
  flow.attached(4, 8)
  flow.output(4, bytes('two '))
  assert.deepEqual(written, ['one ', 'two '])
})

test('OutputFlow empties the terminal when the runner begins elsewhere', () => {
  const { flow, written } = listen()
  flow.attached(0, 0)
  flow.output(0, bytes('lost'))
  flow.attached(1000, 1003)
  flow.output(1000, bytes('new'))
  assert.deepEqual(written, ['lost', '\u001bc', 'new'])
})

test('OutputFlow repaints from a screen, and types no replies while it does', () => {
  const { flow, written, parse } = listen()
  flow.attached(0, 500)
  flow.screen(500, bytes('screen'))
  assert.equal(flow.replaying, true)
  parse()
  assert.equal(flow.replaying, false)
  flow.output(500, bytes('!'))
  assert.deepEqual(written, ['\u001bc', 'screen', '!'])
})
