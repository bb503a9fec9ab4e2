import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asksForCompletion, completion } from '#runner/az/completion.ts'
import { memoryAz, withTokens } from '../support/az-memory.ts'

const groups = { value: ['rg-a', 'rg-b'].map((name) => ({ id: `/subscriptions/3/resourceGroups/${name}`, name, location: 'eastus' })) }

/** What a shell is answered whose line ends at the cursor, word by word. */
async function completed(line: string, answer: () => unknown = () => groups): Promise<readonly string[]> {
  const { context } = memoryAz(withTokens(answer))
  return (await completion({ ...context, env: { _ARGCOMPLETE: '1', COMP_LINE: line, COMP_POINT: String(line.length) } })).split('\v')
}

test('a shell asks by its environment', () => {
  assert.equal(asksForCompletion({ env: { _ARGCOMPLETE: '1', COMP_LINE: 'az ' } }), true)
  assert.equal(asksForCompletion({ env: { COMP_LINE: 'az ' } }), false)
})

test('completion() offers groups and commands, help first, the only one with a blank', async () => {
  assert.deepEqual(await completed('az flee'), ['fleet '])
  assert.deepEqual((await completed('az fleet ')).slice(0, 5), ['-h', '--help', 'autoupgradeprofile', 'create', 'delete'])
  assert.deepEqual(await completed('az fleet member CRE'), ['create '])
  assert.deepEqual(await completed('az nosuch '), [''])
})

test('completion() offers the options of a command that were not given yet', async () => {
  assert.deepEqual(await completed('az fleet member create --m'), ['--member-cluster-id', '--member-labels'])
  assert.deepEqual(await completed('az fleet member create --member-labels "a=b c=d" --m'), ['--member-cluster-id '])
})

test('completion() offers the values of an option, and resource groups as ARM names them', async () => {
  assert.deepEqual(await completed('az group list -o js'), ['json', 'jsonc'])
  assert.deepEqual(await completed('az aks list --resource-group '), ['rg-a', 'rg-b'])
  assert.deepEqual(await completed('az aks list -g rg-b'), ['rg-b '])
})

test('completion() looks at the line up to the cursor', async () => {
  const { context } = memoryAz()
  assert.equal(await completion({ ...context, env: { COMP_LINE: 'az gro list', COMP_POINT: '6' } }), 'group ')
})
