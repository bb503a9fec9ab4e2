// The whole lab as a learner does it: a real browser, a real server, real shells.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '#test/support/browser.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

let server: ServedRunner
let browser: Browser
before(async () => {
  ;[server, browser] = await Promise.all([serveRunner(), launchBrowser()])
})
after(async () => {
  await browser.close()
  await server.dispose()
})

/** A learner with cookies of their own, at a page of the site. Errors of scripts and of the policy fail the walk. */
async function learner(path: string, look: (page: Page) => Promise<void>, viewport = { width: 1280, height: 800 }): Promise<void> {
  const context = await browser.newContext({ viewport })
  const errors: string[] = []
  try {
    const page = await context.newPage()
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) errors.push(message.text())
    })
    await page.goto(`${server.url}${path}`)
    await look(page)
    assert.deepEqual(errors, [])
  } finally {
    await context.close()
  }
}

async function start(page: Page): Promise<void> {
  await page.locator('[data-start]:visible').first().click()
  await prompt(page)
}

/** What the functions below find in the page: they run there, under its own policy, and may use nothing of this file. */
interface PageElement {
  readonly textContent: string | null
  readonly dataset: Readonly<Record<string, string | undefined>>
  readonly classList: { contains(name: string): boolean }
  matches(selector: string): boolean
}
declare const document: {
  readonly activeElement: PageElement
  readonly documentElement: { readonly scrollWidth: number }
  querySelector(selector: string): PageElement | null
  querySelectorAll(selector: string): Readonly<Record<number, PageElement>> & { readonly length: number }
}
declare const window: { readonly innerWidth: number }

const terminalShows = (pattern: string): boolean =>
  new RegExp(pattern).test((document.querySelector('.view:not([hidden]) .xterm-rows')?.textContent ?? '').trimEnd())
const blockEnded = (index: number): boolean => ['ok', 'failed'].includes(document.querySelectorAll('.command[data-block]')[index]?.dataset.state ?? '')
const greenCount = (): number => document.querySelectorAll('.side [data-criterion][data-verdict="done"]').length
const greenReached = (count: number): boolean => document.querySelectorAll('.side [data-criterion][data-verdict="done"]').length >= count
const typing = (wanted: boolean): boolean => document.activeElement.classList.contains('xterm-helper-textarea') === wanted
const connected = (wanted: boolean): boolean => /Connected/.test(document.querySelector('header')?.textContent ?? '') === wanted

/** Waits until a function of the page says so. */
async function holds<given>(page: Page, says: (given: given) => boolean, given: given, timeout = 30_000): Promise<void> {
  // The library's type of an argument is wider than any one function's.
  await page.waitForFunction(says as (given: unknown) => boolean, given, { timeout })
}

/** Waits until the terminal shows a prompt. */
async function prompt(page: Page): Promise<void> {
  await holds(page, terminalShows, '\\$$')
}

/** Clicks Run of the n-th block and waits until it has ended. */
async function run(page: Page, block: number): Promise<void> {
  await page.locator('.command[data-block] [data-run]').nth(block).click()
  await holds(page, blockEnded, block, 90_000).catch(async (error: unknown) => {
    const [outcome, terminal, said] = await Promise.all([
      page.locator('.command[data-block]').nth(block).locator('[data-outcome]').textContent(),
      page.locator('.view:not([hidden]) .xterm-rows').textContent(),
      page.locator('[data-notices], .notices').allInnerTexts(),
    ])
    throw new Error(`Block ${block} has not ended (${outcome}); the page says ${JSON.stringify(said)}; its terminal shows:\n${terminal}`, { cause: error })
  })
}

async function untilGreen(page: Page, count: number): Promise<void> {
  await holds(page, greenReached, count)
}

test('the exercise by clicking Run: reload in the middle, a second window, a killed server, five green criteria, back to step 5', {
  timeout: 240_000,
}, async () => {
  await learner('/labs/fleet-manager/', async (page) => {
    await start(page)
    for (const block of [0, 1, 2, 3]) await run(page, block)
    await page.reload()
    await prompt(page)
    assert.match((await page.locator('.xterm-rows').first().textContent()) ?? '', /aks-fleet-west/, 'the scrollback is there after a reload')
    for (const block of [4, 5]) await run(page, block)
    await untilGreen(page, 1)

    const second = await page.context().newPage()
    await second.goto(page.url())
    await prompt(second)
    await second.locator('.xterm-helper-textarea').first().focus()
    await second.keyboard.type('echo "shared $GROUP"\n')
    await holds(page, terminalShows, 'shared rg-aks-fleet-lab')
    await second.close()

    for (const block of [6, 7, 8, 9]) await run(page, block)
    await server.kill()
    await holds(page, connected, false)
    await server.start()
    await holds(page, connected, true)
    await page.getByText('Your session was brought back').waitFor()
    await prompt(page)
    for (let block = 10; block < 16; block += 1) await run(page, block)
    await untilGreen(page, 5)
    assert.equal(await page.locator('[data-step][data-state="done"]').count(), 8, 'every step is ticked off')

    await page.locator('#step-5 [data-menu] summary').click()
    await page.locator('#step-5 [data-back]').click()
    await page.locator('dialog[open] button').last().click()
    await holds(page, (count: number) => document.querySelectorAll('.side [data-criterion][data-verdict="done"]').length === count, 1)
    await prompt(page)
    await run(page, 8)
    assert.equal(await page.evaluate(greenCount), 1)
  })
})

test('?from=7 asks where there is a session already, and opens a world solved up to step 6', { timeout: 120_000 }, async () => {
  await learner('/labs/fleet-manager/', async (page) => {
    await start(page)
    await page.goto(`${server.url}/labs/fleet-manager/?from=7#step-7`)
    await page.locator('dialog[open]').waitFor()
    await page.locator('dialog[open] button').last().click()
    await untilGreen(page, 3)
    await prompt(page)
    await run(page, 12)
    await untilGreen(page, 4)
  })
})

test('by keyboard alone: start, type, leave the terminal, run a block', { timeout: 60_000 }, async () => {
  await learner('/labs/fleet-manager/', async (page) => {
    for (let tabs = 0; tabs < 150; tabs += 1) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement.matches('.side [data-start]'))) break
    }
    await page.keyboard.press('Enter')
    await prompt(page)
    await holds(page, typing, true)
    await page.keyboard.type('echo ty')
    await page.keyboard.type('ped-$((6*7))\n')
    await holds(page, terminalShows, 'typed-42')
    await page.keyboard.press('Control+Backquote')
    await holds(page, typing, false)
    await page.locator('.command[data-block] [data-run]').first().focus()
    await page.keyboard.press('Enter')
    await holds(page, blockEnded, 0)
  })
})

test('on a telephone: start from the text, run a block, see its terminal, no sideways scroll', { timeout: 60_000 }, async () => {
  await learner(
    '/labs/fleet-manager/',
    async (page) => {
      await page.locator('.text [data-start]').click()
      await page.locator('.command[data-block] [data-run]:enabled').first().waitFor()
      await run(page, 0)
      await page.locator('[data-show="terminal"]').click()
      await prompt(page)
      assert.match((await page.locator('.xterm-rows').first().textContent()) ?? '', /extension/)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth))
    },
    { width: 390, height: 844 },
  )
})

test('the module is read to its end; a prediction and both scenarios are kept by the server', { timeout: 90_000 }, async () => {
  await learner('/aks-deep-dive/why-more-than-one-cluster/', async (page) => {
    const titles: string[] = []
    for (;;) {
      titles.push((await page.locator('h1').first().textContent()) ?? '')
      const next = page.locator('a[rel="next"]')
      if ((await next.count()) === 0 || titles.length > 12) break
      await next.click()
      await page.waitForLoadState()
    }
    assert.ok(titles.length >= 11, titles.join(', '))
    await page.goto(`${server.url}/aks-deep-dive/when-to-adopt-it/`)
    await page.locator('predict-prompt textarea').first().fill('One region after the other, by hand')
    await page.locator('predict-prompt button').first().click()
    await page.reload()
    assert.match((await page.locator('predict-prompt').first().textContent()) ?? '', /One region after the other, by hand/)
    await page.goto(`${server.url}/aks-deep-dive/knowledge-check/`)
    for (const scenario of await page.locator('quiz-scenario').all()) {
      for (const option of await scenario.locator('input[type=radio]').all()) {
        await option.check()
        const kept = page.waitForResponse((response) => response.request().method() === 'PUT')
        await scenario.getByRole('button', { name: 'Check', exact: true }).click()
        await kept
        if (/Right/.test((await scenario.textContent()) ?? '')) break
      }
      assert.match((await scenario.textContent()) ?? '', /Right/)
    }
    const kept = (await (await page.request.get(`${server.url}/api/answers/aks-deep-dive`)).json()) as Record<string, { right?: boolean; attempts: number }>
    assert.deepEqual([kept['three-of-twelve']?.right, kept['one-of-five']?.right], [true, true])
    assert.ok((kept['three-of-twelve']?.attempts ?? 0) > 1)
    assert.equal(kept['fifty-clusters']?.attempts, 1)
  })
})
