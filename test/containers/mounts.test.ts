// What lies below a container's volumes: rooms in memory, parts with their rights; and the names that a pod gives itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

async function play(script: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const pod = (name: string, spec: object, container: object): string =>
  `kubectl apply -f - <<'END' >/dev/null\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { ...spec, containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'], ...container }] },
  })}\nEND\n`

test('a volume in memory has the room that was asked for, and is filled', { timeout: 120_000 }, async () => {
  const volumes = [
    { name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '10Mi' } },
    { name: 'd', emptyDir: {} },
  ]
  const volumeMounts = [
    { name: 'm', mountPath: '/m' },
    { name: 'd', mountPath: '/d' },
  ]
  const printed = await play(`${pod('box', { volumes }, { volumeMounts })}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
kubectl exec box -- sh -c 'head -c 100000 /dev/zero > /m/x; df /m /d; df -h /m; grep " /m " /proc/mounts'
`)
  assert.deepEqual(printed, [
    'Filesystem           1K-blocks      Used Available Use% Mounted on',
    'tmpfs                     10240       100     10140   1% /m',
    '/dev/sda1             129886128  21473280 108396464  17% /d',
    'Filesystem                Size      Used Available Use% Mounted on',
    'tmpfs                     10.0M    100.0K      9.9M   1% /m',
    'tmpfs /m tmpfs rw,relatime,size=10240k,inode64,noswap 0 0',
  ])
})

test('a part of a volume that is not there is made with the rights of the volume', { timeout: 120_000 }, async () => {
  const spec = { volumes: [{ name: 'd', emptyDir: {} }] }
  const printed = await play(`${pod('box', spec, { volumeMounts: [{ name: 'd', mountPath: '/d', subPath: 'part' }] })}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
kubectl exec box -- stat -c %a /d
`)
  assert.deepEqual(printed, ['777'])
})

test('a pod may bear its full name, if that is short enough, or another one', { timeout: 120_000 }, async () => {
  const full = { setHostnameAsFQDN: true, hostname: 'host', subdomain: 'sub' }
  const printed =
    await play(`${pod('full', full, {})}${pod('long', { ...full, hostname: 'a'.repeat(40) }, {})}${pod('other', { hostnameOverride: 'elsewhere', subdomain: 'sub' }, {})}
kubectl wait --for=condition=Ready pod/full pod/other --timeout=60s >/dev/null
kubectl exec full -- sh -c 'hostname; hostname -s; hostname -f; grep sub /etc/hosts | cut -f2-'
kubectl exec other -- sh -c 'hostname; hostname -f'
until kubectl get events --field-selector involvedObject.name=long,reason=FailedCreatePodSandBox -o name | grep -q .; do sleep 0.2; done
kubectl get events --field-selector involvedObject.name=long,reason=FailedCreatePodSandBox -o jsonpath='{.items[0].message}'
`)
  const name = `${'a'.repeat(40)}.sub.default.svc.cluster.local`
  assert.deepEqual(printed, [
    'host.sub.default.svc.cluster.local',
    'host',
    'host.sub.default.svc.cluster.local',
    'host.sub.default.svc.cluster.local\thost',
    'elsewhere',
    'elsewhere',
    `Failed to create pod sandbox: failed to construct FQDN from pod hostname and cluster domain, FQDN ${name} is too long (64 characters is the max, ${name.length} characters requested)`,
  ])
})

test('the only container of a pod is meant where none is named, whatever ran before it', { timeout: 120_000 }, async () => {
  const initContainers = [{ name: 'first', image: 'busybox:1.36', command: ['echo', 'before'] }]
  const two = { initContainers, containers: [] }
  const printed = await play(`${pod('one', { initContainers }, { command: ['sh', '-c', 'echo now; sleep 3600'] })}
kubectl wait --for=condition=Ready pod/one --timeout=60s >/dev/null
kubectl get --raw /api/v1/namespaces/default/pods/one/log
kubectl run two --image=busybox:1.36 --overrides='${JSON.stringify({ spec: { ...two, containers: ['a', 'b'].map((name) => ({ name, image: 'busybox:1.36' })) } })}' >/dev/null
kubectl get --raw /api/v1/namespaces/default/pods/two/log
`)
  assert.deepEqual(printed, ['now', 'Error from server (BadRequest): a container name must be specified for pod two, choose one of: [first a b]'])
})

test("a local volume must be there, and is given to its pod's group, and to the next one's", { timeout: 120_000 }, async () => {
  const volumes = [{ name: 'l', persistentVolumeClaim: { claimName: 'c' } }]
  const user = (name: string, group: number): string =>
    `${pod(name, { nodeName: 'node01', volumes, securityContext: { fsGroup: group } }, { volumeMounts: [{ name: 'l', mountPath: '/l' }] })}kubectl wait --for=condition=Ready pod/${name} --timeout=60s >/dev/null\n`
  const affinity = { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node01'] }] }] } }
  const shared = { accessModes: ['ReadWriteOnce'], storageClassName: 'by-hand' }
  const volume = { ...shared, capacity: { storage: '1Gi' }, local: { path: '/mnt/l' }, nodeAffinity: affinity }
  const items = [
    { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'l' }, spec: volume },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { ...shared, resources: { requests: { storage: '1Gi' } } } },
  ]
  const printed = await play(`kubectl apply -f - <<'END' >/dev/null\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items })}\nEND
${pod('early', { nodeName: 'node01', volumes }, { volumeMounts: [{ name: 'l', mountPath: '/l' }] })}
until kubectl get events --field-selector involvedObject.name=early,reason=FailedMount -o name | grep -q .; do sleep 0.2; done
kubectl get events --field-selector involvedObject.name=early,reason=FailedMount -o jsonpath='{.items[0].message}{"\\n"}'
kubectl delete pod early --now >/dev/null
${pod('maker', { nodeName: 'node01', volumes: [{ name: 'm', hostPath: { path: '/mnt' } }] }, { command: ['sh', '-c', 'mkdir /m/l; chmod 777 /m/l; sleep 3600'], volumeMounts: [{ name: 'm', mountPath: '/m' }] })}
kubectl wait --for=condition=Ready pod/maker --timeout=60s >/dev/null
${user('first', 1234)}kubectl exec first -- sh -c 'echo x > /l/x; stat -c "%a %g" /l /l/x'
kubectl delete pod first --now >/dev/null
${user('second', 4321)}kubectl exec second -- stat -c '%a %g' /l /l/x
`)
  const refused = 'MountVolume.NewMounter initialization failed for volume "l" : path "/mnt/l" does not exist'
  assert.deepEqual(printed, [refused, '2777 1234', '644 1234', '2777 4321', '664 4321'])
})

test("a token of a pod's account is renewed before its time is over", { timeout: 120_000 }, async () => {
  const projected = { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 600 } }] }
  const printed = await play(`${pod('box', { volumes: [{ name: 't', projected }] }, { volumeMounts: [{ name: 't', mountPath: '/t' }] })}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
for turn in 1 2 3; do kubectl exec box -- md5sum /t/token; drydock clock advance 250s >/dev/null; done | sort | uniq -c | awk '{print $1}' | sort
`)
  assert.deepEqual(printed, ['1', '2'])
})

test('a part of a volume that a link leads out of is not mounted, one that it leads to within it is', { timeout: 120_000 }, async () => {
  const spec = (part: string, link: string): object => ({
    volumes: [{ name: 'd', emptyDir: {} }],
    initContainers: [
      {
        name: 'first',
        image: 'busybox:1.36',
        command: ['sh', '-c', `mkdir /d/real; echo hello > /d/real/x; ln -s ${link} /d/${part}`],
        volumeMounts: [{ name: 'd', mountPath: '/d' }],
      },
    ],
  })
  const container = (part: string): object => ({ volumeMounts: [{ name: 'd', mountPath: '/m', subPath: part }] })
  const printed =
    await play(`${pod('out', spec('a', '/bin'), container('a'))}${pod('up', spec('a', '../'), container('a'))}${pod('in', spec('a', 'real'), container('a'))}
kubectl wait --for=condition=Ready pod/in --timeout=60s >/dev/null
kubectl exec in -c c -- cat /m/x
for name in out up; do
  kubectl wait --for=jsonpath='{.status.containerStatuses[0].state.waiting.reason}'=CreateContainerConfigError pod/$name --timeout=60s
  kubectl get pod $name -o jsonpath='{.status.containerStatuses[0].state.waiting.message}{"\\n"}'
done
`)
  const message = 'failed to prepare subPath for volumeMount "d" of container "c"'
  assert.deepEqual(printed, ['hello', 'pod/out condition met', message, 'pod/up condition met', message])
})

test('a volume must have the keys that it names', { timeout: 120_000 }, async () => {
  const items = [{ key: 'nothing', path: 'x' }]
  const sources = {
    one: { configMap: { name: 'c', items } },
    two: { secret: { secretName: 's', items } },
    three: { projected: { sources: [{ secret: { name: 's', items } }] } },
  }
  const pods = Object.entries(sources).map(([name, source]) =>
    pod(name, { volumes: [{ name: 'v', ...source }] }, { volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
  )
  const optional = pod(
    'free',
    { volumes: [{ name: 'v', configMap: { name: 'c', items, optional: true } }] },
    { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  )
  const printed = await play(`kubectl create configmap c --from-literal=a=b >/dev/null; kubectl create secret generic s --from-literal=a=b >/dev/null
${pods.join('')}${optional}kubectl wait --for=condition=Ready pod/free --timeout=60s
for name in one two three; do
  until kubectl get events --field-selector involvedObject.name=$name,reason=FailedMount -o name | grep -q .; do sleep 0.2; done
  kubectl get events --field-selector involvedObject.name=$name,reason=FailedMount -o jsonpath='{.items[0].message}{"\\n"}'
done
`)
  const secret = 'MountVolume.SetUp failed for volume "v" : references non-existent secret key: nothing'
  assert.deepEqual(printed, [
    'pod/free condition met',
    'MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: nothing',
    secret,
    secret,
  ])
})

test('whoever mounts what an NFS server exports shares it', { timeout: 120_000 }, async () => {
  const nfs = (path: string): object => ({ volumes: [{ name: 'n', nfs: { server: '10.0.0.9', path } }] })
  const mounted = { volumeMounts: [{ name: 'n', mountPath: '/n' }] }
  const printed = await play(`kubectl run server --image=registry.k8s.io/e2e-test-images/volume/nfs:1.4 >/dev/null
${pod('one', nfs('/exports/a'), mounted)}${pod('two', nfs('/exports/a'), mounted)}${pod('all', nfs('/'), mounted)}
kubectl wait --for=condition=Ready pod/one pod/two pod/all pod/server --timeout=60s >/dev/null
kubectl logs server | tail -1
kubectl exec one -- sh -c 'echo hello > /n/x'
kubectl exec two -- cat /n/x
kubectl exec all -- sh -c 'cat /n/exports/a/x; rm /n/exports/a/x'
kubectl exec one -- ls /n
`)
  assert.deepEqual(printed, ['NFS started', 'hello', 'hello'])
})

test('archives and copies keep the rights of files, and links; a program that is brought along runs', { timeout: 120_000 }, async () => {
  const printed = await play(`${pod('box', {}, {})}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
printf '#!/bin/sh\\necho ran\\n' > x.sh; chmod 755 x.sh
kubectl cp x.sh box:/tmp/x.sh
kubectl exec box -- /tmp/x.sh
printf '\\177ELF' > jq; chmod 755 jq; kubectl cp jq box:/tmp/jq
kubectl exec box -- sh -c 'echo 1 | /tmp/jq .+1'
kubectl exec box -- sh -c 'mkdir /a /b; echo 1 > /a/secret; chmod 600 /a/secret; ln -s secret /a/link; tar -cf - -C /a . | tar -xf - -C /b; ls -l /b | awk "{print \\$1, \\$9, \\$10, \\$11}"; cat /b/link'
`)
  assert.deepEqual(printed, ['ran', '2', 'total   ', 'lrwxrwxrwx link -> secret', '-rw------- secret  ', '1'])
})

test('whoever uses a volume is of the group that is noted on it', { timeout: 120_000 }, async () => {
  const shared = { accessModes: ['ReadWriteMany'], storageClassName: 'by-hand' }
  const annotations = { 'pv.beta.kubernetes.io/gid': '777' }
  const items = [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'n', annotations },
      spec: { ...shared, capacity: { storage: '1Gi' }, nfs: { server: '10.0.0.9', path: '/' } },
    },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c' }, spec: { ...shared, resources: { requests: { storage: '1Gi' } } } },
  ]
  const spec = { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }], securityContext: { runAsUser: 1000 } }
  const printed = await play(`kubectl apply -f - <<'END' >/dev/null\n${JSON.stringify({ apiVersion: 'v1', kind: 'List', items })}\nEND
${pod('box', spec, { volumeMounts: [{ name: 'v', mountPath: '/v' }] })}kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
kubectl exec box -- id -G
`)
  assert.deepEqual(printed, ['0 777'])
})
