import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type LabFolder, loadLab } from '#runner/labs/load-labs.ts'
import { FormError, parseWorldFile } from '#runner/labs/world-file.ts'

const labs: LabFolder = {
  labs: async () => ['fleet-manager'],
  courses: async () => ['aks-deep-dive'],
  read: (path) => readFile(`labs/${path}`, 'utf8').catch(() => undefined),
}

function folderOf(files: Readonly<Record<string, string>>): LabFolder {
  return { labs: async () => ['sample'], courses: async () => [], read: async (path) => files[path] }
}

const sample = `title: T
summary: S
minutes: 5
goals: [g]
world: {}
steps: [{ file: 1-a.md, criteria: [one] }]
criteria: [{ id: one, says: It is done. }]
`

test('loadLab() reads the Fleet lab: eight steps, each with a command and a verification block', async () => {
  const lab = await loadLab(labs, 'fleet-manager')
  assert.equal(lab.steps.length, 8)
  for (const step of lab.steps)
    assert.deepEqual(
      step.blocks.map(({ kind }) => kind),
      ['command', 'verification'],
      step.title,
    )
  assert.match(lab.steps[5]?.blocks[0]?.script ?? '', /placementType: PickAll\nYAML$/)
  assert.equal(lab.file.world.reservedNamespaces, 'own')
  assert.ok(lab.solution?.includes('az fleet updatestrategy create'))
})

test('loadLab() names every fault of a broken lab at once', async () => {
  const folder = folderOf({ 'sample/lab.yaml': sample.replace('minutes: 5', 'minutes: soon').replace('[one] }]', '[two] }]').concat('colour: red\n') })
  await assert.rejects(loadLab(folder, 'sample'), (error: unknown) => {
    assert.ok(error instanceof FormError)
    assert.deepEqual(error.problems, ['minutes: Invalid input: expected number, received string', '(top): Unrecognized key: "colour"'])
    return true
  })
})

test('loadLab() points at the line of a fence that means nothing', async () => {
  const folder = folderOf({ 'sample/lab.yaml': sample, 'sample/1-a.md': '# A\n\ntext\n\n```bash execute\nls\n```\n' })
  await assert.rejects(loadLab(folder, 'sample'), /1-a\.md:5: expected a fence as ```bash run/)
})

test('loadLab() says which labs there are when the name is wrong', async () => {
  await assert.rejects(loadLab(folderOf({}), 'smaple'), /There is no lab "smaple": expected one of sample/)
})

test('parseWorldFile() gives line and column of broken YAML, and refuses keys it does not know', () => {
  assert.throws(() => parseWorldFile('seed: 1\nclock: {start: "x"\n', 'w.yaml'), /w\.yaml:\d+:\d+: Not valid YAML/)
  assert.throws(() => parseWorldFile('sed: 1\n', 'w.yaml'), /w\.yaml: \(top\): Unrecognized key: "sed"/)
})
