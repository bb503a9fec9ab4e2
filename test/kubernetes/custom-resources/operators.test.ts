// Which operators go with which types: what a real kube-apiserver 1.35.4 said to rules of definitions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { compile } from '#runner/kubernetes/custom-resources/cel/compile.ts'

const text: JsonObject = { type: 'string', maxLength: 10 }
const time: JsonObject = { type: 'string', format: 'date-time' }
const item: JsonObject = { type: 'object', properties: { n: { type: 'integer' }, s: text } }
const schema: JsonObject = {
  type: 'object',
  properties: {
    min: { type: 'integer' },
    max: { type: 'integer', format: 'int64' },
    s: text,
    o: text,
    d: { type: 'string', format: 'duration' },
    t: time,
    t2: time,
    b: { type: 'boolean' },
    f: { type: 'number' },
    by: { type: 'string', format: 'byte' },
    ios: { 'x-kubernetes-int-or-string': true },
    m: { type: 'object', additionalProperties: { type: 'integer' } },
    list: { type: 'array', items: item },
  },
}
const variables = new Map([
  ['self', schema],
  ['oldSelf', schema],
])

const taken = [
  'self.min <= self.max',
  "self.s == 'x' || has(self.o)",
  "self.d < duration('5s')",
  "self.t > timestamp('2020-01-01T00:00:00Z')",
  'self.min > 1.5',
  'int(self.s) > 1',
  'self.s.size() > 1',
  'self.list.map(x, x.n).sum() > 1',
  "string(self.min) == '1'",
  'self.b == (self.min > 1)',
  "self.s + 'x' == 'yx'",
  'self.min % 2 == 0',
  'self.f / 2.0 > 1.0',
  "self.min > 1 ? self.s == 'a' : true",
  "dyn(self.min) == 'a'",
  "self.m['a'] == 1",
  'self.m.all(k, self.m[k] > 1)',
  'isURL(self.s)',
  "self.s in ['a','b']",
  'type(self.min) == int',
  'double(self.min) > 1.5',
  "self.ios == 1 || self.ios == '50%'",
  'self.ios > 1',
  'self.list.exists(x, x.n == self.min)',
  '!self.b && self.min > 0',
  '-self.min < 0',
  "self.by == b'abc'",
  "self.s.matches('^a') && self.s.contains('b')",
  "self.t - self.t2 < duration('1h')",
  "self.t + duration('1h') > self.t2",
  "self.d + self.d < duration('2h')",
  "self.s < 'b'",
  'self.b < true',
  'self.list.size() == self.min',
  'self.list == []',
  "self.s.split(',')[0] == 'a'",
  "self.s.indexOf('a') > 1",
  '[1,2,3].exists(x, x == self.min)',
  "{'a': 1}['a'] == self.min",
  'self.min - 1 >= 0 && self.max + 1 <= 10',
  "cidr(self.s).containsIP('1.2.3.4')",
  "quantity(self.s).isGreaterThan(quantity('1'))",
  'oldSelf.min == self.min',
]

for (const rule of taken) test(`${rule} is a rule`, () => assert.ok(!('error' in compile(rule, { variables, result: 'bool' }))))

const refused: readonly (readonly [rule: string, words: string])[] = [
  ['self.min == 1.0', "1:10: found no matching overload for '_==_' applied to '(int, double)'"],
  ['self.f / 2 > 1.0', "1:8: found no matching overload for '_/_' applied to '(double, int)'"],
  ["self.m['a'] == 'x'", "1:13: found no matching overload for '_==_' applied to '(int, string)'"],
  ['self.m.exists(k, k == 1)', "1:20: found no matching overload for '_==_' applied to '(string, int)'"],
  ["self.min in ['a','b']", "1:10: found no matching overload for '@in' applied to '(int, list(string))'"],
  ["self.list[0].n == 'a'", "1:16: found no matching overload for '_==_' applied to '(int, string)'"],
  ['self.list.exists_one(x, x.s == self.min)', "1:29: found no matching overload for '_==_' applied to '(string, int)'"],
  ['!self.min', "1:1: found no matching overload for '!_' applied to '(int)'"],
  ["-self.s == 'a'", "1:1: found no matching overload for '-_' applied to '(string)'"],
  ["self.by == 'abc'", "1:9: found no matching overload for '_==_' applied to '(bytes, string)'"],
  ['self.s.matches(1)', "1:15: found no matching overload for 'matches' applied to 'string.(int)'"],
  ["self.min.startsWith('a')", "1:20: found no matching overload for 'startsWith' applied to 'int.(string)'"],
  ['self.o == 1', "1:8: found no matching overload for '_==_' applied to '(string, int)'"],
  ["size(self.list) == 'a'", "1:17: found no matching overload for '_==_' applied to '(int, string)'"],
  ["self.s.split(',')[0] == 1", "1:22: found no matching overload for '_==_' applied to '(string, int)'"],
  ["self.s.indexOf('a') == 'b'", "1:21: found no matching overload for '_==_' applied to '(int, string)'"],
  ['self.s.lowerAscii() == 1', "1:21: found no matching overload for '_==_' applied to '(string, int)'"],
  ['self.min * self.f > 1.0', "1:10: found no matching overload for '_*_' applied to '(int, double)'"],
  ["has(self.o) ? self.o == 'a' : self.min", "1:13: found no matching overload for '_?_:_' applied to '(bool, bool, int)'"],
  ['self.s != null', "1:8: found no matching overload for '_!=_' applied to '(string, null)'"],
  ['self.min == oldSelf.s', "1:10: found no matching overload for '_==_' applied to '(int, string)'"],
]

for (const [rule, words] of refused)
  test(`${rule} is none`, () => {
    const compiled = compile(rule, { variables, result: 'bool' })
    assert.ok('error' in compiled)
    assert.equal(compiled.error.split('\n')[0], `compilation failed: ERROR: <input>:${words}`)
  })
