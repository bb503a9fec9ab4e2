import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatYaml, parseYaml } from '#runner/kubernetes/encoding/yaml.ts'

/** Texts that are no YAML, and what a kube-apiserver 1.35.4 said of each. */
const broken: readonly (readonly [string, string])[] = [
  ['a: [', 'line 1: did not find expected node content'],
  ['{', 'line 1: did not find expected node content'],
  ['x:\n- [\n', 'line 2: did not find expected node content'],
  ['{"a": 1,, "b": 2}', 'did not find expected node content'],
  ['a: [1, 2\nb: c', "line 1: did not find expected ',' or ']'"],
  ['a: {b: c\nd: e}', "line 1: did not find expected ',' or '}'"],
  ['a: "', 'found unexpected end of stream'],
  ["a: 'x\n", 'line 2: found unexpected end of stream'],
  ['- x\ny', "line 3: could not find expected ':'"],
  ['a: |\nb', "line 3: could not find expected ':'"],
  ['a: b\n\nc\n', "line 4: could not find expected ':'"],
  ['a:\n  - b\n c: d', 'line 2: did not find expected key'],
  ['a: "x" y', 'did not find expected key'],
  ['a: b\n- c', 'line 1: did not find expected key'],
  ['a: b\n  c: d', 'line 2: mapping values are not allowed in this context'],
  ['- a\n b: c', 'line 2: mapping values are not allowed in this context'],
  ['- - -\n  : x', "line 1: did not find expected '-' indicator"],
  ['- a\nb: c', "line 1: did not find expected '-' indicator"],
  ['\ta: b', 'found character that cannot start any token'],
  ['a: `x`', 'found character that cannot start any token'],
  ['a: *x', "unknown anchor 'x' referenced"],
  ['a: &', 'did not find expected alphabetic or numeric character'],
  ['a: !<x', "did not find the expected '>'"],
  ['a: "\\q"', 'found unknown escape character'],
]

test('parseYaml() reads YAML 1.1 as Go does: words for booleans and octal numbers, but no times', () => {
  assert.deepEqual(parseYaml('a: y\nb: off\nc: 0755\nd: 2026-01-01\ne: 1:30\nf: .\ng: "n"\n7: x\n'), {
    7: 'x',
    a: true,
    b: false,
    c: 493,
    d: '2026-01-01',
    e: '1:30',
    f: '.',
    g: 'n',
  })
})

test('parseYaml() reads JSON, anchors, and of several documents the first', () => {
  assert.deepEqual(parseYaml('{"a":[1,{"b":null}]}'), { a: [1, { b: null }] })
  assert.deepEqual(parseYaml('a: &x {b: 1}\nc: {<<: *x, d: 2}\n---\nz: 1\n'), { a: { b: 1 }, c: { b: 1, d: 2 } })
  assert.equal(parseYaml(''), null)
})

test('parseYaml() refuses what is no YAML in the words of Go’s library', () => {
  for (const [text, message] of broken) assert.throws(() => parseYaml(text), { message: `yaml: ${message}` }, JSON.stringify(text))
  assert.throws(() => parseYaml('a: b: c'), { name: 'YamlSyntaxError', message: 'yaml: mapping values are not allowed in this context' })
  assert.throws(() => parseYaml('a:\n\t- b'), { message: 'yaml: line 2: found character that cannot start any token' })
})

test('parseYaml() refuses nesting without end', () => {
  assert.throws(() => parseYaml('['.repeat(20_000)), { name: 'YamlSyntaxError' })
})

test('formatYaml() sorts keys, quotes only what must be, and breaks long lines beyond column 80', () => {
  const long = `${'word '.repeat(20)}end`
  assert.equal(
    formatYaml({ z: [{ b: 1, a: 'y' }], m: {}, l: [], text: 'a\nb\n', time: '2026-01-01T00:00:00Z', n: '1', star: '*', f: { '.': {} }, long }),
    `f:
  .: {}
l: []
long: word word word word word word word word word word word word word word word word
  word word word word end
m: {}
"n": "1"
star: '*'
text: |
  a
  b
time: "2026-01-01T00:00:00Z"
z:
- a: "y"
  b: 1
`,
  )
})
