// Patterns as Go reads them: its words for those that are wrong, and what the others match.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readGoPattern } from '#runner/kubernetes/custom-resources/go-pattern.ts'

test('patterns that Go does not read are refused in its words', () => {
  const said = (pattern: string) => {
    const read = readGoPattern(pattern)
    return 'problem' in read ? read.problem.replace('error parsing regexp: ', '') : 'fine'
  }
  assert.equal(said('(?=a)'), 'invalid or unsupported Perl syntax: `(?=`')
  assert.equal(said('a{2,1}'), 'invalid repeat count: `{2,1}`')
  assert.equal(said('x{1001}'), 'invalid repeat count: `{1001}`')
  assert.equal(said('\\1'), 'invalid escape sequence: `\\1`')
  assert.equal(said('[z-a]'), 'invalid character class range: `z-a`')
  assert.equal(said('[[:foo:]]'), 'invalid character class range: `[:foo:]`')
  assert.equal(said('a**'), 'invalid nested repetition operator: `**`')
  assert.equal(said('*a'), 'missing argument to repetition operator: `*`')
  assert.equal(said('a(b'), 'missing closing ): `a(b`')
  assert.equal(said('a)b'), 'unexpected ): `a)b`')
  assert.equal(said('a[b'), 'missing closing ]: `[b`')
  assert.equal(said('\\'), 'trailing backslash at end of expression: ``')
  for (const pattern of ['a{,2}', '(?P<n>a)', '(?i)abc', '[[:alpha:]_-]+', '^[^/]+\\/[a-z\\-]*$', '\\Aa\\z', '[a-\\d]'])
    assert.equal(said(pattern), 'fine', pattern)
})

test('patterns match what they match in Go', () => {
  const matches = (pattern: string, value: string) => {
    const read = readGoPattern(pattern)
    return 'source' in read && new RegExp(read.source, read.flags).test(value)
  }
  assert.ok(matches('^[[:alpha:]]+$', 'abc') && !matches('^[[:alpha:]]+$', 'a1'))
  assert.ok(matches('(?i)^abc$', 'ABC'))
  assert.ok(matches('^(?i)abc$', 'ABC'))
  assert.ok(matches('^a{,2}$', 'a{,2}'))
  assert.ok(matches('^\\Qa.b\\E$', 'a.b') && !matches('^\\Qa.b\\E$', 'axb'))
  assert.ok(matches('^[a-z\\-_]+$', 'a-_') && matches('^\\x41$', 'A'))
})
