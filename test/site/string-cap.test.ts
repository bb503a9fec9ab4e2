import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StringCap } from '../../site/src/terminal/string-cap.ts'

function filter(chunks: readonly (string | Uint8Array)[], cap = 8): string {
  const filter = new StringCap(cap)
  return Buffer.concat(chunks.map((chunk) => Buffer.from(filter.filter(Buffer.from(chunk))))).toString()
}

test('StringCap leaves text and short strings as they are', () => {
  const text = 'plain äöü \u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001bP+q\u001b\\ \u001b(B end'
  assert.equal(filter([text]), text)
  const bytes = Buffer.from(text)
  assert.equal(new StringCap().filter(bytes), bytes)
})

test('StringCap leaves out what is beyond the cap, and keeps what ends the string', () => {
  assert.equal(filter(['\u001b]0;123456789abc\u0007after']), '\u001b]0;123456\u0007after')
  assert.equal(filter(['\u001bP123456789abc\u001b\\after']), '\u001bP12345678\u001b\\after')
  assert.equal(filter(['\u009d123456789abc\u009cafter']), '\u009d12345678\u009cafter')
})

test('StringCap remembers where it is between chunks of any size', () => {
  const text = 'a\u001b]8;;http://example.com/long\u0007b\u009d123456789\u009cc\u001b[1m'
  const whole = filter([text])
  for (let size = 1; size < 8; size += 1) {
    const bytes = Buffer.from(text)
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
    assert.equal(filter(chunks), whole)
  }
})

test('StringCap lets a string that never ends take no more than its cap', () => {
  const cap = new StringCap(1000)
  cap.filter(Buffer.from('\u001b]52;'))
  let kept = 0
  for (let chunk = 0; chunk < 100; chunk += 1) kept += cap.filter(Buffer.alloc(10_000, 'x')).length
  assert.ok(kept <= 1000)
})
