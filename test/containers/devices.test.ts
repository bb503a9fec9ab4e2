// Devices and what has no end: read as far as somebody reads, and no further.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

async function inBox(lines: readonly string[]): Promise<readonly string[]> {
  const start = 'kubectl run box --image=busybox -- sleep 3600 >/dev/null; kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null'
  const commands = lines.map((line) => `timeout 20 kubectl exec box -- sh -c '${line}' 2>&1`)
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `${start}\n${commands.join('\n')}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

test('chance and zeros come in any number; what writes without an end stops when nobody reads', { timeout: 120_000 }, async () => {
  const printed = await inBox([
    'yes | head -2',
    'yes no | tr a-z A-Z | head -n 1',
    'tr -dc A-Za-z0-9 </dev/urandom | head -c 16 | grep -cE "^[A-Za-z0-9]{16}$"',
    'cat /dev/urandom | head -c 5 | wc -c',
    'head -c 100000 /dev/zero | wc -c',
    'grep -cE "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" /proc/sys/kernel/random/uuid',
    'echo gone > /dev/null; cat /dev/null | wc -c; ls /dev | tr "\\n" " "; echo',
    'test -c /dev/null && test -e /dev/zero && echo there',
    'echo aabbc | tr -s ab; echo a1b2 | tr -cd 0-9; echo',
  ])
  assert.deepEqual(printed, [
    'y',
    'y',
    'NO',
    '1',
    '5',
    '100000',
    '1',
    '0',
    'full mqueue null ptmx pts random shm termination-log tty urandom zero ',
    'there',
    'abc',
    '12',
  ])
})

test('dd, truncate and od reckon in bytes', { timeout: 120_000 }, async () => {
  const printed = await inBox([
    'cd /tmp; dd if=/dev/zero of=a bs=1k count=4 2>&1 | head -2; stat -c %s a',
    'cd /tmp; dd if=/dev/zero of=b bs=1M count=100 2>&1 | tail -1 | cut -d" " -f1-3',
    'cd /tmp; echo hello > c; truncate -s 3 c; cat c; echo; fallocate -l 10 c; stat -c %s c; dd if=c bs=1 skip=1 count=2 2>/dev/null; echo',
    'dd if=/nowhere of=/tmp/x 2>&1; echo $?',
    'printf "ab\\n" | od -c; printf "AB" | od -An -tx1; printf "\\001\\002" | od -An -d',
    'od -An -N4 -tu4 /dev/urandom | wc -w',
  ])
  assert.deepEqual(printed, [
    ...['4+0 records in', '4+0 records out', '4096', '104857600 bytes (100.0MB)', 'hel', '10', 'el'],
    ...["dd: can't open '/nowhere': No such file or directory", '1', '0000000   a   b  \\n', '0000003', ' 41 42', '   513', '1'],
  ])
})
