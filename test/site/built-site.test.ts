import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BuiltSite } from '#test/support/static-site.ts'

let site: BuiltSite
let files: readonly string[] = []
const pages = new Map<string, string>()

before(async () => {
  site = await BuiltSite.build()
  files = await site.files()
  for (const file of files.filter((path) => path.endsWith('.html'))) pages.set(file, (await site.read(file)).toString())
})
after(async () => site[Symbol.asyncDispose]())

test('every internal link leads to a page, and every anchor to an element of it', () => {
  const broken: string[] = []
  for (const [file, html] of pages) {
    for (const [, target = ''] of html.matchAll(/(?:href|src)="(\/[^"]*|#[^"]+)"/g)) {
      if (target.startsWith('/api/')) continue
      const [path = '', anchor] = target.split('#')
      const page = path === '' ? file : pathOf(path)
      if (!files.includes(page)) broken.push(`${file}: ${target}`)
      else if (anchor && page.endsWith('.html') && !pages.get(page)?.includes(` id="${anchor}"`)) broken.push(`${file}: ${target}`)
    }
  }
  assert.deepEqual(broken, [])
})

test('every page has a title, a description, a language, one main heading and an icon', () => {
  for (const [file, html] of pages) {
    assert.match(html, /<title>[^<]{5,} \| Drydock<\/title>/, file)
    assert.match(html, /<meta name="description" content="[^"]{20,}"/, file)
    assert.match(html, /<html lang="en"/, file)
    assert.equal(html.match(/<h1[ >]/g)?.length, 1, file)
    assert.match(html, /rel="(shortcut )?icon" href="\/favicon.svg"/, file)
    assert.match(html, /og:image" content="\/social-card.png"/, file)
  }
})

test('titles are unlike one another', () => {
  const titles = [...pages.values()].map((html) => /<title>([^<]*)/.exec(html)?.[1])
  assert.equal(new Set(titles).size, titles.length)
})

test('pages without a terminal load at most 30 kB of script, compressed', async () => {
  for (const [file, html] of pages) {
    if (file.startsWith('labs/') || file.startsWith('recording/')) continue
    const bytes = await scriptBytes(html)
    assert.ok(bytes <= 30 * 1024, `${file}: ${bytes} bytes`)
  }
})

test('a lab page loads the terminal only when it is needed', async () => {
  for (const [file, html] of pages) {
    if (!file.startsWith('labs/')) continue
    const bytes = await scriptBytes(html)
    assert.ok(bytes <= 30 * 1024, `${file}: ${bytes} bytes`)
  }
})

test('nothing is fetched from another host, and no handler stands in the markup', () => {
  for (const [file, html] of pages) {
    assert.doesNotMatch(html, /<(script|link|img|iframe)[^>]+(src|href)="(https?:)?\/\//, file)
    assert.doesNotMatch(html, /<[^>]+\son[a-z]+="/, file)
  }
})

test('search has an index', () => {
  assert.ok(files.includes('pagefind/pagefind.js'))
  assert.ok(files.some((path) => path.startsWith('pagefind/index/')))
})

/** Compressed size of the scripts that a page loads by itself, with all that they import statically. */
async function scriptBytes(html: string): Promise<number> {
  const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code = '']) => code).join('')
  const queue = [...html.matchAll(/<script[^>]+src="\/([^"]+)"/g)].map(([, path = '']) => path)
  const loaded = new Map<string, number>()
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (loaded.has(path)) continue
    const code = (await site.read(path)).toString()
    loaded.set(path, gzipSync(code).length)
    for (const [, other = ''] of code.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)) queue.push(`_astro/${other}`)
  }
  return [...loaded.values()].reduce((sum, bytes) => sum + bytes, gzipSync(inline).length)
}

function pathOf(path: string): string {
  return path.endsWith('/') ? `${path.slice(1)}index.html` : path.slice(1)
}
