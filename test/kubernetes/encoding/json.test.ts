import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonSyntaxError, memberOrder, parseJson } from '#runner/kubernetes/encoding/json.ts'
import { strictProblems } from '#runner/kubernetes/encoding/strict.ts'

test('parseJson() reads what JSON.parse reads', () => {
  const texts = ['null', ' [1, -2.5e3, "a\\u00e9\\n\\"", true, false, null, {}] ', '{"a":{"b":[{"c":0}]},"d":""}', '"\\ud83d\\ude00"', '-0.0']
  for (const text of texts) assert.deepEqual(parseJson(text).value, JSON.parse(text))
})

test('parseJson() names members given twice by their path, and keeps the last', () => {
  const { value, duplicates } = parseJson('{"a":1,"b":[{"c":1},{"c":1,"c":2}],"a":3,"a":4}')
  assert.deepEqual(value, { a: 4, b: [{ c: 1 }, { c: 2 }] })
  assert.deepEqual(duplicates, ['b[1].c', 'a', 'a'])
  assert.equal(strictProblems({ duplicates }, ['spec.x']), 'strict decoding error: duplicate field "b[1].c", duplicate field "a", unknown field "spec.x"')
})

test("strictProblems() tells a typed object's problems in the order of its text", () => {
  const text = '{"spec":{"odd":1,"replicas":2,"replicas":3,"last":4}}'
  const problems = { duplicates: parseJson(text).duplicates, order: () => memberOrder(text) }
  assert.equal(
    strictProblems(problems, ['spec.odd', 'spec.last']),
    'strict decoding error: unknown field "spec.odd", duplicate field "spec.replicas", unknown field "spec.last"',
  )
})

test('parseJson() takes __proto__ for a member like any other', () => {
  const { value } = parseJson('{"__proto__":{"a":1}}')
  assert.deepEqual(Object.keys(value as object), ['__proto__'])
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
})

const refusals: Readonly<Record<string, string>> = {
  '': 'unexpected end of JSON input',
  '{"a":': 'unexpected end of JSON input',
  '{not': "invalid character 'n' looking for beginning of object key string",
  '{"a":1,}': "invalid character '}' looking for beginning of object key string",
  '[1,]': "invalid character ']' looking for beginning of value",
  '{"a" 1}': "invalid character '1' after object key",
  '{"a":1 "b"}': `invalid character '"' after object key:value pair`,
  '[1 2]': "invalid character '2' after array element",
  '{} x': "invalid character 'x' after top-level value",
  tru: 'unexpected end of JSON input',
  nuxl: "invalid character 'x' in literal null (expecting 'l')",
  '-x': "invalid character 'x' in numeric literal",
  '1.x': "invalid character 'x' after decimal point in numeric literal",
  '1e+x': "invalid character 'x' in exponent of numeric literal",
  '"\\x"': "invalid character 'x' in string escape code",
  '"\\u00g0"': "invalid character 'g' in \\u hexadecimal character escape",
  '"a\nb"': "invalid character '\\n' in string literal",
  "'a'": "invalid character '\\'' looking for beginning of value",
  é: "invalid character 'Ã' looking for beginning of value",
}

for (const [text, message] of Object.entries(refusals)) {
  test(`parseJson() refuses ${JSON.stringify(text)} in Go's words`, () => {
    assert.throws(
      () => parseJson(text),
      (error) => error instanceof JsonSyntaxError && error.message === message,
    )
  })
}

test('parseJson() refuses nesting without end', () => {
  assert.throws(() => parseJson('['.repeat(20_000)), { message: 'exceeded max depth' })
})
