// Pods that take more of a disk than they may, and files that are larger than what is kept of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

async function play(script: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const pod = (name: string, command: string, { container = {}, spec = {} } = {}): string =>
  `kubectl apply -f - <<'END' >/dev/null\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { ...spec, containers: [{ name: 'c', image: 'busybox:1.36', command: ['sh', '-c', command], ...container }] },
  })}\nEND\n`

const limited = { container: { resources: { limits: { 'ephemeral-storage': '20Mi' } } } }
const volume = {
  spec: { volumes: [{ name: 'cache', emptyDir: { sizeLimit: '10Mi' } }] },
  container: { volumeMounts: [{ name: 'cache', mountPath: '/cache' }] },
}
const write = (path: string, megabytes: number): string => `dd if=/dev/zero of=${path} bs=1M count=${megabytes} status=none; sleep 3600`

test('a pod is evicted that takes more of the disk than it may', { timeout: 120_000 }, async () => {
  const printed = await play(`
${pod('large', write('/tmp/x', 30), limited)}${pod('small', write('/tmp/x', 10), limited)}${pod('full', write('/cache/x', 11), volume)}
kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/large pod/full --timeout=60s
kubectl get pods -o jsonpath='{range .items[*]}{.metadata.name}: {.status.reason} {.status.message}{"\\n"}{end}'
kubectl get events --field-selector reason=Evicted -o jsonpath='{range .items[*]}{.involvedObject.name} {.message}{"\\n"}{end}' | sort
kubectl get pods --no-headers | awk '{print $1, $3}'
`)
  const [full, large] = [
    'Usage of EmptyDir volume "cache" exceeds the limit "10Mi". ',
    'Pod ephemeral local storage usage exceeds the total limit of containers 20Mi. ',
  ]
  assert.deepEqual(
    printed.map((line) => line.trimEnd()),
    [
      ...['pod/large condition met', 'pod/full condition met', `full: Evicted ${full}`, `large: Evicted ${large}`, 'small:', `full ${full}`, `large ${large}`],
      ...['full Error', 'large Error', 'small Running'],
    ].map((line) => line.trimEnd()),
  )
})

test('a file may be larger than what is kept of it, and its size is told', { timeout: 120_000 }, async () => {
  const printed = await play(`${pod('box', 'sleep 3600')}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
kubectl exec box -- sh -c 'dd if=/dev/zero of=/tmp/x bs=1M count=100 status=none; truncate -s 1G /tmp/y; ls -l /tmp | awk "{print \\$5, \\$9}"; du -m /tmp/x; stat -c %s /tmp/y; find /tmp -size +500M; echo small > /tmp/x; stat -c %s /tmp/x'
kubectl exec box -- dd if=/dev/zero of=/tmp/z bs=1G count=200
`)
  assert.deepEqual(printed.slice(0, 7), [' ', '104857600 x', '1073741824 y', '100\t/tmp/x', '1073741824', '/tmp/y', '6'])
  assert.match(printed[7] ?? '', /dd: .*No space left on device/)
})
