// Files of variables, read as strictly as the kubelet reads them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EnvironmentFileError, variableOf } from '#runner/containers/environment-file.ts'

const text = ["# a comment = 'x'", '', "  A='one'", "B='two", "lines' # why", "C= 'empty'", "D=''"].join('\n')

test('quoted values are taken as they are, over several lines too', () => {
  assert.deepEqual(
    ['A', 'B', 'C', 'D', 'E'].map((name) => variableOf(text, name)),
    ['one', 'two\nlines', '', '', ''],
  )
})

test('whatever else a shell would take is refused', () => {
  for (const wrong of ['A', "='x'", "A ='x'", 'A=x', 'A="x"', "A='x", "A='x' y"]) assert.throws(() => variableOf(wrong, 'Z'), EnvironmentFileError, wrong)
})
