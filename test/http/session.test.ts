// A learner's session over the page's own requests: begun, run, set back, left and come back to, killed and brought back.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { SessionMessage } from '#runner/http/messages.ts'
import { attached, type PageClient, type PageWindow, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

let server: ServedRunner
before(async () => {
  server = await serveRunner()
})
after(() => server.dispose())

async function learner(): Promise<{ client: PageClient; session: SessionMessage }> {
  const client = pageClient(server.url)
  return { client, session: await client.begin('fleet-manager') }
}

describe('a session', () => {
  test('runs blocks in a real shell, tells of verdicts and steps, and keeps step beginnings', async () => {
    const { client, session } = await learner()
    const window = await attached(client, session.id)
    assert.equal(window.last('hello')?.standings.length, 5)
    for (const step of ['1', '2']) {
      window.send({ type: 'run', terminal: 1, place: { step, block: 0 } })
      await window.until(() => window.messages.some((message) => message.type === 'block' && message.place.step === step), `the end of step ${step}`)
      assert.equal(window.last('block')?.exit, 0)
    }
    await window.until(() => window.last('steps')?.steps[2]?.checkpoint === true, 'the beginning of step 3')
    assert.deepEqual(
      window
        .last('steps')
        ?.steps.slice(0, 4)
        .map(({ state }) => state),
      ['done', 'done', 'open', 'open'],
    )
    window.send({ type: 'solve', terminal: 1, step: '3' })
    await window.until(
      () => window.messages.some((message) => message.type === 'standing' && message.standing.id === 'members-joined' && message.standing.verdict === 'done'),
      'a green criterion',
    )
    await window.until(() => window.last('block')?.place.step === '3', 'the end of step 3')

    const answer = await client.request('POST', `/api/sessions/${session.id}/restart`, { step: 3 })
    assert.equal(answer.status, 200)
    await window.until(() => window.messages.filter(({ type }) => type === 'hello').length === 2, 'hello after going back')
    assert.equal(window.last('hello')?.standings[0]?.verdict, 'not yet')
    assert.deepEqual(
      window
        .last('hello')
        ?.steps.map(({ state }) => state)
        .slice(0, 4),
      ['done', 'done', 'open', 'open'],
    )
    window.send({ type: 'attach', terminal: 1 })
    await window.until(() => /\]133;B/.test(window.text()), 'a prompt')
    assert.match(
      await window.run('az fleet list --query "length(@)"; az aks list --query "[].name" -o tsv; echo "group=$GROUP"'),
      /^0\r?\naks-fleet-east\r?\naks-fleet-west\r?\ngroup=rg-aks-fleet-lab/m,
    )
    await window.close()
  })

  test('two windows share a shell; each is sent all of it', async () => {
    const { client, session } = await learner()
    const [one, two] = await Promise.all([attached(client, session.id), attached(client, session.id)])
    await one.run('echo from-one')
    two.type('echo from-two\r')
    for (const window of [one, two]) await window.until(() => /from-one[\s\S]*from-two\r\n[\s\S]*from-two|from-two\r\n/.test(window.text()), 'both')
    await Promise.all([one.close(), two.close()])
  })

  test('two windows that ask for a session at once are given the same one', async () => {
    const client = pageClient(server.url)
    await client.request('GET', '/api/about')
    const [one, two] = await Promise.all([client.begin('fleet-manager'), client.begin('fleet-manager')])
    assert.equal(one.id, two.id)
  })

  test('a window that comes back is sent what it missed, from the byte where it was', async () => {
    const { client, session } = await learner()
    const first = await attached(client, session.id)
    await first.run('echo before')
    const seen = first.output.get(1)
    const offset = (seen?.start ?? 0) + (seen?.bytes.length ?? 0)
    first.type('sleep 0.3; echo while-away\r')
    await first.until(() => first.text().includes('while-away'), 'the echo of the typed line')
    await first.close()
    const second = await attached(client, session.id, { offset })
    await second.until(() => /while-away\r\n/.test(second.text()), 'what was missed')
    assert.ok(!second.text().includes('before'))
    await second.close()
  })

  test('a killed server loses nothing: world, verdicts, files, variables, folder, history, scrollback', async () => {
    const { client, session } = await learner()
    const window = await attached(client, session.id)
    await window.run('az group create -n kept -l eastus -o none; export KEPT=yes; mkdir -p work; cd work; echo hello > note; echo scrollback-line')
    await window.until(() => /\]133;B[^\n]*$/.test(window.text()), 'the prompt')
    const home = join(server.data, 'sessions', session.id, 'home.tar.gz')
    const asked = Date.now()
    await window.run('true')
    const seen = window.text()
    // Files are stored a moment after each prompt; everything else before it is answered.
    await window.until(() => statSync(home).mtimeMs > asked || nudged(window), 'the home folder to be stored')
    await server.kill()
    await server.start()
    const again = await attached(client, session.id)
    assert.ok(again.text().startsWith(seen.slice(0, seen.lastIndexOf('true'))), 'the scrollback is there from its first byte')
    const said = await again.run('echo "$KEPT $PWD $(cat note)"; az group show -n kept --query location -o tsv; history | grep -c scrollback-line')
    assert.match(said, /yes \/home\/learner\/work hello\r?\neastus\r?\n[1-9]/)
    assert.match(again.last('hello')?.notices.join() ?? '', /brought back/)
    await again.close()
  })

  test('a server that is told to end stores every session, and windows are told', async () => {
    const { client, session } = await learner()
    const window = await attached(client, session.id)
    await window.run('echo kept > file; az group create -n stored -l eastus -o none')
    assert.equal(await server.stop(), 0)
    assert.equal(window.last('goodbye')?.code, 'goingDown')
    await server.start()
    const again = await attached(client, session.id)
    assert.match(await again.run('cat file; az group list --query "[].name" -o tsv'), /kept\r?\nstored/)
    await again.close()
  })

  test('where nothing can be written any more the learner is told, and goes on', async () => {
    const small = await serveRunner({ under: ['prlimit', '--fsize=600000:unlimited'] })
    try {
      const client = pageClient(small.url)
      const { id } = await client.begin('fleet-manager')
      const window = await attached(client, id)
      window.type('head -c 900000 /dev/zero | tr "\\0" f | fold -w 79; echo all-""out\r')
      await window.until(() => /all-out\r\n/.test(window.text().slice(-500)), 'all output')
      assert.match(window.last('notice')?.text ?? '', /This server cannot write .*would be lost/)
      assert.match(await window.run('az group create -n still -l eastus --query name -o tsv'), /still/)
      await window.close()
    } finally {
      await small.dispose()
    }
  })

  test('another learner’s session is not there', async () => {
    const { session } = await learner()
    const stranger = pageClient(server.url)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/ticket'],
      ['GET', '/home'],
      ['GET', '/recordings'],
      ['DELETE', ''],
    ] as const) {
      assert.equal((await stranger.request(method, `/api/sessions/${session.id}${path}`)).status, 404, `${method} ${path}`)
    }
  })

  test('home folder and recording can be taken along; everything stored can be exported and deleted', async () => {
    const { client, session } = await learner()
    const window = await attached(client, session.id)
    await window.run('echo precious > treasure')
    assert.equal((await client.request('GET', `/api/sessions/${session.id}/home`)).headers.get('content-type'), 'application/gzip')
    const recording = await client.request('GET', `/api/sessions/${session.id}/recordings/1`)
    const [head = '', ...events] = String(recording.body).trim().split('\n')
    assert.equal((JSON.parse(head) as { version: number }).version, 3)
    assert.ok(events.some((line) => (JSON.parse(line) as string[])[2]?.includes('precious')))
    const stored = (await client.request('GET', '/api/me')).body as { sessions: unknown[] }
    assert.equal(stored.sessions.length, 1)
    await client.request('DELETE', '/api/me')
    assert.equal((await client.request('GET', `/api/sessions/${session.id}`)).status, 404)
  })
})

describe('?from=7', () => {
  test('asks before it opens another attempt, and opens a world that is solved up to step 6', async () => {
    const { client, session } = await learner()
    const refused = await client.request('POST', '/api/sessions', { lab: 'fleet-manager', from: 7 })
    assert.equal(refused.status, 409)
    assert.equal((refused.body as { session: SessionMessage }).session.id, session.id)
    const attempt = await client.begin('fleet-manager', { from: 7, fresh: true })
    assert.deepEqual([attempt.attempt, attempt.from], [2, 7])
    const window = await attached(client, attempt.id)
    assert.deepEqual(
      window.last('hello')?.standings.map(({ verdict }) => verdict),
      ['done', 'done', 'done', 'not yet', 'not yet'],
    )
    assert.match(await window.run('kubectl --context "$WEST_MEMBER-ctx" -n fleet-demo get deployment web -o name'), /deployment.apps\/web/)
    await window.close()
  })
})

/** Types something that changes nothing, so that another frame comes. */
function nudged(window: PageWindow): false {
  window.type(' \x7f')
  return false
}
