// Runs every test file, or those named, and ends with one line: "N passed, N failed" (", N skipped" where any were).
import { readdir } from 'node:fs/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { findBrowser } from './browser.ts'
import { ensureBubblewrap } from './ensure-bubblewrap.ts'

ensureBubblewrap()
await findBrowser()

const named = process.argv.slice(2)
const all = (await readdir('test', { recursive: true })).filter((path) => path.endsWith('.test.ts')).map((path) => `test/${path}`)
const files = (named.length > 0 ? named : all).sort()
const count = { passed: 0, failed: 0, skipped: 0 }

const stream = run({ files, concurrency: 2, timeout: 600_000 })
stream.on('test:pass', ({ details, skip, todo }) => {
  if (details.type === 'suite') return
  if (skip !== undefined || todo !== undefined) count.skipped += 1
  else count.passed += 1
})
stream.on('test:fail', ({ details }) => {
  if (details.type !== 'suite') count.failed += 1
})
stream.compose(new spec()).pipe(process.stdout)
stream.on('close', () => undefined)

await new Promise<void>((resolve) => stream.once('end', resolve))
if (count.passed + count.failed === 0) count.failed = 1
const skippedFails = count.skipped > 0 && process.env.CI === 'true'
process.exitCode = count.failed > 0 || skippedFails ? 1 : 0
process.on('exit', () => {
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
  console.log(`\n${count.passed} passed, ${count.failed} failed${skipped}`)
})
