// A node's own files as pods see them that mount parts of it, and the logs that lie there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Holdings } from '#runner/containers/holdings.ts'
import { drydock } from '#test/support/drydock.ts'

async function play(script: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const pod = (name: string, command: string, mounts: string, volumes: string): string => `cat <<END | kubectl apply -f - >/dev/null
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"},"spec":{"nodeName":"node01","volumes":[${volumes}],
 "containers":[{"name":"c","image":"busybox:1.36","command":["sh","-c","${command}"],"volumeMounts":[${mounts}]}]}}
END`

test('pods of a node share its files, whichever part of it they mount', { timeout: 120_000 }, async () => {
  const printed = await play(`
${pod('writer', 'echo hello > /data/x; mkdir -p /data/sub; sleep 3600', '{"name":"d","mountPath":"/data"}', '{"name":"d","hostPath":{"path":"/mnt/data","type":"DirectoryOrCreate"}}')}
${pod('reader', 'sleep 3600', '{"name":"d","mountPath":"/m"},{"name":"s","mountPath":"/s"}', '{"name":"d","hostPath":{"path":"/mnt/"}},{"name":"s","hostPath":{"path":"/mnt/data/sub"}}')}
kubectl wait --for=condition=Ready pod/writer pod/reader --timeout=60s >/dev/null
kubectl exec writer -- cat /data/x
kubectl exec reader -- sh -c 'cat /m/data/x; echo there > /s/y; rm /m/data/x'
kubectl exec writer -- sh -c 'cat /data/sub/y; ls /data'
kubectl delete pod writer --now >/dev/null
kubectl debug node/node01 --image=busybox:1.36 --profile=general -q -- sh -c 'cat /host/mnt/data/sub/y; ls /host/etc/hostname'
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded $(kubectl get pods -o name | grep node-debugger) --timeout=60s >/dev/null
kubectl logs $(kubectl get pods -o name | grep node-debugger)
`)
  assert.deepEqual(printed, ['hello', 'hello', 'there', 'sub', 'there', '/host/etc/hostname'])
})

test('a hostPath must be what its type says', { timeout: 120_000 }, async () => {
  const printed = await play(`
${pod('none', 'sleep 3600', '{"name":"d","mountPath":"/d"}', '{"name":"d","hostPath":{"path":"/nowhere","type":"Directory"}}')}
${pod('file', 'sleep 3600', '{"name":"d","mountPath":"/d"}', '{"name":"d","hostPath":{"path":"/etc","type":"File"}}')}
${pod('good', 'sleep 3600', '{"name":"d","mountPath":"/d"}', '{"name":"d","hostPath":{"path":"/etc/hosts","type":"File"}}')}
kubectl wait --for=condition=Ready pod/good --timeout=60s
for name in none file; do
  until kubectl get events --field-selector involvedObject.name=$name,reason=FailedMount -o name | grep -q .; do sleep 0.2; done
  kubectl get events --field-selector involvedObject.name=$name,reason=FailedMount -o jsonpath='{.items[0].message}{"\\n"}'
done
`)
  assert.deepEqual(printed, [
    'pod/good condition met',
    'MountVolume.SetUp failed for volume "d" : hostPath type check failed: /nowhere is not a directory',
    'MountVolume.SetUp failed for volume "d" : hostPath type check failed: /etc is not a file',
  ])
})

test("the logs of a node's containers lie in /var/log as the container runtime writes them", { timeout: 120_000 }, async () => {
  const printed = await play(`
${pod('counter', 'echo one; echo two >&2; sleep 3600', '', '')}
${pod('agent', 'sleep 3600', '{"name":"log","mountPath":"/var/log","readOnly":true}', '{"name":"log","hostPath":{"path":"/var/log"}}')}
kubectl wait --for=condition=Ready pod/counter pod/agent --timeout=60s >/dev/null
kubectl logs counter >/dev/null
uid=$(kubectl get pod counter -o jsonpath='{.metadata.uid}')
id=$(kubectl get pod counter -o jsonpath='{.status.containerStatuses[0].containerID}' | sed 's,.*//,,')
kubectl exec agent -- sh -c "cat /var/log/containers/counter_default_c-$id.log" | sed -E 's/^[0-9T:.-]+Z/TIME/'
kubectl exec agent -- ls /var/log/pods/default_counter_$uid /var/log/pods/default_counter_$uid/c
kubectl exec agent -- readlink /var/log/containers/counter_default_c-$id.log | sed "s/$uid/UID/"
`)
  assert.deepEqual(printed, [
    'TIME stdout F one',
    'TIME stderr F two',
    expectedFolder('/var/log/pods/default_counter_UID', printed[2]),
    'c',
    '',
    expectedFolder('/var/log/pods/default_counter_UID/c', printed[5]),
    '0.log',
    '/var/log/pods/default_counter_UID/c/0.log',
  ])
})

test('a hostPath that is a link is what it leads to', { timeout: 120_000 }, async () => {
  const printed = await play(`
${pod('maker', 'mkdir /tmp/real; echo hello > /tmp/real/x; ln -s /tmp/real /tmp/link; sleep 3600', '{"name":"d","mountPath":"/tmp"}', '{"name":"d","hostPath":{"path":"/tmp"}}')}
kubectl wait --for=condition=Ready pod/maker --timeout=60s >/dev/null
${pod('reader', 'sleep 3600', '{"name":"d","mountPath":"/m"},{"name":"d","mountPath":"/s","subPath":"below"}', '{"name":"d","hostPath":{"path":"/tmp/link"}}')}
kubectl wait --for=condition=Ready pod/reader --timeout=60s >/dev/null
kubectl exec reader -- sh -c 'cat /m/x; echo there > /s/y'
kubectl exec maker -- cat /tmp/real/below/y
`)
  assert.deepEqual(printed, ['hello', 'there'])
})

test('nsenter leads from a privileged container to its node', { timeout: 120_000 }, async () => {
  const printed = await play(`cat <<END | kubectl apply -f - >/dev/null
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"tools"},"spec":{"nodeName":"node01","hostPID":true,"volumes":[{"name":"root","hostPath":{"path":"/"}}],"containers":[
{"name":"free","image":"busybox:1.36","command":["sleep","3600"],"securityContext":{"privileged":true},"volumeMounts":[{"name":"root","mountPath":"/rootfs","readOnly":true}]},
{"name":"bound","image":"busybox:1.36","command":["sleep","3600"]}]}}
END
kubectl wait --for=condition=Ready pod/tools --timeout=60s >/dev/null
node='nsenter --mount=/rootfs/proc/1/ns/mnt --'
kubectl exec tools -c free -- $node sh -c 'mkdir /srv/x && mount -t tmpfs none /srv/x && echo hello > /srv/x/y; head -1 /etc/os-release'
kubectl exec tools -c free -- nsenter -t 1 -m -u -- sh -c 'hostname; cat /srv/x/y; umount /srv/x; umount /nowhere'
kubectl exec tools -c free -- nsenter -t 1 -n -- hostname
kubectl exec tools -c free -- chroot /rootfs sh -c 'cat /srv/x/y; grep -c CapEff /proc/self/status'
kubectl exec tools -c bound -- nsenter -t 1 -m hostname
`)
  assert.deepEqual(printed, [
    'PRETTY_NAME="Ubuntu 24.04.3 LTS"',
    'node01',
    'hello',
    'umount: /nowhere: no mount point specified.',
    'command terminated with exit code 32',
    'tools',
    'hello',
    '1',
    "nsenter: can't open '/proc/1/ns/mnt': Permission denied",
    'command terminated with exit code 1',
  ])
})

/** A heading of `ls` with the uid that it has. */
function expectedFolder(path: string, printed = ''): string {
  return `${path.replace('UID', /_([0-9a-f-]{36})/.exec(printed)?.[1] ?? 'UID')}:`
}

test('what an older release kept by folders of a node is found in the node', () => {
  const entry = { kind: 'file', content: 'kept', mode: 0o644, at: 0 } as const
  const holdings = new Holdings(
    { files: { 'node/node01/mnt/data': { x: entry }, 'node/node01/': { 'etc/y': entry }, 'pod/uid/cache': { z: entry } } },
    () => '',
  )
  assert.deepEqual([...holdings.writes('node/node01').keys()], ['mnt/data/x', 'etc/y'])
  assert.deepEqual([...holdings.writes('pod/uid/cache').keys()], ['z'])
})

/** A pod whose program nobody looks at. */
const pause = (name: string, mounts: string, volumes: string): string =>
  pod(name, '', mounts, volumes).replace('"image":"busybox:1.36","command":["sh","-c",""]', '"image":"registry.k8s.io/pause:3.10"')

test('what a hostPath makes stays on the node', { timeout: 120_000 }, async () => {
  const mount = '{"name":"d","mountPath":"/d"}'
  const made = ['"path":"/srv/folder","type":"DirectoryOrCreate"', '"path":"/srv/file","type":"FileOrCreate"', '"path":"/srv/any"']
  const there = ['"path":"/srv/folder","type":"Directory"', '"path":"/srv/file","type":"File"', '"path":"/srv/any","type":"Directory"']
  const all = (prefix: string, paths: readonly string[]): string =>
    paths.map((path, index) => pause(`${prefix}${index}`, mount, `{"name":"d","hostPath":{${path}}}`)).join('\n')
  const printed = await play(`
${all('first', made)}
kubectl wait --for=condition=Ready pod/first0 pod/first1 pod/first2 --timeout=60s >/dev/null
kubectl delete pod --all --now >/dev/null
${all('second', there)}
kubectl wait --for=condition=Ready pod/second0 pod/second1 pod/second2 --timeout=60s
`)
  assert.deepEqual(printed, ['pod/second0 condition met', 'pod/second1 condition met', 'pod/second2 condition met'])
})
