import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Command } from '#runner/cli/command.ts'
import { helpFor, overview } from '#runner/cli/help.ts'
import { findCommand, parseArguments } from '#runner/cli/parse-arguments.ts'
import { closest } from '#runner/cli/suggest.ts'

function command(name: string, rest: Partial<Command> = {}): Command {
  return { name, says: `Does ${name}`, words: [], options: [], run: async () => 0, ...rest }
}

const bake = command('bake', {
  words: [{ name: 'CAKE', required: true, says: 'what to bake' }],
  options: [
    { name: '--seed', value: 'N', says: 'the seed' },
    { name: '--bind', value: 'DIR', repeated: true, says: 'a folder' },
    { name: '--sandbox', value: 'KIND', choices: ['auto', 'namespaces', 'none'], says: 'the sandbox' },
    { name: '--json', says: 'as JSON' },
    { name: '-c', value: 'SCRIPT', says: 'a script' },
  ],
})
const commands = [bake, command('world up'), command('doctor')]

test('findCommand() finds commands of one word and of two', () => {
  assert.deepEqual(findCommand(['world', 'up', '--x'], commands).rest, ['--x'])
  assert.equal(findCommand(['doctor'], commands).command.name, 'doctor')
})

test('findCommand() says what was meant', () => {
  assert.throws(() => findCommand(['bkae'], commands), { message: 'Unknown command "bkae": did you mean "drydock bake"?' })
  assert.throws(() => findCommand(['world', 'pu'], commands), { message: 'Unknown command "world pu": did you mean "drydock world up"?' })
  assert.throws(() => findCommand(['world'], commands), { message: 'Expected "drydock world up"' })
  assert.throws(() => findCommand(['zzzzzz'], commands), { message: 'Unknown command "zzzzzz": "drydock --help" lists them' })
})

test('parseArguments() reads words, values, switches, and what stands after --', () => {
  const given = parseArguments(bake, ['--seed', '7', 'cake', '--bind=/a', '--bind', '/b', '--json', '-c', '--odd'])
  assert.deepEqual(
    [given.words, given.value('--seed'), given.values('--bind'), given.has('--json'), given.value('-c')],
    [['cake'], '7', ['/a', '/b'], true, '--odd'],
  )
  assert.deepEqual(parseArguments(bake, ['--', '--cake']).words, ['--cake'])
  assert.deepEqual(parseArguments(bake, ['-']).words, ['-'])
})

test('parseArguments() refuses what the command does not have, with a suggestion', () => {
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [['cake', '--sed', '7'], '"drydock bake" has no option "--sed": did you mean "--seed"?'],
    [['cake', '--whatever'], '"drydock bake" has no option "--whatever": "drydock bake --help" lists them'],
    [['cake', '--sandbox', 'namespace'], '"--sandbox" expects one of auto, namespaces, none, found "namespace": did you mean "namespaces"?'],
    [['cake', '--seed'], '"--seed" needs a value: --seed N'],
    [['cake', '--json=yes'], '"--json" takes no value, found "yes"'],
    [['cake', '--seed', '1', '--seed', '2'], '"--seed" is given twice: expected it once'],
    [[], '"drydock bake" needs CAKE: what to bake'],
    [['cake', 'more'], '"drydock bake" has no use for "more"'],
  ]
  for (const [typed, message] of refusals) assert.throws(() => parseArguments(bake, typed), { name: 'UsageError', message })
})

test('help lists every option of a command, and the overview every command', () => {
  assert.equal(
    helpFor(bake),
    `Usage: drydock bake CAKE [OPTIONS]

Does bake

Arguments
  CAKE  what to bake

Options
  --seed N        the seed
  --bind DIR      a folder; may be repeated
  --sandbox KIND  the sandbox (auto, namespaces, none)
  --json          as JSON
  -c SCRIPT       a script
  --help          this text
`,
  )
  assert.match(overview(commands), /^ {2}bake CAKE {2}Does bake$/m)
})

test('closest() tells near words from far ones', () => {
  const known = ['cluster', 'azure', 'fleet']
  assert.equal(closest('flete', known), 'fleet')
  assert.equal(closest('clutser', known), 'cluster')
  assert.equal(closest('az', known), undefined)
  assert.equal(closest('azu', known), 'azure')
  assert.equal(closest('kubernetes', known), undefined)
})
