// Rules of definitions compiled: what is wrong with them in the words of cel-go, and what they may cost, counted by a real server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { compileRule, ruleSubject } from '#runner/kubernetes/custom-resources/cel/compile-rule.ts'
import { validateRules } from '#runner/kubernetes/custom-resources/cel/evaluate.ts'
import { definitionFindings } from '#runner/kubernetes/custom-resources/check-definition.ts'

const texts: JsonObject = { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 10 } }
const schema: JsonObject = {
  type: 'object',
  properties: {
    s: { type: 'string', maxLength: 20 },
    long: { type: 'string' },
    i: { type: 'integer' },
    n: { type: 'number' },
    texts,
    numbers: { type: 'array', items: { type: 'integer' } },
    map: { type: 'object', additionalProperties: { type: 'string' } },
    time: { type: 'string', format: 'date-time' },
    namespace: { type: 'string' },
    free: { 'x-kubernetes-preserve-unknown-fields': true },
    pod: { type: 'object', 'x-kubernetes-embedded-resource': true, properties: { spec: { type: 'object', properties: {} } } },
  },
}

function compiled(rule: string) {
  const subject = ruleSubject(schema, false)
  return subject && compileRule(rule, subject, { result: 'bool', optionalOld: false })
}

function said(rule: string): string {
  const result = compiled(rule)
  return result && 'error' in result ? (result.error.split('\n')[0]?.replace('compilation failed: ERROR: <input>:', '') ?? '') : 'fine'
}

test('types are followed through members, loops and functions', () => {
  assert.equal(said('self.s'), 'cel expression must evaluate to a bool')
  assert.equal(said('self.s.x == 1'), "1:7: type 'string' does not support field selection")
  assert.equal(said("self.texts['a'] == 'b'"), "1:11: found no matching overload for '_[_]' applied to '(list(string), string)'")
  assert.equal(said('1 in self.texts'), "1:3: found no matching overload for '@in' applied to '(int, list(string))'")
  assert.equal(said('self.texts.all(x, x)'), "1:19: expected type 'bool' but found 'string'")
  assert.equal(said('self.i.all(x, true)'), "1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)")
  assert.equal(said('self.texts.sum() == 1'), "1:15: found no matching overload for 'sum' applied to 'list(string).()'")
  assert.equal(said('self.s == null'), "1:8: found no matching overload for '_==_' applied to '(string, null)'")
  assert.equal(said('self.i in [1, "a"]'), "1:15: expected type 'int' but found 'string'")
  assert.equal(said('has(self.free)'), "1:4: undefined field 'free'")
  assert.equal(said('has(self.texts[0])'), '1:15: invalid argument to has() macro')
  assert.equal(said("self.s.matches('[')"), '1:16: invalid matches argument')
  assert.equal(said('math.greatest(1, 2) == 2'), "1:1: undeclared reference to 'math' (in container '')")
})

test('formats are read at once, and items that may be missing have the type that they have if they are there', () => {
  assert.equal(said("'%d %d'.format([self.i]) == ''"), '1:15: index 1 out of range')
  assert.equal(said("'%d'.format([self.i, self.i]) == ''"), '1:12: too many arguments supplied to string.format (expected 1, got 2)')
  assert.equal(said("'%d'.format([self.s]) == ''"), '1:18: error during formatting: decimal clause can only be used on integers, was given string')
  assert.equal(said("'%d%'.format([self.i]) == ''"), '1:13: unexpected end of string')
  assert.equal(said("[?self.?s, 'x'].size() == {?'a': self.?i}.size()"), 'fine')
  assert.equal(said('[?self.?s, 1].size() == 1'), "1:12: expected type 'string' but found 'int'")
  assert.equal(said('self.texts.existsOne(v, v == "a")'), "1:21: undeclared reference to 'existsOne' (in container '')")
  assert.equal(said("self.map.transformMapEntry(k, v, {v: k})['a'] == 'b'"), 'fine')
})

test('what the server has is there', () => {
  const rules = [
    ...["'%s-%d'.format([self.s, self.i]) == 'a-1'", "self.namespace == 'x' && self.pod.metadata.name == 'y'", 'self.texts.all(i, v, v.size() > i)'],
    ...["quantity('1').add(1) == quantity('2')", "semver('1.2.3').isLessThan(semver('2.0.0'))", '!format.dns1123Label().validate(self.s).hasValue()'],
    ...[
      "ip.isCanonical('::1') && cidr('10.0.0.0/8').ip() == ip('10.0.0.0')",
      'self.texts.sortBy(x, x).first().hasValue()',
      "self.time > timestamp('2024-01-01T00:00:00Z')",
    ],
  ]
  for (const rule of rules) assert.equal(said(rule), 'fine', rule)
})

test('costs are those that a real server estimates', () => {
  const costs: readonly (readonly [string, number])[] = [
    ["self.s == 'a'", 3],
    ['self.texts.all(x, x.size() == 1)', 63],
    ['self.numbers.all(x, x > 0)', 7864318],
    ['self.texts.sortBy(x, x).size() == 1', 378],
    ["self.s.replace('a', 'bb').contains(self.s)", 148],
    ["sets.contains(self.texts, ['a'])", 23],
  ]
  assert.deepEqual(
    costs.map(([rule]) => [rule, Reflect.get(compiled(rule) ?? {}, 'cost')]),
    costs,
  )
})

test('a definition whose rules may cost too much is refused', () => {
  const rule = (text: string) => ({ ...schema, 'x-kubernetes-validations': [{ rule: text }] })
  const spec = {
    group: 'example.com',
    scope: 'Namespaced',
    names: { kind: 'Box', plural: 'boxes', singular: 'box', listKind: 'BoxList' },
    conversion: { strategy: 'None' },
  }
  const findings = (text: string) => {
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: rule(text) } } } }]
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boxes.example.com' },
      spec: { ...spec, versions },
    }
    return [...definitionFindings({ ...definition, status: { storedVersions: ['v1'] } })].map(({ field, message }) => `${field.split('.').at(-1)}: ${message}`)
  }
  assert.deepEqual(findings('self.texts.all(x, self.texts.exists(y, y == x))'), [])
  const [one, contributed, total] = findings("self.map.all(k, self.map[k].matches('^a+$'))")
  const advice = '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)'
  assert.equal(one, `rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${advice}`)
  assert.equal(contributed, 'rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema')
  assert.ok(
    total?.startsWith('openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget'),
    total,
  )
})

test('what compiles is run', () => {
  const value = { s: 'abc', i: 5, texts: ['b', 'a', 'b'], namespace: 'ns', bytes: 'aGk=', wait: '90s' }
  const properties = { ...(schema.properties as JsonObject), bytes: { type: 'string', format: 'byte' }, wait: { type: 'string', format: 'duration' } }
  const broken = (rule: string, more: JsonObject = {}) =>
    [...validateRules({ value, old: undefined, schema: { ...schema, properties, 'x-kubernetes-validations': [{ rule, ...more }] }, path: 'spec' })].map(
      ({ message }) => message,
    )
  const holding = [
    ...[
      "'%s-%d'.format([self.s, 1]) != ''",
      '\'%s|%x\'.format([self.texts, 255]) == \'["b", "a", "b"]|ff\'',
      "self.namespace == 'ns' && strings.quote('a') == '\"a\"'",
    ],
    ...["self.texts.distinct() == ['b', 'a'] && self.texts.reverse() == self.texts && self.texts.slice(0, 1) == ['b']", "self.texts.first().value() == 'b'"],
    ...["self.wait > duration('1m') && string(self.bytes) == 'hi'", "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2"],
    ...[
      "format.dns1123Label().validate('a.b').hasValue() && !format.named('nosuch').hasValue()",
      "quantity('1000m') == quantity('1') && ip('::1') == ip('0:0::1')",
    ],
    ...["ip.isCanonical('::1') && !ip.isCanonical('::0001')", 'lists.range(3) == [0, 1, 2] && [[1], [2]].flatten() == [1, 2]', 'matches(self.s, "^a")'],
  ]
  for (const rule of holding) assert.deepEqual(broken(rule), [], rule)
  assert.deepEqual(broken('self.texts[7] == self.s'), ['Invalid value: "object": index out of bounds: 7 evaluating rule: self.texts[7] == self.s'])
  assert.deepEqual(broken('false', { reason: 'FieldValueDuplicate' }), ['Duplicate value'])
  assert.deepEqual(broken('oldSelf.hasValue()', { optionalOldSelf: true }), ['Invalid value: failed rule: oldSelf.hasValue()'])
})
