import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { findTools } from '#runner/sessions/tools.ts'

const execute = promisify(execFile)

/** Blocks that CI runs by itself, or that would run this test again. */
const elsewhere = /npm (install|test|run)/

const readme = await readFile('README.md', 'utf8')
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, script = '']) => script)

/** The machine's programs, with a kubectl and a helm of the right version before them. */
async function toolPath(): Promise<string> {
  const path = process.env.PATH ?? ''
  const tools = await findTools({ cache: '.cache/tools', path })
  return [...tools.map((tool) => dirname(resolve(tool.path))), path].join(':')
}

test('the README has commands to run', () => {
  assert.ok(blocks.length >= 4, `${blocks.length} blocks`)
})

for (const block of blocks) {
  const script = block
    .split('\n')
    .filter((line) => !elsewhere.test(line))
    .join('\n')
    .trim()
  if (script === '') continue
  test(`the README's commands run: ${script.split('\n')[0]}`, { timeout: 120_000 }, async () => {
    const child = execute('bash', ['-euo', 'pipefail', '-c', script], { timeout: 110_000, env: { ...process.env, PATH: await toolPath() } })
    child.child.stdin?.end()
    const { stdout } = await child
    assert.notEqual(stdout.trim(), '')
  })
}

test('the README names every room of runner/ and every dependency', async () => {
  const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: Record<string, string> }
  const missing = Object.keys(dependencies).filter((name) => !readme.includes(`\`${name}\``))
  assert.deepEqual(missing, [])
})
