import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sandboxFor } from '#runner/sessions/sandbox/choose.ts'
import { openListeners } from '#runner/sessions/sandbox/listeners.ts'
import type { SandboxKind } from '#runner/sessions/sandbox/sandbox.ts'
import { talkingHost } from '#test/support/small-internet.ts'
import { createSmallSandbox, lacking, type SmallSandbox } from '#test/support/small-sandbox.ts'

const shownFolder = mkdtempSync(join(tmpdir(), 'drydock-shown-'))
mkdirSync(join(shownFolder, 'deep'))
writeFileSync(join(shownFolder, 'deep/file'), 'shown\n', { mode: 0o600 })
after(() => rmSync(shownFolder, { recursive: true }))

const bodies: readonly SandboxKind[] = ['bubblewrap', 'namespaces', 'none']
const walled = bodies.filter((kind) => kind !== 'none')

for (const kind of bodies) {
  let box: SmallSandbox
  const named = (name: string, body: () => Promise<void>): void => void test(`${kind}: ${name}`, { skip: lacking(kind) }, body)

  before(async () => {
    if (lacking(kind)) return
    box = await createSmallSandbox({
      kind,
      home: { 'work/notes.txt': { text: 'notes\n' }, '.ssh/key': { text: 'key\n', mode: 0o600 } },
      programs: [{ name: 'greet', script: '#!/bin/sh\necho "hello $1"\n' }],
    })
  })
  after(() => box?.close())

  named('a script runs with its outputs and exit code unmixed', async () => {
    assert.deepEqual(await box.run('echo out; echo err >&2; exit 7'), { exit: 7, stdout: 'out\n', stderr: 'err\n' })
  })

  named('standard input is empty', async () => {
    assert.deepEqual(await box.run('cat; read x; echo "$? [$x]"'), { exit: 0, stdout: '1 []\n', stderr: '' })
  })

  named('a script ended by a signal counts as a shell counts it', async () => {
    assert.equal((await box.run('kill -TERM $$')).exit, 143)
  })

  if (kind !== 'none') {
    named('a script may end its whole process group, and nothing of its output is lost', async () => {
      assert.deepEqual(await box.run('trap "" TERM; echo before; sleep 50 & kill 0; echo after'), { exit: 0, stdout: 'before\nafter\n', stderr: '' })
    })
  }

  named('a script longer than an argument may be run too', async () => {
    const { exit, stdout } = await box.run(`x='${'y'.repeat(300_000)}'\necho \${#x}\nexit 3`)
    assert.deepEqual([exit, stdout], [3, '300000\n'])
  })

  named('what runs on in the background does not hold a script up', async () => {
    assert.equal((await box.run('sleep 3600 & echo begun')).stdout, 'begun\n')
  })

  named('the outputs can be opened by name', async () => {
    assert.deepEqual(await box.run('echo a | tee /dev/stderr >/dev/stdout'), { exit: 0, stdout: 'a\n', stderr: 'a\n' })
  })

  named('the home has its files, their modes, and the programs are found', async () => {
    const { stdout } = await box.run('cd; cat work/notes.txt; stat -c %a .ssh/key; greet you; pwd')
    assert.equal(stdout, `notes\n600\nhello you\n${box.sandbox.home}\n`)
  })

  named('a host of the world answers over TLS by its name, others do not', async () => {
    const { stdout } = await box.run('curl -sS https://hub.test/path; echo; curl -s --max-time 2 https://example.com; echo $?')
    const [answer = '', code] = stdout.trim().split('\n').filter(Boolean)
    assert.equal(JSON.parse(answer).url, 'https://hub.test/path')
    assert.notEqual(code, '0')
  })

  named('blocks share one shell', async () => {
    const shell = box.sandbox.openShell()
    assert.equal((await shell.execute('greeting=hi\ncd /tmp')).exit, 0)
    const second = await shell.execute('echo "$greeting from $PWD"\ncat <<END\nhere $greeting\nEND\necho bad >&2\n(exit 5)')
    assert.deepEqual([second.exit, second.stdout, second.stderr, second.ended], [5, 'hi from /tmp\nhere hi\n', 'bad\n', false])
    assert.equal((await shell.execute('echo $?; cat')).stdout, '5\n')
    shell.close()
  })

  named('a block that ends its shell is told, and the next begins another', async () => {
    const shell = box.sandbox.openShell()
    const ended = await shell.execute('x=1; echo last; exit 9')
    assert.deepEqual([ended.exit, ended.stdout, ended.ended], [9, 'last\n', true])
    assert.equal((await shell.execute('echo "[$x]"')).stdout, '[]\n')
    shell.close()
  })

  named('a block with a syntax error or an output turned elsewhere leaves the shell usable', async () => {
    const shell = box.sandbox.openShell()
    assert.notEqual((await shell.execute('if then fi (')).exit, 0)
    assert.equal((await shell.execute('exec 3>&1 >/dev/null; echo lost')).stdout, '')
    assert.equal((await shell.execute('exec >&3; echo back')).stdout, 'back\n')
    assert.equal((await shell.execute('printf "no line end"')).stdout, 'no line end')
    shell.close()
  })

  named('a terminal is one: size, colours, exit code', async () => {
    const terminal = await box.sandbox.openTerminal({ columns: 91, rows: 33 })
    let screen = ''
    terminal.onData((data) => {
      screen += Buffer.from(data).toString()
    })
    terminal.write(Buffer.from('stty size; [ -t 0 ] && echo is-$((1+1))-terminal\nexit 6\n'))
    assert.equal(await terminal.exited, 6)
    assert.match(screen, /33 91/)
    assert.match(screen, /is-2-terminal/)
  })
}

for (const kind of walled) {
  const named = (name: string, body: () => Promise<void>): void => void test(`${kind}: ${name}`, { skip: lacking(kind) }, body)

  named('a host that appears is found by name, one that goes is not', async () => {
    const box = await createSmallSandbox({ kind })
    try {
      assert.notEqual((await box.run('getent hosts new.test')).exit, 0)
      box.internet.add('new.test', talkingHost('new'))
      assert.equal((await box.run('getent hosts new.test')).stdout.split(/\s+/)[1], 'new.test')
      assert.match((await box.run('curl -sS https://new.test/ https://new.test:6443/')).stdout, /"name":"new".*"name":"new"/s)
      box.internet.remove('new.test')
      assert.notEqual((await box.run('getent hosts new.test')).exit, 0)
    } finally {
      await box.close()
    }
  })

  named('clients of every make trust the world, and no proxy is named', async () => {
    const box = await createSmallSandbox({ kind, programs: [{ name: 'node', path: process.execPath }] })
    try {
      const script = `env | grep -i proxy; node --disable-wasm-trap-handler -e 'fetch("https://hub.test").then((r) => console.log(r.status))'
        echo | openssl s_client -connect hub.test:443 -servername hub.test 2>/dev/null | grep -m 1 'Verify return code'`
      assert.equal((await box.run(script)).stdout, '200\nVerify return code: 0 (ok)\n')
    } finally {
      await box.close()
    }
  })

  named('a folder is shown read-only at its path, even one that only its owner may read', async () => {
    chmodSync(shownFolder, 0o700)
    const box = await createSmallSandbox({ kind, shown: [{ source: shownFolder, target: shownFolder }] })
    try {
      assert.equal((await box.run(`cat ${shownFolder}/deep/file`)).stdout, 'shown\n')
      assert.notEqual((await box.run(`touch ${shownFolder}/x`)).exit, 0)
    } finally {
      await box.close()
    }
  })

  named('a terminal has a name inside, and knows of its size and of Ctrl-C', async () => {
    const box = await createSmallSandbox({ kind })
    try {
      const terminal = await box.sandbox.openTerminal({ columns: 80, rows: 24 })
      let screen = ''
      const seen = async (what: RegExp): Promise<void> => {
        for (let round = 0; !what.test(screen); round += 1) {
          assert.ok(round < 200, screen)
          await pause(50)
        }
      }
      terminal.onData((data) => {
        screen += Buffer.from(data).toString()
      })
      terminal.write(Buffer.from('echo here-$(tty) >$(tty); sleep 1000 </dev/tty\n'))
      await seen(/here-\/dev\/pts\/0/)
      terminal.resize(77, 22)
      await pause(100)
      terminal.write(Buffer.from('\x03stty size\n'))
      await seen(/22 77/)
      terminal.write(Buffer.from('exit 4\n'))
      assert.equal(await terminal.exited, 4)
    } finally {
      await box.close()
    }
  })

  named('root has uid 0, its home, and folders to write to', async () => {
    const box = await createSmallSandbox({ kind, user: 'root', hostName: 'controlplane' })
    try {
      const { stdout } = await box.run('id -u; echo $HOME; hostname; for d in /root /data /mnt /tmp /usr/local/bin; do touch $d/x && echo $d; done')
      assert.equal(stdout, '0\n/root\ncontrolplane\n/root\n/data\n/mnt\n/tmp\n/usr/local/bin\n')
    } finally {
      await box.close()
    }
  })
}

test('bubblewrap that is missing is refused with a remedy', async () => {
  const path = process.env.PATH
  const script = `import { sandboxFor } from '${new URL('../../runner/sessions/sandbox/choose.ts', import.meta.url).href}'
    await sandboxFor('bubblewrap').catch(({ name, remedy }) => console.log(name, remedy))`
  // A machine without it: the folders of programs are covered in a mount namespace of this process alone.
  const hide = 'mount --bind /dev/null "$(command -v bwrap)" 2>/dev/null; exec "$@"'
  const words = ['--user', '--map-root-user', '--mount', 'bash', '--norc', '-c', hide, 'hide', process.execPath, '--input-type=module-typescript', '-e', script]
  const said = execFileSync('unshare', words, { env: { PATH: path } }).toString()
  assert.match(said, /^MachineError Install bubblewrap .*apt-get install bubblewrap.*--sandbox namespaces/)
})

test('auto is bubblewrap where it works', async () => {
  assert.equal(await sandboxFor('auto'), lacking('bubblewrap') ? 'namespaces' : 'bubblewrap')
})

test('listeners come from inside by either helper, and answer there alone', async () => {
  const holder = spawn('unshare', ['--user', '--map-root-user', '--net', 'bash', '--norc', '-c', 'echo up; read -r _'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  const addresses = [443, 6443].map((port) => ({ host: '127.0.0.1', port }))
  for (const perl of [true, false]) {
    const servers = await openListeners({ pid: holder.pid ?? 0, user: process.getuid?.() !== 0 }, addresses, perl)
    assert.equal(servers.length, 2)
    for (const server of servers) assert.deepEqual(Object.keys(server.address() ?? {}).sort(), ['address', 'family', 'port'])
    await assert.rejects(openListeners({ pid: holder.pid ?? 0, user: process.getuid?.() !== 0 }, addresses, perl), /Cannot listen inside the sandbox/)
    for (const server of servers) server.close()
    await Promise.all(servers.map((server) => once(server, 'close')))
  }
  holder.kill()
})
