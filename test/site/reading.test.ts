import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { seriousFindings } from '#test/support/accessible.ts'
import { launchBrowser } from '#test/support/browser.ts'
import { BuiltSite, type Served } from '#test/support/static-site.ts'

let site: BuiltSite
let served: Served
let browser: Browser

before(async () => {
  site = await BuiltSite.build()
  served = await site.serve()
  browser = await launchBrowser()
})
after(async () => {
  await browser.close()
  await served[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

const everyKind = [
  '/',
  '/aks-deep-dive/',
  '/aks-deep-dive/architecture/',
  '/aks-deep-dive/placement/',
  '/aks-deep-dive/knowledge-check/',
  '/labs/fleet-manager/',
  '/your-data/',
  '/recording/',
  '/no-such-page/',
]

async function visit(path: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    await page.goto(served.origin + path)
    await look(page)
  } finally {
    await context.close()
  }
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any kind of page, ${colorScheme}`, async () => {
    const found: string[] = []
    for (const path of everyKind) {
      await visit(path, { colorScheme }, async (page) => {
        await page.waitForLoadState('networkidle')
        found.push(...(await seriousFindings(page)).map((finding) => `${path} ${finding}`))
      })
    }
    assert.deepEqual(found, [])
  })
}

for (const width of [360, 390]) {
  test(`no page scrolls sideways at ${width} px`, async () => {
    const wide: string[] = []
    for (const path of [...everyKind, '/aks-deep-dive/coordinated-upgrades/', '/aks-deep-dive/observability/']) {
      await visit(path, { viewport: { width, height: 800 } }, async (page) => {
        const over = Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
        if (over > 0) wide.push(`${path}: ${over} px`)
      })
    }
    assert.deepEqual(wide, [])
  })
}

test('a prediction is asked for before the explanation, and kept in the browser', async () => {
  await visit('/aks-deep-dive/architecture/', {}, async (page) => {
    const prompt = page.locator('predict-prompt').first()
    const show = prompt.getByRole('button', { name: 'Show the explanation' })
    await show.waitFor()
    assert.equal(await show.isDisabled(), true)
    assert.equal(await prompt.getByText('What happens', { exact: true }).isVisible(), false)
    await prompt.getByLabel('Your prediction').fill('Three pods on the hub')
    await show.click()
    assert.equal(await prompt.locator('[data-answer]').textContent(), 'Three pods on the hub')
    await prompt.getByText('What happens', { exact: true }).waitFor()
    await prompt.getByText('Saved in this browser only').waitFor()
    await page.reload()
    await prompt.getByText('What happens', { exact: true }).waitFor()
    assert.equal(await prompt.locator('[data-answer]').textContent(), 'Three pods on the hub')
    await prompt.getByRole('button', { name: 'Change my answer' }).click()
    assert.equal(await prompt.getByLabel('Your prediction').inputValue(), 'Three pods on the hub')
  })
})

test('who does not know says so, and reads on', async () => {
  await visit('/aks-deep-dive/when-to-adopt-it/', {}, async (page) => {
    const prompt = page.locator('predict-prompt').first()
    await prompt.getByRole('button', { name: 'I do not know' }).click()
    await prompt.getByText('What happens', { exact: true }).waitFor()
    assert.equal(await prompt.locator('[data-answer]').textContent(), 'I do not know')
  })
})

test('a scenario answers wrong and right choices with their reasons, and counts attempts', async () => {
  await visit('/aks-deep-dive/knowledge-check/', {}, async (page) => {
    const scenario = page.locator('quiz-scenario').first()
    const wrong = scenario.locator('[data-option]:not([data-right])').first()
    const right = scenario.locator('[data-option][data-right]')
    const check = scenario.getByRole('button', { name: 'Check' })
    assert.equal(await check.isDisabled(), true)
    await wrong.getByRole('radio').check()
    await check.click()
    await wrong.getByText('Wrong', { exact: true }).waitFor()
    assert.equal(await wrong.locator('[data-why]').isVisible(), true)
    assert.equal(await right.locator('[data-why]').isVisible(), false)
    await scenario.getByText('1 attempt', { exact: true }).waitFor()
    await right.getByRole('radio').check()
    await check.click()
    await scenario.getByText('2 attempts', { exact: true }).waitFor()
    assert.equal(await scenario.locator('[data-why]:visible').count(), await scenario.locator('[data-option]').count())
    assert.equal(await scenario.locator('[data-lesson]').isVisible(), true)
    assert.equal(await scenario.getByRole('button', { name: 'Show every explanation' }).isVisible(), false)
    await page.reload()
    await right.getByText('Right', { exact: true }).waitFor()
    await scenario.getByText('2 attempts', { exact: true }).waitFor()
  })
})

test('search finds a word of the course by keyboard alone', async () => {
  await visit('/', {}, async (page) => {
    await page.locator('site-search').waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('blast radius')
    await page.locator('site-search .results a').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/aks-deep-dive/)
  })
})

test('a lab page without a runner says so, and reads well', async () => {
  await visit('/labs/fleet-manager/#step-4', {}, async (page) => {
    await page.getByText('There is no runner here').waitFor()
    await page.getByText('npm install && npm start').waitFor()
    const top = await page.locator('#step-4').evaluate((step) => step.getBoundingClientRect().top)
    assert.ok(top >= 0 && top < 300, `step 4 stands at ${top} px`)
    assert.equal(await page.locator('[data-run]').first().isDisabled(), true)
  })
})

test('nothing moves while a page is loaded', async () => {
  const moved: string[] = []
  for (const path of ['/', '/aks-deep-dive/', '/aks-deep-dive/architecture/', '/aks-deep-dive/knowledge-check/', '/labs/fleet-manager/']) {
    const seen = await shiftsOf(path)
    if (seen.length > 0) moved.push(`${path}: ${seen.join(', ')}`)
  }
  assert.deepEqual(moved, [])
})

/** What moved while a page was loaded; nothing where all of it comes to no more than a hundredth of the window. */
async function shiftsOf(path: string): Promise<readonly string[]> {
  let shifts: readonly string[] = []
  await visit(path, { viewport: { width: 1280, height: 800 } }, async (page) => {
    await page.waitForLoadState('networkidle')
    const text = await page.evaluate(`new Promise((resolve) => {
      const seen = []
      const said = ({ node }) => node ? node.nodeName + '.' + node.className : 'a part that is gone'
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput) seen.push({ value: entry.value, parts: entry.sources.map(said) })
      }).observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(JSON.stringify(seen))))
    })`)
    const seen = JSON.parse(String(text)) as { readonly value: number; readonly parts: readonly string[] }[]
    if (seen.reduce((sum, { value }) => sum + value, 0) > 0.01) shifts = seen.map(({ value, parts }) => `${value.toFixed(3)} of ${parts.join(' and ')}`)
  })
  return shifts
}
