// What breaks browser terminals, tried on this one: blocked terminals, floods, windows that stall, cut connections. Counts and bytes, no times.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { createRandom } from '#runner/base/random.ts'
import { attached, type PageWindow, pageClient } from '#test/support/page-client.ts'
import { type ServedRunner, serveRunner } from '#test/support/serve-runner.ts'

let server: ServedRunner
before(async () => {
  server = await serveRunner()
})
after(() => server.dispose())

async function shell(
  options: { readonly acknowledge?: boolean } = {},
): Promise<PageWindow & { readonly session: string; readonly client: ReturnType<typeof pageClient> }> {
  const client = pageClient(server.url)
  const { id } = await client.begin('fleet-manager')
  return Object.assign(await attached(client, id, options), { session: id, client })
}

/** Resident memory of the server, MiB. */
function memory(): number {
  const status = readFileSync(`/proc/${server.pid()}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

/** Output of a terminal as the server keeps it. */
function kept(session: string): Buffer {
  const file = readFileSync(join(server.data, 'sessions', session, 'terminal-1.log'))
  return file.subarray(file.indexOf(10) + 1)
}

describe('the gate', () => {
  test('no shell has a descriptor of another’s terminal', async () => {
    const [one, two] = await Promise.all([shell(), shell()])
    for (const window of [one, two]) {
      const listed = await window.run('ls -l /proc/self/fd /proc/$$/fd')
      assert.doesNotMatch(listed, /ptmx/)
      assert.match(listed, /-> \/dev\/pts\/\d+/)
    }
    await Promise.all([one.close(), two.close()])
  })

  test('a program that reads nothing blocks nobody else, and what waits for it is capped', async () => {
    const [blocked, free] = await Promise.all([shell(), shell()])
    await free.run('true')
    const before = memory()
    blocked.type('stty raw -echo; sleep 3; stty sane; echo unblocked\r')
    const chunk = Buffer.alloc(60_000, 'x')
    for (let sent = 0; sent < 4 << 20; sent += chunk.length) blocked.type(chunk)
    for (let count = 0; count < 5; count += 1) assert.match(await free.run(`echo free-${count}`), new RegExp(`free-${count}`))
    assert.ok(memory() - before < 40, `memory grew by ${memory() - before} MiB`)
    await blocked.client.request('DELETE', `/api/sessions/${blocked.session}`)
    await free.close()
  })

  test('a flood stops within what was under way when Ctrl-C was typed', async () => {
    const window = await shell()
    window.type('yes flood\r')
    await window.until(() => window.text().length > 2_000_000, 'two megabytes of flood')
    window.type('\x03')
    const typed = window.text().length
    await window.until(() => /\^C[\s\S]*\]133;B/.test(window.text().slice(typed)), 'the prompt after Ctrl-C')
    assert.ok(window.text().length - typed < 1 << 20, `${window.text().length - typed} bytes came after Ctrl-C`)
    await window.close()
  })

  test('a window that stalls makes its shell wait, costs no memory, and is sent the rest when it goes on', async () => {
    const window = await shell({ acknowledge: false })
    const before = memory()
    window.type('head -c 3000000 /dev/zero | tr "\\0" z | fold -w 79; echo all-""out\r')
    await window.until(() => window.text().length > 250_000, 'the first quarter of a megabyte')
    const other = await shell()
    await other.run('seq 1 2000 | tail -1')
    assert.ok(window.text().length < 400_000, `${window.text().length} bytes were sent without an acknowledgement`)
    assert.ok(memory() - before < 40, `memory grew by ${memory() - before} MiB`)
    window.acknowledge = true
    window.send({ type: 'ack', terminal: 1, offset: window.text().length })
    await window.until(() => /all-out\r\n[\s\S]*\]133;B/.test(window.text().slice(-2000)), 'the end of the output', 60_000)
    await Promise.all([window.close(), other.close()])
  })

  test('an onlooker that stalls makes nobody wait', async () => {
    const driver = await shell()
    const onlooker = await attached(driver.client, driver.session, { acknowledge: false })
    driver.send({ type: 'focus', terminal: 1 })
    driver.type('head -c 3000000 /dev/zero | tr "\\0" w | fold -w 79; echo all-""out\r')
    await driver.until(() => /all-out\r\n/.test(driver.text().slice(-500)), 'the end of the output', 60_000)
    assert.ok(onlooker.text().length < 400_000)
    await Promise.all([driver.close(), onlooker.close()])
  })

  test('connections cut anywhere: the pieces make the whole, byte for byte', async () => {
    const random = createRandom('cuts')
    const first = await shell()
    first.type('for i in $(seq 1 400); do printf "%s \\u00e9\\u4e16\\U1f6a2 %s\\n" "$i" "$(printf %60s | tr " " "$((i % 10))")"; done; echo all-""out\r')
    let window: PageWindow = first
    let pieces = Buffer.alloc(0)
    for (let cut = 0; cut < 12; cut += 1) {
      const wanted = pieces.length + 500 + random.below(4000)
      const over = (): boolean => `${pieces.toString('utf8')}${window.text()}`.includes('all-out\r\n')
      await window.until(() => pieces.length + window.text().length > wanted || over(), 'output to cut in')
      window.socket.terminate()
      await window.until(() => window.closed !== undefined)
      pieces = Buffer.concat([pieces, window.output.get(1)?.bytes ?? Buffer.alloc(0)])
      window = await attached(first.client, first.session, { offset: pieces.length })
    }
    await window.until(() => /all-out\r\n[\s\S]*\]133;B/.test(`${pieces.toString('utf8')}${window.text()}`), 'the end')
    pieces = Buffer.concat([pieces, window.output.get(1)?.bytes ?? Buffer.alloc(0)])
    assert.ok(kept(first.session).equals(pieces), 'what was sent in pieces is what is kept')
    await window.close()
  })

  test('a storm of sizes from two windows ends at the last one', async () => {
    const one = await shell()
    const two = await attached(one.client, one.session)
    for (let step = 0; step < 100; step += 1) {
      one.send({ type: 'resize', terminal: 1, columns: 20 + step, rows: 10 + (step % 30) })
      two.send({ type: 'resize', terminal: 1, columns: 200 - step, rows: 40 })
    }
    // What the other window sent has all arrived when what it sent after it is answered.
    two.send({ type: 'attach', terminal: 9 })
    await two.until(() => two.messages.some(({ type }) => type === 'refused'), 'an answer after the storm')
    one.send({ type: 'resize', terminal: 1, columns: 91, rows: 33 })
    await one.until(() => one.last('terminals')?.terminals[0]?.columns === 91, 'the last size')
    assert.match(await one.run('stty size'), /33 91/)
    await Promise.all([one.close(), two.close()])
  })

  test('several terminals on one world: each has its own shell; numbers are not given twice', async () => {
    const window = await shell()
    window.send({ type: 'open', columns: 90, rows: 20 })
    await window.until(() => window.last('terminals')?.terminals.length === 2, 'a second terminal')
    window.send({ type: 'attach', terminal: 2 })
    await window.until(() => /\]133;B/.test(window.text(2)), 'its prompt')
    assert.match(await window.run('echo "$DRYDOCK_TERMINAL $COLUMNS"', 2), /2 90/)
    await window.run('touch shared', 1)
    assert.match(await window.run('ls', 2), /shared/)
    window.send({ type: 'close', terminal: 2 })
    await window.until(() => window.last('terminals')?.terminals.length === 1, 'one terminal')
    window.send({ type: 'open', columns: 80, rows: 24 })
    await window.until(() => window.last('terminals')?.terminals.length === 2, 'another')
    assert.equal(window.last('terminals')?.terminals[1]?.number, 3)
    await window.close()
  })

  test('a shell that ended is opened anew by whoever types into it', async () => {
    const window = await shell()
    window.type('exit 7\r')
    await window.until(() => window.last('terminals')?.terminals[0]?.exited === 7, 'the end of the shell')
    window.type('\r')
    await window.until(() => window.last('terminals')?.terminals[0]?.exited === undefined, 'another shell')
    const before = window.text().length
    await window.until(() => /\]133;B/.test(window.text().slice(before - 200)), 'its prompt')
    assert.match(await window.run('echo anew'), /anew/)
    await window.close()
  })
})

test('a terminal that nobody reads, resized, holds no thread of the server: it still ends when it is told to', async () => {
  const own = await serveRunner()
  const client = pageClient(own.url)
  const { id } = await client.begin('fleet-manager')
  const window = await attached(client, id)
  window.send({ type: 'resize', terminal: 1, columns: 100, rows: 30 })
  await window.until(() => window.last('terminals')?.terminals[0]?.columns === 100, 'the size')
  window.type('stty raw -echo; sleep 600\r')
  await window.until(() => /sleep 600/.test(window.text()), 'the command')
  window.send({ type: 'resize', terminal: 1, columns: 101, rows: 31 })
  await window.until(() => window.last('terminals')?.terminals[0]?.columns === 101, 'the size')
  for (let sent = 0; sent < 20; sent += 1) window.type(Buffer.alloc(50_000, 'x'))
  window.send({ type: 'open', columns: 80, rows: 24 })
  await window.until(() => window.last('terminals')?.terminals.length === 2, 'what was sent before it to be taken')
  assert.equal(await own.stop(), 0)
  await own.dispose()
})
