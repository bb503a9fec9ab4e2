import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { loadCourse, questionsOf } from '#runner/labs/load-course.ts'
import type { LabFolder } from '#runner/labs/load-labs.ts'
import { MarkdownError, parsePage } from '#runner/labs/markdown.ts'
import { FormError } from '#runner/labs/world-file.ts'

const project: LabFolder = {
  labs: async () => ['fleet-manager'],
  courses: async () => ['aks-deep-dive'],
  read: (path) => readFile(`labs/${path}`, 'utf8').catch(() => undefined),
}

function folderOf(files: Readonly<Record<string, string>>): LabFolder {
  return { labs: async () => ['lab'], courses: async () => ['sample'], read: async (path) => files[path] }
}

const course = `title: T
summary: S
modules:
  - { id: m, title: M, summary: S, level: advanced, minutes: 5, goals: [g], pages: [{ file: 1-one.md, summary: S }, { file: 2-two.md, summary: S, lab: labb }] }
`
const scenario = `\`\`\`yaml scenario
id: s
title: T
situation: S
question: Q
options:
  - { id: a, says: A, why: W, right: true }
  - { id: b, says: B, why: W }
lesson: L
\`\`\`
`

test('the course has the eleven parts of the module, two predictions at least, two scenarios of four options, and one lab', async () => {
  const { modules } = await loadCourse(project, 'aks-deep-dive')
  const pages = modules.flatMap((module) => module.pages)
  assert.equal(pages.length, 11)
  const parts = pages.flatMap((page) => page.parts)
  assert.ok(parts.filter(({ kind }) => kind === 'predict').length >= 2)
  assert.deepEqual(
    parts.flatMap((part) => (part.kind === 'scenario' ? [[part.scenario.options.length, part.html.options.every(({ why }) => why.length > 40)]] : [])),
    [
      [4, true],
      [4, true],
    ],
  )
  assert.deepEqual(pages.map(({ lab }) => lab).filter(Boolean), ['fleet-manager'])
  const files = await readdir('labs/aks-deep-dive')
  assert.equal(files.filter((name) => name.endsWith('.md')).length, pages.length, 'no page is left out')
})

test('every fault of a course is named at once, with file and line', async () => {
  const files = {
    'sample/course.yaml': course,
    'sample/1-one.md': `# One\n\n${scenario}`,
    'sample/2-two.md': `# Two\n\n${scenario.replace('why: W }', 'why: W, right: true }')}`,
  }
  await assert.rejects(loadCourse(folderOf(files), 'sample'), (error: unknown) => {
    assert.ok(error instanceof FormError)
    assert.deepEqual([...error.problems].sort(), [
      '2-two.md:3: options: expected one right option, found 2',
      'course.yaml: There is no lab "labb": expected one of lab',
    ])
    return true
  })
  const twice = { ...files, 'sample/course.yaml': course.replace('labb', 'lab'), 'sample/2-two.md': `# Two\n\n${scenario}` }
  await assert.rejects(loadCourse(folderOf(twice), 'sample'), /question "s": expected once in a course, found twice/)
  await assert.rejects(loadCourse(folderOf({}), 'smaple'), /There is no course "smaple": expected one of sample/)
})

test('a page is taken apart in its order; headings have anchors that are theirs alone', () => {
  const page = parsePage('# Title\n\nprose\n\n## Same\n\n```bash run\nls\n```\n\n## Same\n\n```markdown hint\nlook *here*\n```\n\n| a |\n|---|\n| b |\n')
  assert.deepEqual(
    page.parts.map(({ kind }) => kind),
    ['prose', 'block', 'prose', 'hint', 'prose'],
  )
  assert.deepEqual(page.headings, [
    { depth: 2, slug: 'same', text: 'Same' },
    { depth: 2, slug: 'same-1', text: 'Same' },
  ])
  assert.deepEqual(
    page.blocks.map(({ kind, script, line }) => [kind, script, line]),
    [['command', 'ls', 7]],
  )
  assert.deepEqual(questionsOf(page), [])
  assert.match(page.parts[4]?.kind === 'prose' ? page.parts[4].html : '', /<div class="table" tabindex="0"/)
})

test('raw HTML is text, and a prompt of another form is refused with its line', () => {
  const [part] = parsePage('# T\n\n<script>alert(1)</script>\n').parts
  assert.match(part?.kind === 'prose' ? part.html : '', /&lt;script&gt;/)
  assert.throws(
    () => parsePage('# T\n\ntext\n\n```yaml predict\nid: p\nquestion: Q\n```\n'),
    (error: unknown) => error instanceof MarkdownError && error.line === 5 && /explanation/.test(error.message),
  )
})

test('a course has no question twice', async () => {
  const { modules } = await loadCourse(project, 'aks-deep-dive')
  assert.deepEqual(questionsOf({ parts: modules.flatMap(({ pages }) => pages.flatMap(({ parts }) => parts)) }).length, 8)
})
