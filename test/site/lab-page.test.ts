import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { seriousFindings } from '#test/support/accessible.ts'
import { launchBrowser } from '#test/support/browser.ts'
import { ScriptedRunner } from '#test/support/scripted-runner.ts'
import { BuiltSite } from '#test/support/static-site.ts'

let site: BuiltSite
let browser: Browser

before(async () => {
  site = await BuiltSite.build()
  browser = await launchBrowser()
})
after(async () => {
  await browser.close()
  await site[Symbol.asyncDispose]()
})

/** A runner with a session, and a window at its lab. */
async function walk(
  look: (page: Page, runner: ScriptedRunner) => Promise<void>,
  options: BrowserContextOptions & { path?: string; session?: boolean } = {},
): Promise<void> {
  await using runner = await ScriptedRunner.start(site)
  if (options.session !== false) runner.haveSession()
  runner.output(1, 'first line\r\nlearner@lab:~$ ')
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ['clipboard-read', 'clipboard-write'], ...options })
  try {
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(`${runner.origin}${options.path ?? '/labs/fleet-manager/'}`)
    await look(page, runner)
    assert.deepEqual(errors, [])
  } finally {
    await context.close()
  }
}

const screen = (page: Page) => page.locator('.view:not([hidden]) .xterm-rows')

/** Numbers from 0 to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** The text on the screen. */
async function textOf(page: Page): Promise<string> {
  return (await screen(page).textContent()) ?? ''
}

/** Waits until something is true on this side. */
async function until(true_: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 10_000
  while (!true_()) {
    if (Date.now() > end) throw new Error(`It did not come to pass: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function ready(page: Page): Promise<void> {
  await screen(page).getByText('learner@lab').first().waitFor()
  await page.locator('.xterm-helper-textarea').first().focus()
}

test('a lab with a session shows its terminal by itself, and types what is typed', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    await page.keyboard.type('kubectl get pods')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Control+c')
    await until(() => runner.typed.get(1) === 'kubectl get pods\t\u0003', 'all keys arrive')
  })
})

test('without a session there is a Start button, and one click gives a terminal', async () => {
  await walk(
    async (page, runner) => {
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await ready(page)
      assert.deepEqual(runner.requests[0], { route: 'POST sessions', body: { lab: 'fleet-manager' } })
    },
    { session: false },
  )
})

test('the escape chord moves the focus out of the terminal and back in', async () => {
  await walk(async (page) => {
    await ready(page)
    await page.keyboard.press('Control+Backquote')
    assert.equal(await page.evaluate(`document.activeElement.getAttribute('role')`), 'tab')
    await page.keyboard.press('Control+Backquote')
    assert.equal(await page.evaluate('document.activeElement.className'), 'xterm-helper-textarea')
  })
})

test('a block that is run shows that it runs, and how it ended', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    const block = page.locator('#step-1 .command').first()
    await block.getByRole('button', { name: 'Run' }).click()
    const place = { step: '1', block: 0 }
    await until(() => runner.received.some((message) => message.type === 'run' && message.place.step === '1' && message.place.block === 0), 'run is sent')
    runner.push({ type: 'terminals', terminals: runner.terminals.map((terminal) => ({ ...terminal, running: place })) })
    await block.getByText('Running…').waitFor()
    runner.push({ type: 'terminals', terminals: runner.terminals })
    runner.push({ type: 'block', terminal: 1, place, exit: 3 })
    await block.getByText('Ended with exit code 3').waitFor()
    runner.push({ type: 'block', terminal: 1, place, exit: 0 })
    await block.getByText('Ran without an error').waitFor()
  })
})

test('criteria turn green by themselves, say why not yet, and are announced', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    const standing = { id: 'members-joined', verdict: 'not yet', expected: 'two members joined', seen: 'one', where: 'hub', decidedAt: 0 } as const
    runner.push({ type: 'standing', standing })
    const item = page.locator('.criteria-list > [data-criterion="members-joined"]')
    await item.getByText('Why not yet').click()
    await item.getByText('two members joined').waitFor()
    runner.push({ type: 'standing', standing: { ...standing, verdict: 'done' } })
    await page.getByText('1 of 5 done').waitFor()
    await page.locator('[data-announce]').getByText('Done: The hub shows both member clusters as joined.').waitFor({ state: 'attached' })
    for (const id of ['placement-applied', 'workload-on-members', 'drift-recreated', 'two-ordered-stages']) {
      runner.push({ type: 'standing', standing: { ...standing, id, verdict: 'done' } })
    }
    await page.getByText('All done.').waitFor()
  })
})

test('steps are ticked off as they are seen to be done, and can be gone back to', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    runner.push({ type: 'steps', steps: [{ id: '1', state: 'done', checkpoint: true }] })
    await page.locator('#step-1[data-state=done]').waitFor()
    await page.locator('#step-1 .menu summary').click()
    await page.getByRole('button', { name: 'Back to the start of this step' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Back to step 1' }).click()
    await until(
      () => runner.requests.some(({ route, body }) => route.endsWith('/restart') && JSON.stringify(body) === '{"step":1}'),
      'the restart is asked for',
    )
    await page.locator('#step-2 .menu summary').click()
    assert.equal(await page.locator('#step-2 [data-back]').isDisabled(), true)
    await page.locator('#step-2 [data-solve]').click()
    await until(() => runner.received.some((message) => message.type === 'solve' && message.step === '2'), 'solve is sent')
  })
})

test('Start again asks first', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    await page.locator('[data-lab-menu] summary').click()
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('button', { name: 'Leave it as it is' }).click()
    assert.equal(
      runner.requests.some(({ route }) => route.endsWith('/restart')),
      false,
    )
    await page.locator('[data-lab-menu] summary').click()
    await page.getByRole('button', { name: 'Start again' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Start again' }).click()
    await until(() => runner.requests.some(({ route }) => route.endsWith('/restart')), 'the restart is asked for')
  })
})

test('a lost connection comes back by itself with what was missed, and types no replies of the past', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    runner.output(1, '\u001b[c\u001b[6n')
    await until(() => (runner.typed.get(1) ?? '').includes('\u001b[?1;2c'), 'a live question is answered')
    runner.typed.clear()
    runner.cut()
    runner.output(1, 'said while away \u001b[c\u001b[6n\r\nback again')
    await screen(page).getByText('back again').waitFor()
    const text = await textOf(page)
    assert.equal(text.split('first line').length, 2)
    assert.ok(text.includes('said while away'))
    await page.getByText('Back', { exact: true }).waitFor()
    assert.equal(runner.typed.get(1) ?? '', '')
  })
})

test('a reload shows the scrollback again, once, and types nothing', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    runner.output(1, '\u001b[c old question\r\nlast line')
    await screen(page).getByText('last line').waitFor()
    runner.typed.clear()
    await page.reload()
    await screen(page).getByText('last line').waitFor()
    assert.equal((await textOf(page)).split('first line').length, 2)
    assert.equal(runner.typed.get(1) ?? '', '')
  })
})

test('connections cut at any byte give the same screen as one that was never cut', async () => {
  const random = createRandom(7)
  const text = Array.from(
    { length: 300 },
    (_, line) => `${line} \u001b[3${line % 8}mäöü ✓ ${'·'.repeat(Math.floor(random() * 90))}\u001b[0m\u001b[6n\r\n`,
  ).join('')
  const bytes = Buffer.from(`${text}the end`)
  const screens: string[] = []
  for (const cuts of [0, 12]) {
    await walk(async (page, runner) => {
      await ready(page)
      const at = Array.from({ length: cuts }, () => Math.floor(random() * bytes.length)).sort((one, other) => one - other)
      let sent = 0
      for (const next of [...at, bytes.length]) {
        runner.output(1, bytes.subarray(sent, next))
        sent = next
        if (next < bytes.length) runner.cut()
        await page.waitForTimeout(30)
      }
      await screen(page).getByText('the end').waitFor()
      screens.push(await textOf(page))
    })
  }
  assert.equal(screens[1], screens[0])
})

test('sequences with absurd counts do not freeze the terminal', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    for (const final of ['S', 'T', 'L', 'M', '^', 'I', 'Z', 'b']) runner.output(1, `x\u001b[2147483647${final}`)
    runner.output(1, `\u001b]0;${'t'.repeat(300_000)}`)
    runner.output(1, '\u0007\r\nstill here')
    await screen(page).getByText('still here').waitFor({ timeout: 5000 })
  })
})

test('two hundred thousand links do not freeze the terminal', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    const link = '\u001b]8;;http://example.com/\u0007x\u001b]8;;\u0007'
    for (let chunk = 0; chunk < 200; chunk += 1) runner.output(1, `${link.repeat(1000)}\r\n`)
    runner.output(1, 'still here')
    await screen(page).getByText('still here').waitFor({ timeout: 20_000 })
  })
})

test('hints come one at a time', async () => {
  await walk(async (page) => {
    const step = page.locator('#step-2')
    const hints = await step.locator('[data-hint]').count()
    assert.ok(hints > 1)
    await step.getByRole('button', { name: 'Give me a hint' }).click()
    assert.equal(await step.locator('[data-hint]:visible').count(), 1)
    for (let more = 1; more < hints; more += 1) await step.getByRole('button', { name: 'Another hint' }).click()
    assert.equal(await step.locator('[data-hint]:visible').count(), hints)
    assert.equal(await step.locator('[data-next-hint]').isVisible(), false)
  })
})

test('a sandbox of none is said as long as the page is open', async () => {
  await walk(
    async (page, runner) => {
      runner.sandbox = 'none'
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('Commands run on this machine without a sandbox').waitFor()
    },
    { session: false },
  )
})

test('the world is moved on from its clock, and its time goes on', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    await page.locator('[data-clock] summary').click()
    await page.getByText('The next event is in').waitFor()
    await page.getByRole('button', { name: 'Skip 15 minutes' }).click()
    await page.locator('[data-time]').getByText('10:15').waitFor()
    assert.deepEqual(runner.requests.at(-1)?.body, { advance: '15m' })
  })
})

test('own data can be seen, taken along and deleted', async () => {
  await walk(
    async (page, runner) => {
      runner.recordings.set(
        1,
        '{"version":3,"term":{"cols":80,"rows":24},"timestamp":1770000000}\n[0.1,"o","hello from then"]\n[1,"m","members-joined: done"]\n[1,"o","!"]\n',
      )
      await page.reload()
      await page.getByText('Run two clusters as one fleet, attempt 1').waitFor()
      assert.equal(await page.getByRole('link', { name: 'Home folder' }).getAttribute('href'), '/api/sessions/session-1/home')
      await page.getByRole('link', { name: 'Recording 1' }).click()
      await page.getByText('Done: The hub shows both member clusters as joined.').click()
      await page.getByText('hello from then').first().waitFor()
      assert.deepEqual(await seriousFindings(page), [])
      await page.goBack()
      await page.getByRole('button', { name: 'Delete everything' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete everything' }).click()
      await page.getByText('Everything was deleted.').waitFor()
      await page.getByText('There are none yet.').waitFor()
    },
    { path: '/your-data/' },
  )
})

test('a paste of several lines is shown before it is typed', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    await page.evaluate(`navigator.clipboard.writeText('echo one\\necho two')`)
    await page.keyboard.press('Control+Shift+v')
    await page.getByRole('dialog').getByText('echo two').waitFor()
    await page.getByRole('button', { name: 'Do not paste' }).click()
    assert.equal(runner.typed.get(1) ?? '', '')
    await page.keyboard.press('Control+Shift+v')
    await page.getByRole('button', { name: 'Paste', exact: true }).click()
    await until(() => runner.typed.get(1) === 'echo one\recho two', 'the paste is typed')
  })
})

test('several terminals stand in tabs', async () => {
  await walk(async (page, runner) => {
    await ready(page)
    await page.getByRole('button', { name: 'Open another terminal' }).click()
    await page.getByRole('tab', { name: 'bash 2' }).waitFor()
    runner.output(2, 'second shell')
    await screen(page).getByText('second shell').waitFor()
    await page.keyboard.type('two')
    await until(() => runner.typed.get(2) === 'two', 'keys go to the second')
    await page.getByRole('button', { name: 'Close terminal 2' }).click()
    await screen(page).getByText('first line').waitFor()
  })
})

test('a link to a step of a new attempt asks before it opens one, and a reload does not ask again', async () => {
  await walk(
    async (page, runner) => {
      await page.getByRole('button', { name: 'Begin at step 4' }).click()
      await ready(page)
      assert.deepEqual(
        runner.requests.filter(({ route }) => route === 'POST sessions').map(({ body }) => body),
        [
          { lab: 'fleet-manager', from: 4 },
          { lab: 'fleet-manager', fresh: true, from: 4 },
        ],
      )
      assert.equal(new URL(page.url()).search, '')
      await page.reload()
      await ready(page)
      assert.equal(await page.getByRole('dialog').count(), 0)
    },
    { path: '/labs/fleet-manager/?from=4' },
  )
})

test('the divider moves by keyboard and is remembered', async () => {
  await walk(async (page) => {
    await ready(page)
    const divider = page.getByRole('separator')
    await divider.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    assert.equal(await divider.getAttribute('aria-valuenow'), '50')
    await page.reload()
    assert.equal(await divider.getAttribute('aria-valuenow'), '50')
  })
})

test('on a phone one part is shown at a time, Run brings the terminal, and a bar has the keys', async () => {
  await walk(
    async (page, runner) => {
      await page.getByText('Connected').waitFor({ state: 'attached' })
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
      await page.locator('#step-1 [data-run]').first().click()
      await ready(page)
      await page.getByRole('button', { name: 'Ctrl' }).click()
      await page.keyboard.type('c')
      await page.getByRole('button', { name: 'Up' }).click()
      await until(() => runner.typed.get(1) === '\u0003\u001b[A', 'keys of the bar arrive')
      await page.getByRole('button', { name: /^Criteria/ }).click()
      assert.equal(await page.locator('.criteria').isVisible(), true)
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390)
    },
    { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  )
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on a live lab, ${colorScheme}`, async () => {
    await walk(
      async (page, runner) => {
        await ready(page)
        const standing = { verdict: 'not yet', expected: 'two members joined', seen: 'one', where: 'hub', decidedAt: 0 } as const
        runner.push({ type: 'notice', text: 'The session was brought back.', tone: 'info' })
        runner.push({ type: 'standing', standing: { ...standing, id: 'members-joined' } })
        runner.push({ type: 'standing', standing: { ...standing, id: 'placement-applied', verdict: 'done' } })
        await page.locator('.criteria').getByText('Why not yet').filter({ visible: true }).click()
        await page.locator('[data-clock] summary').click()
        assert.deepEqual(await seriousFindings(page), [])
      },
      { colorScheme },
    )
  })
}
