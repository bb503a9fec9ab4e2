// Who is let in, and what is refused: each in words, others undisturbed.
import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { closeCodes, csrfHeader, type ErrorMessage, frameTypes, socketProtocol } from '#runner/http/messages.ts'
import { attached, type PageClient, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

let server: ServedRunner
let client: PageClient
before(async () => {
  server = await serveRunner()
  client = pageClient(server.url)
})
after(() => server.dispose())

/** A request with headers that fetch would not let through; gives status and body. */
function raw(path: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.once('error', reject)
    sent.end()
  })
}

/** How a socket ends: the status that turned it away, or its close code. */
function ending(session: string, protocols: readonly string[], headers: Readonly<Record<string, string>>): Promise<string> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/sessions/${session}/socket`, [...protocols], { headers })
  return new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)))
    socket.once('open', () => resolve('open'))
    socket.once('close', (code) => resolve(String(code)))
    socket.on('error', () => undefined)
  })
}

describe('the HTTP door', () => {
  test('another host name is refused: DNS that leads here does not open it', async () => {
    const { status, body } = await raw('/api/about', { host: 'evil.example' })
    assert.equal(status, 421)
    assert.equal((JSON.parse(body) as ErrorMessage).code, 'bad-host')
  })

  test('a change needs the page’s Origin and its header', async () => {
    const host = new URL(server.url).host
    const cases: readonly (readonly [Readonly<Record<string, string>>, number])[] = [
      [{ host }, 403],
      [{ host, [csrfHeader]: '1', origin: 'https://evil.example' }, 403],
      [{ host, [csrfHeader]: '1', origin: server.url, 'sec-fetch-site': 'same-site' }, 403],
      [{ host, origin: server.url, 'sec-fetch-site': 'same-origin' }, 403],
      [{ host, [csrfHeader]: '1', origin: `${server.url}.evil.example` }, 403],
      [{ host, [csrfHeader]: '1', origin: server.url }, 204],
    ]
    for (const [headers, expected] of cases) assert.equal((await raw('/api/me', headers, 'DELETE')).status, expected, JSON.stringify(headers))
  })

  test('the cookie is HttpOnly and SameSite=Strict, and only a hash of it is stored', async () => {
    const { headers } = await pageClient(server.url).request('GET', '/api/about')
    assert.match(headers.get('set-cookie') ?? '', /^drydock=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/)
  })

  test('pages have a policy without unsafe-eval; no other site may frame them', async () => {
    const page = await fetch(`${server.url}/`)
    const policy = page.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /'unsafe-eval'|script-src[^;]*'unsafe-inline'/)
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
    assert.equal((await fetch(`${server.url}/no/such/page`)).status, 404)
  })

  test('what cannot be meant is said: unknown lab, step, route, body, time', async () => {
    const session = await client.begin('fleet-manager')
    const cases: readonly (readonly [string, string, unknown, number, RegExp])[] = [
      ['POST', '/api/sessions', { lab: 'fleet-manger' }, 404, /There is no lab "fleet-manger": expected one of fleet-manager/],
      ['POST', '/api/sessions', { lab: '../../etc' }, 404, /There is no lab|expected a path inside/],
      ['POST', '/api/sessions', { lab: 'fleet-manager', from: 99 }, 400, /steps 1 to 8/],
      ['POST', '/api/sessions', '{"lab":', 400, /expected JSON/],
      ['POST', '/api/sessions', { lab: 'fleet-manager', form: 4 }, 400, /form/],
      ['POST', '/api/sessions', { lab: 'x'.repeat(100_000) }, 413, /too large/],
      ['POST', `/api/sessions/${session.id}/clock`, { advance: 'soon' }, 400, /expected "next" or a time/],
      ['POST', `/api/sessions/${session.id}/restart`, { step: 7 }, 400, /step 7 is not kept/],
      ['POST', '/api/sessions/no-such/ticket', undefined, 404, /no such session/],
      ['PUT', '/api/answers/aks-deep-dive/no-such', { answer: 'a' }, 400, /no question "no-such"/],
      ['GET', '/api/nowhere', undefined, 404, /no route/],
    ]
    for (const [method, path, body, status, text] of cases) {
      const answer = await client.request(method, path, body)
      assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(answer.body)}`)
      assert.match((answer.body as ErrorMessage).text, text)
    }
  })

  test('answers are kept: a prediction as it is, a scenario with whether it was right and how often', async () => {
    const predict = await client.request('PUT', '/api/answers/aks-deep-dive/fifty-clusters', { answer: 'Region by region' })
    assert.deepEqual({ ...(predict.body as object), at: '' }, { answer: 'Region by region', attempts: 1, at: '' })
    for (const [answer, right] of [
      ['slow-controller', false],
      ['local-agent', true],
    ] as const) {
      const { body } = await client.request('PUT', '/api/answers/aks-deep-dive/three-of-twelve', { answer })
      assert.equal((body as { right: boolean }).right, right, JSON.stringify(body))
    }
    const kept = (await client.request('GET', '/api/answers/aks-deep-dive')).body as Record<string, { attempts: number }>
    assert.equal(kept['three-of-twelve']?.attempts, 2)
  })

  test('operators see that it lives, and its figures', async () => {
    assert.equal(((await (await fetch(`${server.url}/healthz`)).json()) as { status: string }).status, 'ok')
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    for (const name of [
      'drydock_sessions',
      'drydock_worlds_running',
      'drydock_terminal_echo_seconds_bucket',
      'drydock_http_request_duration_seconds_count',
      'drydock_process_resident_memory_bytes',
    ])
      assert.ok(metrics.includes(name), name)
  })
})

describe('the socket’s door', () => {
  test('another Origin, none, no ticket, an old, a used or another session’s ticket are turned away', async () => {
    const { id } = await client.begin('fleet-manager')
    const ticket = async (): Promise<string> => `ticket.${((await client.request('POST', `/api/sessions/${id}/ticket`)).body as { ticket: string }).ticket}`
    const origin = server.url
    assert.equal(await ending(id, [socketProtocol, await ticket()], { origin: 'https://evil.example' }), '403')
    assert.equal(await ending(id, [socketProtocol, await ticket()], {}), '403')
    assert.equal(await ending(id, [socketProtocol], { origin }), '401')
    assert.equal(await ending(id, [socketProtocol, 'ticket.AAAAAAAAAAAAAAAAAAAAAA'], { origin }), '401')
    assert.equal(await ending('another', [socketProtocol, await ticket()], { origin }), '401')
    const once = await ticket()
    assert.equal(await ending(id, [socketProtocol, once], { origin }), 'open')
    assert.equal(await ending(id, [socketProtocol, once], { origin }), '401')
  })

  test('a learner has eight windows at most', async () => {
    const other = pageClient(server.url)
    const { id } = await other.begin('fleet-manager')
    const windows = await Promise.all(Array.from({ length: 8 }, () => other.window(id)))
    await assert.rejects(other.window(id), /closed/)
    await Promise.all(windows.map((window) => window.close()))
  })

  test('frames that are no messages close their own window, and no other', async () => {
    const other = pageClient(server.url)
    const { id } = await other.begin('fleet-manager')
    const witness = await attached(other, id)
    const bad: readonly (string | Buffer)[] = [
      'not json',
      '{"type":"launch"}',
      '{"type":"ack","terminal":1,"offset":-1}',
      Buffer.from([9, 1, 65]),
      Buffer.alloc(0),
    ]
    for (const frame of bad) {
      const window = await other.window(id)
      window.socket.send(frame)
      await window.until(() => window.closed !== undefined, 'the close')
      assert.equal(window.closed?.code, closeCodes.protocol, String(frame))
    }
    const large = await other.window(id)
    large.socket.send(Buffer.alloc(1 << 20, frameTypes.input))
    await large.until(() => large.closed !== undefined, 'the close')
    assert.equal(large.closed?.code, 1009)
    assert.match(await witness.run('echo still-here'), /still-here/)
    await witness.close()
  })

  test('sizes beyond reason are clamped, invalid UTF-8 does no harm, requests that cannot be met are refused', async () => {
    const other = pageClient(server.url)
    const { id } = await other.begin('fleet-manager')
    const window = await attached(other, id)
    window.send({ type: 'resize', terminal: 1, columns: 5000, rows: 5000 })
    await window.until(() => window.last('terminals')?.terminals[0]?.columns === 500, 'the clamped size')
    assert.match(await window.run('stty size'), /300 500/)
    window.type(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x15]))
    assert.match(await window.run('echo fine'), /fine/)
    for (const message of [
      { type: 'attach', terminal: 9 },
      { type: 'run', terminal: 1, place: { step: '1', block: 99 } },
      { type: 'close', terminal: 1 },
    ] as const) {
      const before = window.messages.length
      window.send(message)
      await window.until(() => window.messages.slice(before).some(({ type }) => type === 'refused'), `a refusal of ${message.type}`)
    }
    await window.close()
  })
})
