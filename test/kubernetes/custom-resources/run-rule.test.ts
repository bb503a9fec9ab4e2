// Rules run on objects: what a real server said of the same rules and the same objects.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { validateRules } from '#runner/kubernetes/custom-resources/cel/evaluate.ts'

const text: JsonObject = { type: 'string' }
const integer: JsonObject = { type: 'integer' }
const schema: JsonObject = {
  type: 'object',
  properties: {
    s: text,
    i: integer,
    zero: integer,
    bytes: { type: 'string', format: 'byte' },
    texts: { type: 'array', items: text },
    ints: { type: 'array', items: integer },
    map: { type: 'object', additionalProperties: text },
    nums: { type: 'object', additionalProperties: integer },
    list: { type: 'array', items: { type: 'object', properties: { name: text, n: integer, opt: text } } },
    nest: { type: 'array', items: { type: 'array', items: integer } },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    obj: { type: 'object', properties: { a: text, b: integer } },
  },
}
const value: JsonObject = {
  s: 'abc',
  i: 5,
  zero: 0,
  bytes: 'aGVsbG8=',
  texts: ['b', 'a', 'c'],
  ints: [3, 1, 2],
  map: { a: 'x', b: 'y' },
  nums: { a: 1, b: 2, z: 0 },
  list: [
    { name: 'x', n: 2 },
    { name: 'w', n: 1, opt: 'o' },
  ],
  nest: [[1, 2], [3]],
  set: ['q', 'r'],
  obj: { a: 'z', b: 1 },
}

/** Nothing of a rule that holds, or what is said without the rule itself. */
function said(rule: string): string {
  const [finding] = [...validateRules({ value, old: undefined, schema: { ...schema, 'x-kubernetes-validations': [{ rule }] }, path: 'spec' })]
  return finding === undefined ? '' : finding.message.replace(`: ${rule}`, '').replace('Invalid value: "object": ', '').replace(' evaluating rule', '')
}

function holds(rules: readonly string[]): void {
  for (const rule of rules) assert.equal(said(rule), '', rule)
}

function breaks(rules: readonly string[]): void {
  for (const rule of rules) assert.equal(said(rule), 'Invalid value: failed rule', rule)
}

test('loops of two variables run over lists and maps', () => {
  holds([
    "self.texts.all(i, v, v != '' && i < 3)",
    "self.texts.exists(i, v, i == 1 && v == 'a')",
    "self.texts.existsOne(i, v, v == 'a')",
    'self.map.all(k, v, k < v)',
    "self.texts.transformList(i, v, v + string(i)) == ['b0', 'a1', 'c2']",
    "self.texts.transformList(i, v, i > 0, v) == ['a', 'c']",
    "self.texts.transformMap(i, v, v + 'q') == {0: 'bq', 1: 'aq', 2: 'cq'}",
    "self.map.transformMap(k, v, k == 'a', v).size() == 1",
    "self.nums.transformMapEntry(k, v, {v: k})[1] == 'a'",
    'self.nest.all(i, v, v.all(j, w, w > j))',
    "self.list.all(i, v, v.opt == 'o' || i >= 0)",
    'self.nums.exists(k, v, 10 / v == 5)',
  ])
  breaks(['self.texts.all(i, v, i < 2)', "self.map.existsOne(k, v, v == 'q')", "self.texts.transformList(i, v, v) == ['a']"])
  assert.equal(said("self.texts.transformMap(i, v, i != 1, v)[1] == 'c'"), 'no such key: 1')
  assert.equal(said('self.list.exists(i, v, v.opt == "x")'), 'no such key: opt')
  assert.equal(said('self.nums.exists(k, v, 10 / v == 3)'), 'division by zero')
  assert.equal(said("self.set.transformMapEntry(i, v, {'a': i}).size() == 2"), 'insert failed: key a already exists')
})

test('lists are sorted by what an expression says of their items', () => {
  holds(["self.list.sortBy(x, x.n)[0].name == 'w'", 'self.ints.sortBy(x, -x) == [3, 2, 1]', "self.texts.sortBy(x, x) == ['a', 'b', 'c']"])
  breaks(["self.list.sortBy(x, x.n)[0].name == 'x'"])
})

test('values that may be missing are mapped, gathered, told apart', () => {
  holds([
    "self.list[?0].?name.optMap(n, n + '!').orValue('') == 'x!'",
    'self.list[?1].?opt.optFlatMap(n, optional.of(n)).hasValue()',
    "[?self.?s, 'x'].size() == 2",
    '[?self.list[0].?opt].size() == 0',
    "{'z': 'q', ?'a': self.obj.?a}.size() == 2",
    "optional.of(self.s) == optional.of('abc')",
    'optional.unwrap([optional.of(1), optional.none()]) == [1]',
    '[optional.of(1), self.obj.?b].unwrapOpt().size() == 2',
    '!optional.ofNonZeroValue(self.zero).hasValue()',
  ])
  breaks(['[?self.obj.?b] == [2]', 'optional.ofNonZeroValue(self.zero).hasValue()'])
})

test('runs that fail refuse the object, in the words of cel-go', () => {
  const errors: readonly (readonly [string, string])[] = [
    ['10 / self.zero == 5', 'division by zero'],
    ['10 % self.zero == 0', 'modulus by zero'],
    ['self.i + 9223372036854775807 > 0', 'integer overflow'],
    ['uint(-self.i) > 1u', 'unsigned integer overflow'],
    ['self.ints[7] == 3', 'index out of bounds: 7'],
    ['self.ints[-1] == 3', 'index out of bounds: -1'],
    ["dyn(self.ints)['a'] == 1", "unsupported index type 'string' in list"],
    ["self.map['q'] == 'x'", 'no such key: q'],
    ["self.texts.first().optMap(t, t + 'q').value() == self.texts[?9].value()", 'optional.none() dereference'],
    ['int(self.s) == 1', "type conversion error from 'string' to 'int'"],
    ['bool(self.s)', "type conversion error from 'string' to 'bool'"],
    ['double(self.s) > 1.0', "type conversion error from 'string' to 'double'"],
    ["timestamp(self.s) < timestamp('2024-01-01T00:00:00Z')", "type conversion error from 'string' to 'google.protobuf.Timestamp'"],
    ["duration(self.s) < duration('1s')", "type conversion error from 'string' to 'google.protobuf.Duration'"],
    ["timestamp(0).getHours('bogus/zone') == 5", 'unknown time zone bogus/zone'],
    ['self.s.charAt(9) == ""', 'index out of range: 9'],
    ["self.s.substring(2, 1) == 'b'", 'invalid substring range. start: 2, end: 1'],
    ['self.nest.flatten(-1).size() > 0', 'level must be non-negative'],
    ['self.texts.filter(t, t == "q").max() == "q"', 'max called on empty list'],
    ["dyn(self.s).all(x, x == 'a')", "got 'types.String', expected iterable type"],
  ]
  for (const [rule, words] of errors) assert.equal(said(rule), words, rule)
})

test('what takes no value of a type says so, and nothing more', () => {
  const words = "'no such overload': call arguments did not match a supported operator, function or macro signature for rule"
  for (const rule of ['dyn(self.s) > 1', 'dyn(self.i) && true', 'dyn(self.s) ? true : false', '!dyn(self.i)', "dyn(self.i).startsWith('a')"])
    assert.equal(said(rule), words, rule)
  assert.equal(said('dyn(self.i).size() == 1'), words.replace('overload', 'overload: size'))
})

test('texts are counted by letters, and patterns are those of Go', () => {
  holds([
    "'héllo😀'.charAt(5) == '😀' && 'héllo😀'.indexOf('😀') == 5 && 'héllo😀'.substring(5) == '😀'",
    "'héllo'.upperAscii() == 'HéLLO' && self.s.indexOf('c', 9) == -1 && self.s.lastIndexOf('a', 5) == -1",
    "self.s.replace('', '-', 2) == '-a-bc' && self.s.split('b', 1) == ['abc']",
    "self.s.matches('(?i)^A.C$') && self.s.matches('[[:alpha:]]+') && self.s.findAll('[a-c]', 2) == ['a', 'b']",
  ])
})

test('lists of lists are searched, bytes and texts of numbers compared, keys of maps keep their type', () => {
  holds([
    'sets.intersects(self.nest, [[3]]) && self.nest.indexOf([3]) == 1',
    "b'a' < self.bytes && self.bytes == b'hello'",
    "{1: 'a', 2: 'b'}.all(k, k > 0) && {true: 1}[true] == 1",
    'int(timestamp(7)) == 7',
  ])
})

test('texts are made of values as English writes them', () => {
  holds([
    "'%.2f'.format([2500000.0]) == '2,500,000.00' && '%d'.format([5000]) == '5000'",
    "'%e'.format([2.5]) == '2.500000×10⁰⁰' && '%.1e'.format([0.0025]) == '2.5×10⁻⁰³'",
    "'%s %s'.format([2500000.0, type(self.i)]) == '2.5e+06 int' && string(100000.0) == '100000'",
    `'%s'.format([self.map]) == '{"a": "x", "b": "y"}' && '%s'.format([[dyn(1), dyn(2.5)]]) == '[1, 2.500000]'`,
  ])
  assert.equal(said("'%d'.format([dyn(self.s)]) == ''"), 'error during formatting: decimal clause can only be used on integers, was given string')
  assert.equal(said("(self.s + '%d %d').format([self.i]) == ''"), 'index 1 out of range')
  assert.equal(said("(self.s + '%q').format([self.i]) == ''"), 'could not parse formatting clause: unrecognized formatting clause "q"')
})

test('addresses, URLs, quantities and versions are read as Go reads them', () => {
  holds([
    "url('https://A.b:443/c').getPort() == '443' && url('https://A.b').getHostname() == 'A.b' && url('https://[::1]:80/').getHostname() == '::1'",
    "url('https://a.b').getEscapedPath() == '' && isURL('mailto:a@b.c') && !isURL('https://a b/')",
    "string(ip('2001:DB8::1')) == '2001:db8::1' && string(cidr('10.1.0.0/16')) == '10.1.0.0/16'",
    "!quantity('1.5Gi').isInteger() && quantity('1.5k').asInteger() == 1500",
  ])
  const parse = 'network address parse error during conversion from string: '
  const errors: readonly (readonly [string, string])[] = [
    ['ip(self.s).family() == 4', 'IP Address "abc" parse error during conversion from string: ParseAddr("abc"): unable to parse IP'],
    ["ip('::ffff:1.2.3.4').family() == 6", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ['cidr(self.s).prefixLength() == 8', `${parse}${parse}netip.ParsePrefix("abc"): no '/'`],
    ["quantity('1.5').asInteger() == 1", 'cannot convert value to integer'],
    ["url('').getHost() == ''", 'URL parse error during conversion from string: parse "": empty url'],
    ["semver('1.x.3').major() == 1", 'Invalid character(s) found in minor number "x"'],
  ]
  for (const [rule, words] of errors) assert.equal(said(rule), words, rule)
})

test('lists that are sets are compared and added as sets', () => {
  holds(["self.set == ['r', 'q']", "self.set + ['q'] == ['q', 'r']", "self.set + ['s'] == ['s', 'q', 'r']"])
  breaks(["self.set != ['r', 'q']", "self.set == ['r', 'r']", "['r', 'q'] == self.set", "self.texts == ['a', 'b', 'c']"])
})

test('values of all sorts are added up, sorted and converted', () => {
  holds([
    "[2u, 1u].sort() == [1u, 2u] && [b'b', b'a'].sort()[0] == b'a' && [duration('2s'), duration('1s')].sort()[0] == duration('1s')",
    "[duration('1s'), duration('2s')].sum() == duration('3s')",
    "int(duration('1s')) == 1000000000 && int(5u) == 5 && uint('7') == 7u && timestamp(timestamp(0)) == timestamp(0)",
    "sign(quantity('-1')) == -1",
  ])
  assert.equal(said('uint(self.s) == 7u'), "type conversion error from 'string' to 'uint'")
  assert.equal(said("duration(self.i) > duration('1s')"), "type conversion error from 'int' to 'google.protobuf.Duration'")
  assert.equal(said('-(-9223372036854775807 - 1) > self.i'), 'integer overflow')
})
