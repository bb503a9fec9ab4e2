import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Machine, projectFolder } from '#runner/cli/machine.ts'
import { findPrograms } from '#runner/cli/programs.ts'
import { createSmallSandbox, type SmallSandbox } from '#test/support/small-sandbox.ts'

const empty = mkdtempSync(join(tmpdir(), 'drydock-empty-'))
const machine: Machine = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: { PATH: empty },
  cwd: empty,
  project: projectFolder,
  ending: new AbortController().signal,
}
let box: SmallSandbox

before(async () => {
  const { programs, shown } = await findPrograms(machine, [empty])
  box = await createSmallSandbox({ programs, shown, home: { 'pods.json': { text: '{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}' } } })
})
after(async () => {
  await box?.close()
  rmSync(empty, { recursive: true })
})

test('a machine that has jq gives its own', async () => {
  const { programs } = await findPrograms(machine)
  assert.equal(
    programs.some(({ name }) => name === 'jq'),
    (await box.run('[ -e /usr/bin/jq ]')).exit !== 0,
  )
})

const asked: readonly (readonly [what: string, script: string, stdout: string, exit?: number])[] = [
  ['filters standard input', `echo '{"a": [1, 2]}' | jq .a`, '[\n  1,\n  2\n]\n'],
  ['reads files, raw', `jq -r '.items[].metadata.name' ~/pods.json`, 'a\nb\n'],
  ['takes letters together', `jq -rc .items ~/pods.json ~/pods.json | sort -u`, '[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]\n'],
  ['has variables', `jq -n --arg x 1 --argjson y '{"z": 2}' '[$x, $y.z]' -c`, '["1",2]\n'],
  ['has files as variables', `jq -n -c --slurpfile p ~/pods.json --rawfile r ~/pods.json '[$p[0].items[1].metadata.name, ($r | length)]'`, '["b",63]\n'],
  ['has positional arguments', `jq -n -c '$ARGS.positional' --args a b`, '["a","b"]\n'],
  ['takes its filter from a file', `echo .a >f; echo '{"a":1}' | jq -f f`, '1\n'],
  ['gives its exit codes', `echo null | jq -e .`, 'null\n', 1],
  ['says what is wrong', `echo '{' | jq . 2>&1 | head -1 | cut -c 1-16`, 'jq: parse error:\n'],
  ['joins', `echo '["a","b"]' | jq -j '.[]'`, 'ab'],
  ['reads as long as there is something', `seq 50000 | jq -s add`, '1250025000\n'],
  ['works on the machine without a file', `jq . /nothing 2>&1 | cut -c 1-9; echo done`, 'jq: error\ndone\n'],
]

for (const [what, script, expected, exit = 0] of asked) {
  test(`where the machine has no jq, ours ${what}`, async () => {
    const run = await box.run(`PATH=/usr/local/bin:/bin; cd ~; ${script}`)
    assert.deepEqual([run.stdout, run.exit], [expected, exit], run.stderr)
  })
}

test('EDITOR names an editor that is there', async () => {
  const { stdout } = await box.run(
    '[ -z "$EDITOR" ] || command -v "$EDITOR" >/dev/null && echo right; for e in nano vi vim; do command -v $e; done | head -1; echo "$EDITOR"',
  )
  const [right, first = '', editor] = stdout.trim().split('\n')
  assert.equal(right, 'right')
  if (editor !== undefined) assert.equal(first.endsWith(`/${editor}`), true)
})
