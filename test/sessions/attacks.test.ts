import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, test } from 'node:test'
import { groupBases } from '#runner/sessions/sandbox/control-groups.ts'
import { protectionsOf } from '#runner/sessions/sandbox/protections.ts'
import type { SandboxUser } from '#runner/sessions/sandbox/sandbox.ts'
import { callAttempts } from '#test/support/attack-calls.ts'
import { createSmallSandbox, lacking, type SmallSandbox } from '#test/support/small-sandbox.ts'

const project = new URL('../..', import.meta.url).pathname
const secret = mkdtempSync(join(tmpdir(), 'drydock-secret-'))
const outside = createServer((socket) => socket.end('outside\n'))
const abstract = createServer((socket) => socket.end('outside\n'))
const users: readonly SandboxUser[] = ['learner', 'root']
const bodies = ['bubblewrap', 'namespaces'] as const
type Body = (typeof bodies)[number]

/** What an attempt is to come to in each body: refused, or as the machine's kernel has it for any program of an ordinary user. */
type Expected = Readonly<Record<Body, 'refused' | 'as the kernel has it'>>
const refused: Expected = { bubblewrap: 'refused', namespaces: 'refused' }

/** What is in force on this machine, by the name that `drydock doctor` gives it. */
const inForce = (body: Body, name: string): boolean => protectionsOf(body).some((one) => one.name === name && one.inForce)
/** Calls that only a filter refuses: where the machine has nothing to load it with, the namespaces let the kernel decide. */
const filtered: Expected = { bubblewrap: 'refused', namespaces: inForce('namespaces', 'seccomp') ? 'refused' : 'as the kernel has it' }

const boxes = new Map<string, SmallSandbox>()
const boxOf = (body: Body, user: SandboxUser): SmallSandbox => boxes.get(`${body} ${user}`) ?? assert.fail('no sandbox')

before(async () => {
  writeFileSync(join(secret, 'file'), 'outside\n')
  process.env.DRYDOCK_ATTACK = 'a secret of the runner'
  await Promise.all([once(outside.listen(0), 'listening'), once(abstract.listen('\0drydock-attack'), 'listening')])
  for (const kind of bodies.filter((body) => !lacking(body))) {
    for (const user of users) {
      const programs = [{ name: 'shown', path: '/usr/bin/env' }]
      boxes.set(`${kind} ${user}`, await createSmallSandbox({ kind, user, programs }))
    }
  }
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
  'find solutions or recordings of lessons': () =>
    'find / -xdev \\( -name solution.sh -o -name lab.yaml -o -name .drydock \\) 2>/dev/null | grep . && echo ESCAPED',
  'read the homes, secrets and temporary files of the machine': () =>
    `for f in /etc/shadow /var/lib /root/.bashrc.outside ${secret}/file /proc/1/root${secret}/file; do [ -e $f ] && echo ESCAPED $f; done`,
  'see processes of the machine': () =>
    `ps -e -o args= | grep -E 'node|sshd|test' | grep -v grep && echo ESCAPED; [ "$(ls -d /proc/[0-9]* | wc -l)" -gt 12 ] && echo ESCAPED`,
  'read the environment of the runner': () =>
    'cat /proc/*/environ 2>/dev/null | grep -a "a secret of the runner" && echo ESCAPED; env | grep -a DRYDOCK_ATTACK && echo ESCAPED',
  'find terminals of others': () =>
    'ls /dev/pts | grep -vx ptmx && echo ESCAPED; (exec 3<>/dev/tty) 2>/dev/null && echo ESCAPED; (exec 3<>/dev/console) && echo ESCAPED',
  'signal the runner': () => `kill -0 ${process.pid} 2>/dev/null && echo ESCAPED; kill -9 -1; true`,
  'make another user namespace': () => 'unshare --user true && echo ESCAPED; unshare --user --map-root-user --mount true && echo ESCAPED',
  'make another namespace of any kind': () => 'for n in mount net pid ipc uts cgroup; do unshare --$n true && echo ESCAPED $n; done',
  'enter the namespaces of process 1': () =>
    'nsenter --target 1 --user --mount --preserve-credentials true && echo ESCAPED; nsenter --target 1 --mount true && echo ESCAPED',
  'leave its control groups': () =>
    'ls -d /sys/fs/cgroup && echo ESCAPED; mkdir -p /tmp/g; mount -t cgroup -o memory none /tmp/g && echo ESCAPED; mount -t cgroup2 none /tmp/g && echo ESCAPED; (echo /tmp/x >/tmp/g/release_agent; [ -s /tmp/g/release_agent ] && false) || rm -rf /tmp/g; grep -v ":/$" /proc/self/cgroup && echo ESCAPED',
  'mount, unmount or remount': () =>
    'mount -t tmpfs none /tmp && echo ESCAPED; mount --bind /usr /tmp && echo ESCAPED; umount /usr && echo ESCAPED; umount -l /proc && echo ESCAPED; mount -o remount,rw / && echo ESCAPED; mount -o remount,bind,rw /usr && echo ESCAPED',
  'change the root': () => 'chroot / true && echo ESCAPED; pivot_root / /tmp && echo ESCAPED',
  'make a device': () => 'mknod /tmp/disk b 254 0 && echo ESCAPED; mknod /dev/kmem c 1 2 && echo ESCAPED',
  "find a device that is not everybody's": () =>
    'for d in /dev/*; do case $d in */null | */zero | */full | */*random | */tty | */pts | */ptmx | */shm | */fd | */std* | */core) ;; *) echo ESCAPED $d ;; esac; done',
  'write to the system': () =>
    'for f in /x /usr/x /usr/bin/bash /usr/lib/x /usr/local/x /etc/hosts /etc/x /etc/ld.so.preload /etc/drydock.seccomp /dev/x /dev/pts/x /bin/x /opt/x /opt/drydock/shown /opt/drydock/x /proc/x; do (echo x >>$f) && echo ESCAPED $f; done',
  'write to the kernel': () =>
    'for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/user/max_user_namespaces /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger; do (echo 1 >$f) && echo ESCAPED $f; done',
  'read the kernel': () => 'for f in /proc/kcore /dev/kmsg /dev/mem /sys/kernel; do [ -r $f ] && head -c 1 $f | grep -q . && echo ESCAPED $f; done',
  'look into process 1': () =>
    'for f in environ mem maps; do (head -c 1 /proc/1/$f | grep -q .) && echo ESCAPED $f; done; ls /proc/1/fd/0 && echo ESCAPED; ls /proc/1/root/ && echo ESCAPED',
  'find descriptors of the runner': () =>
    'for f in /proc/self/fd/*; do case $(readlink $f) in /dev/null | pipe:* | /proc/*/fd | "") ;; *) echo ESCAPED $(readlink $f) ;; esac; done; ls -l /proc/self/fd | grep -E "ptmx|socket" && echo ESCAPED',
  'hold a capability': () =>
    'grep -E "^Cap" /proc/self/status | grep -v 0000000000000000 && echo ESCAPED; grep -q "NoNewPrivs:.1" /proc/self/status || echo ESCAPED',
  'run a program that is more than it': () =>
    'cut -d" " -f2 /proc/mounts | while read -r m; do [ -w "$m" ] && ! grep " $m " /proc/mounts | grep -q nosuid && echo ESCAPED $m; done; for f in su mount umount passwd chsh newuidmap; do f=$(command -v $f) && [ -u $f ] && $f --version >/dev/null 2>&1; done; grep CapEff /proc/self/status | grep -v 0000000000000000 && echo ESCAPED',
  'become another user': () =>
    'su -c true nobody </dev/null && echo ESCAPED; setpriv --reuid=65534 true && echo ESCAPED; setpriv --clear-groups true && echo ESCAPED; cp /usr/bin/id /tmp/id; chmod u+s /tmp/id && [ "$(/tmp/id -u)" != "$(id -u)" ] && echo ESCAPED',
  'raise a limit': () =>
    'ulimit -Hn 4096 && echo ESCAPED; ulimit -Hv unlimited && echo ESCAPED; ulimit -Hu 4096 && echo ESCAPED; ulimit -Hf unlimited && echo ESCAPED',
  'take more memory than a process may have': () => 'perl -e \'$x = "x" x (5 * 2 ** 30)\' && echo ESCAPED',
  'fill the disk': () => 'for d in ~ /tmp /dev/shm /run /var/tmp; do (head -c 1G /dev/zero >$d/big) && echo ESCAPED $d; rm -f $d/big; done',
  'use the inodes up': () =>
    'for d in ~ /tmp /dev/shm; do mkdir -p $d/i && (cd $d/i && seq 60000 | xargs touch) && echo ESCAPED $d; rm -rf $d/i; done; for d in / /dev /run /var/tmp; do [ -w $d ] && [ "$(df --output=itotal $d | tail -1)" -gt 20000 ] && echo ESCAPED $d; done',
  'use the terminals of the machine up': () =>
    `perl -e 'for (1 .. 200) { open my $f, "+<", "/dev/ptmx" or last; push @all, $f } print @all > 64 ? "ESCAPED" : "few", scalar @all'`,
  'make the next shell more than itself': () =>
    'echo "grep CapEff /proc/self/status >/tmp/caught" | tee ~/.bash_env >~/.profile; export BASH_ENV=~/.bash_env; for f in bash unshare setpriv bwrap env; do cp /usr/bin/env /tmp/$f ~/$f; done 2>/dev/null; export PATH=/tmp:$PATH; [ -w /usr/bin ] && echo ESCAPED; rm -f /tmp/bash /tmp/unshare /tmp/setpriv /tmp/bwrap /tmp/env ~/.profile ~/.bash_env',
  'stop what holds the sandbox': () => 'kill -9 1; kill -STOP 1; kill -TERM 1; sleep 0.1; [ -d /proc/1 ] || echo ESCAPED',
}

const rows: readonly { readonly what: string; readonly script: () => string; readonly expected: Expected }[] = [
  ...Object.entries(attempts).map(([what, script]) => ({ what, script, expected: refused })),
  ...callAttempts.map(({ what, script, always }) => ({ what, script: () => script, expected: always ? refused : filtered })),
]

for (const body of bodies) {
  const skip = lacking(body)
  for (const user of users) {
    for (const { what, script, expected } of rows) {
      test(`${body}: ${user} cannot ${what}`, { skip }, async (context) => {
        const { stdout } = await boxOf(body, user).run(script())
        if (expected[body] === 'refused') assert.ok(!stdout.includes('ESCAPED'), stdout)
        else context.diagnostic(`as the kernel has it: ${stdout.trim()}`)
      })
    }
  }

  test(`${body}: a fork bomb stays within its limit, and the sandbox answers afterwards`, { skip }, async () => {
    const box = boxOf(body, 'learner')
    const { stdout } = await box.run(
      `perl -e 'for (1 .. 1000) { my $child = fork; last unless defined $child; if (!$child) { sleep 60; exit } push @all, $child } print scalar @all; kill 9, @all'`,
    )
    assert.ok(Number(stdout) > 0 && Number(stdout) <= 256, stdout)
    assert.equal((await box.run('echo alive')).stdout, 'alive\n')
  })

  test(`${body}: two shells that fork without end stay within the limit of the sandbox, and the runner goes on`, { skip }, async () => {
    const box = await createSmallSandbox({ kind: body })
    const bomb = `perl -e 'my $n = 0; for (1 .. 3000) { my $child = fork; next unless defined $child; if (!$child) { sleep 60; exit } $n++ } print $n'`
    const loop = monitorEventLoopDelay({ resolution: 10 })
    loop.enable()
    const counts = await Promise.all([box.run(bomb), box.run(bomb), box.run(bomb)])
    loop.disable()
    const all = counts.reduce((sum, { stdout }) => sum + Number(stdout), 0)
    assert.ok(all > 0 && all <= 512, String(all))
    assert.ok(loop.max / 1e6 < 2000, `the runner stood still for ${loop.max / 1e6} ms`)
    await box.close()
  })

  test(`${body}: what takes more memory than a sandbox may have is ended, and the sandbox answers afterwards`, { skip }, async (context) => {
    if (!inForce(body, 'memory, processes and CPU in all')) return void context.diagnostic('no control group on this machine: 4 GiB for each process')
    const box = boxOf(body, 'learner')
    const hog = await box.run(`perl -e '$x = "x" x (900 * 2 ** 20); print "ESCAPED"'`)
    assert.equal(hog.stdout, '')
    const several = await box.run(`for i in 1 2 3 4; do perl -e '$x = "x" x (250 * 2 ** 20); sleep 1; print "x"' & done; wait`)
    assert.ok(several.stdout.length < 4, 'four times 250 MiB')
    assert.equal((await box.run('echo alive')).stdout, 'alive\n')
  })

  test(`${body}: nothing is typed into a terminal but by whoever sits at it`, { skip }, async () => {
    const terminal = await boxOf(body, 'learner').sandbox.openTerminal({ columns: 80, rows: 24 })
    let screen = ''
    terminal.onData((data) => {
      screen += Buffer.from(data).toString()
    })
    const push = `perl -e 'for (split //, "echo typed-$((40 + 2))\n") { ioctl(STDIN, 0x5412, $_) or die "re" . "fused: $!" }'`
    terminal.write(Buffer.from(`${push}\nsleep 0.3; exit\n`))
    await terminal.exited
    if (filtered[body] === 'refused') {
      assert.match(screen, /refused: Operation not permitted/)
      assert.doesNotMatch(screen, /typed-42/)
    }
  })

  test(`${body}: no child of the runner holds the other end of a terminal`, { skip }, async () => {
    const [mine, other] = [boxOf(body, 'learner'), boxOf(body, 'root')]
    const terminal = await mine.sandbox.openTerminal({ columns: 80, rows: 24 })
    const shell = other.sandbox.openShell()
    const later = await createSmallSandbox({ kind: body })
    const second = await later.sandbox.openTerminal({ columns: 80, rows: 24 })
    let screen = ''
    second.onData((data) => {
      screen += Buffer.from(data).toString()
    })
    const list = 'ls -l /proc/self/fd'
    assert.doesNotMatch((await shell.execute(list)).stdout, /ptmx|pts\/ptmx|socket/)
    assert.doesNotMatch((await later.run(list)).stdout, /ptmx|socket/)
    assert.deepEqual(terminalsHeldBelow(process.pid), [])
    second.write(Buffer.from(`${list}; exit\n`))
    await second.exited
    assert.match(screen, / -> /)
    assert.doesNotMatch(screen, /ptmx|socket/)
    shell.close()
    await later.close()
    terminal.kill()
    await terminal.exited
  })

  test(`${body}: only root may write to /usr/local/bin, and a program there cannot run with more than the learner has`, { skip }, async () => {
    assert.notEqual((await boxOf(body, 'learner').run('touch /usr/local/bin/x')).exit, 0)
    const box = boxOf(body, 'root')
    const plant =
      'for p in prlimit unshare setpriv bash env nsenter bwrap perl python3; do printf "#!/bin/sh\\ngrep CapEff /proc/self/status >>/tmp/caught\\nexec /usr/bin/$p \\"\\$@\\"\\n" >/usr/local/bin/$p; chmod +x /usr/local/bin/$p; done'
    assert.equal((await box.run(plant)).exit, 0)
    const { stdout } = await box.run('cat /tmp/caught 2>/dev/null; cd /usr/local/bin && rm -f prlimit unshare setpriv bash env nsenter bwrap perl python3')
    assert.ok(!/CapEff:\s+0*[1-9a-f]/.test(stdout), stdout)
  })

  test(`${body}: two sandboxes do not see each other`, { skip }, async () => {
    const other = await createSmallSandbox({ kind: body })
    const listening = `perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 7777, Listen => 1) or die; sleep 60'`
    try {
      await other.run(
        `echo secret >/tmp/mine; setsid sleep 4242 >/dev/null 2>&1 & setsid ${listening} >/dev/null 2>&1 & sleep 0.3; (exec 3<>/dev/tcp/127.0.0.1/7777) || exit 9`,
      )
      const look =
        'cat /tmp/mine; ps -e -o args= | grep "sleep 424[2]"; (exec 3<>/dev/tcp/127.0.0.1/7777) && echo reached; (exec 3<>/dev/tcp/127.0.0.10/7777) && echo reached'
      const { stdout } = await boxOf(body, 'learner').run(look)
      assert.equal(stdout, '')
    } finally {
      await other.close()
    }
  })

  test(`${body}: nothing outlives a sandbox that is closed: no process, no folder, no control group`, { skip }, async () => {
    const box = await createSmallSandbox({ kind: body })
    const marker = `54321${process.pid}${bodies.indexOf(body)}`
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
    const groups = groupBases().map(({ folder }) => readdirSync(folder).filter((name) => name.startsWith(`drydock-${process.pid}-`)).length)
    assert.deepEqual(
      groups,
      groups.map(() => boxes.size),
    )
  })
}

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

/** Descriptors of the other ends of terminals, in this process's children and theirs. */
function terminalsHeldBelow(parent: number): string[] {
  const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
    readFileSync(`/proc/${parent}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean),
  )
  return children.flatMap((child) => {
    try {
      const held = readdirSync(`/proc/${child}/fd`).filter((descriptor) => readlinkSync(`/proc/${child}/fd/${descriptor}`).includes('ptmx'))
      const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return [...held.map((descriptor) => `${descriptor} of ${command}`), ...terminalsHeldBelow(Number(child))]
    } catch {
      return []
    }
  })
}
