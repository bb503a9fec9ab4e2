import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { SandboxUser } from '#runner/sessions/sandbox/sandbox.ts'
import { createSmallSandbox, type SmallSandbox } from '#test/support/small-sandbox.ts'

const project = new URL('../..', import.meta.url).pathname
const secret = mkdtempSync(join(tmpdir(), 'drydock-secret-'))
const outside = createServer((socket) => socket.end('outside\n'))
const abstract = createServer((socket) => socket.end('outside\n'))
const users: readonly SandboxUser[] = ['learner', 'root']
const boxes = new Map<SandboxUser, SmallSandbox>()

before(async () => {
  writeFileSync(join(secret, 'file'), 'outside\n')
  await Promise.all([once(outside.listen(0), 'listening'), once(abstract.listen('\0drydock-attack'), 'listening')])
  for (const user of users) boxes.set(user, await createSmallSandbox({ user }))
})

after(async () => {
  for (const box of boxes.values()) await box.close()
  for (const server of [outside, abstract]) server.close()
  rmSync(secret, { recursive: true })
})

const port = (server: Server): number => (server.address() as AddressInfo).port
const addresses = (): string[] => Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))

/** Each script prints ESCAPED where its attempt comes through. */
const attempts: Readonly<Record<string, () => string>> = {
  'reach the loopback of the machine': () =>
    `(exec 3<>/dev/tcp/127.0.0.1/${port(outside)}) && echo ESCAPED; (exec 3<>/dev/tcp/::1/${port(outside)}) && echo ESCAPED`,
  'reach the addresses of the machine': () =>
    addresses()
      .map((address) => `(exec 3<>/dev/tcp/${address}/${port(outside)}) && echo ESCAPED`)
      .join('\n'),
  'reach the metadata service or a public address': () => 'for a in 169.254.169.254/80 1.1.1.1/53 10.0.0.1/443; do (exec 3<>/dev/tcp/$a) && echo ESCAPED; done',
  'look a name up outside': () => 'getent hosts example.com && echo ESCAPED',
  'reach an abstract socket of the machine': () =>
    'curl -s --max-time 2 --http0.9 --abstract-unix-socket drydock-attack http://x/ | grep outside && echo ESCAPED',
  'read the project': () => `for f in ${project}package.json ${project}labs ${project}checks ${project}runner; do [ -e $f ] && echo ESCAPED $f; done`,
  'read the homes, secrets and temporary files of the machine': () =>
    `for f in /etc/shadow /var/lib /root/.bashrc.outside ${secret}/file /proc/1/root${secret}/file; do [ -e $f ] && echo ESCAPED $f; done`,
  'see processes of the machine': () =>
    `ps -e -o args= | grep -E 'node|sshd|test' | grep -v grep && echo ESCAPED; [ "$(ls -d /proc/[0-9]* | wc -l)" -gt 12 ] && echo ESCAPED`,
  'signal the runner': () => `kill -0 ${process.pid} 2>/dev/null && echo ESCAPED; kill -9 -1; true`,
  'make another user namespace': () => 'unshare --user true && echo ESCAPED; unshare --user --map-root-user --mount true && echo ESCAPED',
  'make another namespace of any kind': () => 'for n in mount net pid ipc uts cgroup; do unshare --$n true && echo ESCAPED $n; done',
  'enter the namespaces of process 1': () =>
    'nsenter --target 1 --user --mount --preserve-credentials true && echo ESCAPED; nsenter --target 1 --mount true && echo ESCAPED',
  'mount, unmount or remount': () =>
    'mount -t tmpfs none /tmp && echo ESCAPED; mount --bind /usr /tmp && echo ESCAPED; umount /usr && echo ESCAPED; umount -l /proc && echo ESCAPED; mount -o remount,rw / && echo ESCAPED; mount -o remount,bind,rw /usr && echo ESCAPED',
  'change the root': () => 'chroot / true && echo ESCAPED; pivot_root / /tmp && echo ESCAPED',
  'make a device': () => 'mknod /tmp/disk b 254 0 && echo ESCAPED; mknod /dev/kmem c 1 2 && echo ESCAPED',
  "find a device that is not everybody's": () =>
    'for d in /dev/*; do case $d in */null | */zero | */full | */*random | */tty | */pts | */ptmx | */shm | */fd | */std*) ;; *) echo ESCAPED $d ;; esac; done',
  'write to the system': () => 'for f in /x /usr/x /usr/bin/bash /usr/lib/x /etc/hosts /etc/x /dev/x /bin/x /opt/x; do (echo x >>$f) && echo ESCAPED $f; done',
  'write to the kernel': () =>
    'for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger; do (echo 1 >$f) && echo ESCAPED $f; done',
  'read the kernel': () => 'for f in /proc/kcore /dev/kmsg /dev/mem /sys/kernel; do [ -r $f ] && head -c 1 $f | grep -q . && echo ESCAPED $f; done',
  'look into process 1': () =>
    'for f in environ mem maps; do (head -c 1 /proc/1/$f | grep -q .) && echo ESCAPED $f; done; ls /proc/1/fd/0 && echo ESCAPED; ls /proc/1/root/ && echo ESCAPED',
  'find descriptors of the runner': () =>
    'for f in /proc/self/fd/*; do case $(readlink $f) in /dev/null | pipe:* | /proc/*/fd | "") ;; *) echo ESCAPED $(readlink $f) ;; esac; done; ls -l /proc/self/fd | grep -E "ptmx|socket" && echo ESCAPED',
  'hold a capability': () =>
    'grep -E "^Cap" /proc/self/status | grep -v 0000000000000000 && echo ESCAPED; grep -q "NoNewPrivs:.1" /proc/self/status || echo ESCAPED',
  'become another user': () =>
    'su -c true nobody </dev/null && echo ESCAPED; setpriv --reuid=65534 true && echo ESCAPED; setpriv --clear-groups true && echo ESCAPED; cp /usr/bin/id /tmp/id; chmod u+s /tmp/id && [ "$(/tmp/id -u)" != "$(id -u)" ] && echo ESCAPED',
  'raise a limit': () =>
    'ulimit -Hn 4096 && echo ESCAPED; ulimit -Hv unlimited && echo ESCAPED; ulimit -Hu 4096 && echo ESCAPED; ulimit -Hf unlimited && echo ESCAPED',
  'take more memory than a process may have': () => 'perl -e \'$x = "x" x (5 * 2 ** 30)\' && echo ESCAPED',
  'fill the disk': () => 'for d in ~ /tmp /dev/shm /run /var/tmp; do (head -c 1G /dev/zero >$d/big) && echo ESCAPED $d; rm -f $d/big; done',
  'use the inodes up': () => 'for d in ~ /tmp /dev/shm; do mkdir -p $d/i && (cd $d/i && seq 60000 | xargs touch) && echo ESCAPED $d; rm -rf $d/i; done',
}

for (const user of users) {
  for (const [what, script] of Object.entries(attempts)) {
    test(`${user} cannot ${what}`, async () => {
      const { stdout } = (await boxes.get(user)?.run(script())) ?? assert.fail('no sandbox')
      assert.ok(!stdout.includes('ESCAPED'), stdout)
    })
  }
}

test('a fork bomb stays within its limit, and the sandbox answers afterwards', async () => {
  const box = boxes.get('learner') ?? assert.fail('no sandbox')
  const { stdout } = await box.run(
    `perl -e 'for (1 .. 1000) { my $child = fork; last unless defined $child; if (!$child) { sleep 60; exit } push @all, $child } print scalar @all; kill 9, @all'`,
  )
  assert.ok(Number(stdout) > 0 && Number(stdout) <= 256, stdout)
  assert.equal((await box.run('echo alive')).stdout, 'alive\n')
})

test('only root may write to /usr/local/bin, and a program there cannot run with more than the learner has', async () => {
  assert.notEqual((await boxes.get('learner')?.run('touch /usr/local/bin/x'))?.exit, 0)
  const box = boxes.get('root') ?? assert.fail('no sandbox')
  const plant =
    'for p in prlimit unshare setpriv bash env nsenter; do printf "#!/bin/sh\\ngrep CapEff /proc/self/status >>/tmp/caught\\nexec /usr/bin/$p \\"\\$@\\"\\n" >/usr/local/bin/$p; chmod +x /usr/local/bin/$p; done'
  assert.equal((await box.run(plant)).exit, 0)
  const { stdout } = await box.run('cat /tmp/caught 2>/dev/null; rm -f /usr/local/bin/*')
  assert.ok(!/CapEff:\s+0*[1-9a-f]/.test(stdout), stdout)
})

test('two sandboxes do not see each other', async () => {
  const other = await createSmallSandbox()
  try {
    await other.run('echo secret >/tmp/mine; setsid sleep 4242 >/dev/null 2>&1 &')
    const { stdout } = (await boxes.get('learner')?.run('cat /tmp/mine; ps -e -o args= | grep "sleep 424[2]"')) ?? assert.fail('no sandbox')
    assert.equal(stdout, '')
  } finally {
    await other.close()
  }
})

test('nothing outlives a sandbox that is closed: no process, no folder', async () => {
  const box = await createSmallSandbox()
  const marker = `54321${process.pid}`
  await box.run(`setsid nohup sleep ${marker} >/dev/null 2>&1 & (trap "" TERM HUP INT; setsid sleep ${marker} >/dev/null 2>&1 &)`)
  assert.ok(
    commands().some((command) => command.includes(marker)),
    'they run before',
  )
  await box.close()
  assert.deepEqual(
    commands().filter((command) => command.includes(marker)),
    [],
  )
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith(`drydock-${process.pid}-`)).length, boxes.size)
})

function commands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}
