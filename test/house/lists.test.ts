import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'

/** Lists that must name every file of their sort: the list, where the files are, and which files are of another sort. */
const lists = [
  { list: 'runner/kubernetes/kinds/index.ts', marker: 'defineKind(' },
  { list: 'runner/controllers/index.ts', marker: 'defineController(', without: /\/fleet\// },
  { list: 'runner/azure/providers/index.ts', marker: 'defineResourceType(' },
]

for (const { list, marker, without } of lists) {
  test(`${list} names every file that makes one with ${marker.slice(0, -1)}`, async () => {
    const folder = dirname(list)
    const index = await readFile(list, 'utf8')
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts') && join(folder, file) !== list)
    const makers: string[] = []
    for (const file of files) {
      const path = join(folder, file)
      if (without?.test(path)) continue
      if ((await readFile(path, 'utf8')).includes(`= ${marker}`)) makers.push(path)
    }
    const missing = makers.filter((path) => !index.includes(basename(path)))
    assert.ok(makers.length > 5, `only ${makers.length} files found: the marker no longer fits`)
    assert.deepEqual(missing, [])
  })
}

test('the top level is exactly the one that the house has', async () => {
  const allowed = [
    'LICENSE',
    'NOTICE',
    'README.md',
    'checks',
    'labs',
    'node_modules',
    'package-lock.json',
    'package.json',
    'runner',
    'site',
    'test',
    'tsconfig.json',
  ]
  const found = (await readdir('.')).filter((name) => !name.startsWith('.'))
  assert.deepEqual(
    found.filter((name) => !allowed.includes(name)),
    [],
  )
})

test('the lock file names no registry', async () => {
  assert.doesNotMatch(await readFile('package-lock.json', 'utf8'), /"resolved": "http/)
})
