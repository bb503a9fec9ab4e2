// CoreDNS as a pod's Corefile has it. `corefiles.json` is what CoreDNS 1.13.1 printed at its start, or why it did not start.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { CorefileError, corefilePath, digestOf, readCorefile } from '#runner/containers/coredns/corefile.ts'
import { setUp } from '#runner/containers/coredns/servers.ts'
import type { DnsServers } from '#runner/containers/coredns/state.ts'
import type { ClusterReader } from '#runner/containers/pod.ts'
import { drydock } from '#test/support/drydock.ts'

interface Recorded {
  readonly name: string
  readonly corefile: string
  readonly printed: string
}

const recorded: readonly Recorded[] = JSON.parse(readFileSync(new URL('corefiles.json', import.meta.url), 'utf8'))

for (const { name, corefile, printed } of recorded)
  test(`a Corefile: ${name}`, () => {
    assert.equal(startOf(corefile), printed)
  })

/** What is printed at the start, or the error. */
function startOf(text: string): string {
  try {
    const files = new Map([[corefilePath, text]])
    const corefile = readCorefile(files)
    const { addresses, plugins } = setUp(corefile, files)
    const said = corefile.unmatched.map((pattern) => `[WARNING] No files matching import glob pattern: ${pattern}`)
    const running = plugins.has('reload') ? [...said, `[INFO] plugin/reload: Running configuration SHA512 = ${digestOf(corefile)}`] : []
    return [...said, ...addresses, ...running].join('\n')
  } catch (error) {
    if (error instanceof CorefileError) return error.message
    throw error
  }
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.7.7', selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
}
const reader: ClusterReader = {
  get: (_, kind, { name, namespace }) =>
    kind === 'Namespace' && name === 'default'
      ? { apiVersion: 'v1', kind, metadata: { name } }
      : kind === 'Service' && name === 'web' && namespace === 'default'
        ? service
        : undefined,
  list: (_, kind) => (kind === 'Service' ? [service] : []),
}

function serve(plugins: string, files: readonly (readonly [string, string])[] = []): DnsServers {
  const all = new Map([[corefilePath, `.:53 {\n${plugins}\n}\n`], ...files])
  return setUp(readCorefile(all), all)
}

/** Status and records of an answer, in one line. */
function ask(servers: DnsServers, name: string, type = 'A'): string {
  const { status, answers } = servers.answer({ name, type }, { reader, serial: 1 })
  return [status, ...answers.map((record) => `${record.name} ${record.ttl} ${record.type} ${record.data}`)].join(' | ')
}

const cluster = 'kubernetes cluster.local in-addr.arpa ip6.arpa'

// Each line was asked of CoreDNS 1.13.1 in front of such a cluster.
const answers: readonly (readonly [plugins: string, name: string, type: string, answer: string])[] = [
  ['kubernetes cluster.local acme.test', 'web.default.svc.acme.test', 'A', 'NOERROR | web.default.svc.acme.test 5 A 10.96.7.7'],
  [`rewrite name foo.example.com web.default.svc.cluster.local\n${cluster}`, 'foo.example.com', 'A', 'NOERROR | foo.example.com 5 A 10.96.7.7'],
  [
    `rewrite name suffix .acme.test .default.svc.cluster.local answer auto\n${cluster} {\n ttl 7\n}`,
    'web.acme.test',
    'A',
    'NOERROR | web.acme.test 7 A 10.96.7.7',
  ],
  [
    `rewrite name regex (.*)\\.svc\\.acme\\.test {1}.default.svc.cluster.local answer auto\n${cluster}`,
    'web.svc.acme.test',
    'A',
    'NOERROR | web.svc.acme.test 5 A 10.96.7.7',
  ],
  [
    `rewrite stop {\n name regex (.*)\\.acme\\.test {1}.default.svc.cluster.local\n answer name (.*)\\.default\\.svc\\.cluster\\.local {1}.acme.test\n}\n${cluster}`,
    'web.acme.test',
    'A',
    'NOERROR | web.acme.test 5 A 10.96.7.7',
  ],
  [`rewrite name substring prod default\n${cluster}`, 'web.prod.svc.cluster.local', 'A', 'NOERROR | web.default.svc.cluster.local 5 A 10.96.7.7'],
  [
    `rewrite continue name exact a.test b.test\nrewrite name exact b.test web.default.svc.cluster.local\n${cluster}`,
    'a.test',
    'A',
    'NOERROR | a.test 5 A 10.96.7.7',
  ],
  [
    `hosts {\n 10.9.8.7 foo.example.com\n 10.9.8.6 foo.example.com\n fallthrough\n}\n${cluster}`,
    'foo.example.com',
    'A',
    'NOERROR | foo.example.com 3600 A 10.9.8.7 | foo.example.com 3600 A 10.9.8.6',
  ],
  [`hosts {\n 10.9.8.7 foo.example.com\n ttl 60\n}\n${cluster}`, 'foo.example.com', 'AAAA', 'NOERROR'],
  [`hosts {\n 10.9.8.7 foo.example.com\n ttl 60\n}\n${cluster}`, 'web.default.svc.cluster.local', 'A', 'SERVFAIL'],
  [`hosts {\n 10.9.8.7 foo.example.com\n}\n${cluster}`, '7.8.9.10.in-addr.arpa', 'PTR', 'NOERROR | 7.8.9.10.in-addr.arpa 3600 PTR foo.example.com.'],
  [
    'template IN A example.com {\n match "^ip-(?P<a>[0-9]*)-(?P<b>[0-9]*)[.]example[.]com[.]$"\n answer "{{ .Name }} 60 IN A 10.0.{{ .Group.a }}.{{ .Group.b }}"\n fallthrough\n}',
    'ip-1-2.example.com',
    'A',
    'NOERROR | ip-1-2.example.com 60 A 10.0.1.2',
  ],
  ['template ANY ANY example.com {\n rcode NXDOMAIN\n}', 'foo.example.com', 'A', 'NXDOMAIN'],
  [cluster, '10-1-1-1.default.pod.cluster.local', 'A', 'NXDOMAIN'],
  [`${cluster} {\n pods insecure\n}`, '10-1-1-1.default.pod.cluster.local', 'A', 'NOERROR | 10-1-1-1.default.pod.cluster.local 5 A 10.1.1.1'],
  [`${cluster} {\n pods verified\n}`, '10-1-1-1.default.pod.cluster.local', 'A', 'NXDOMAIN'],
  [`${cluster} {\n namespaces kube-system\n}`, 'web.default.svc.cluster.local', 'A', 'NXDOMAIN'],
  [`${cluster} {\n namespaces kube-system\n}`, '7.7.96.10.in-addr.arpa', 'PTR', 'NXDOMAIN'],
  [cluster, 'example.com', 'A', 'SERVFAIL'],
  [`${cluster}\nforward . 8.8.8.8`, 'example.com', 'A', 'NOERROR | example.com 30 A 23.220.75.232'],
  [`${cluster}\nforward . 10.150.0.1`, 'example.com', 'A', 'SERVFAIL'],
]

for (const [plugins, name, type, answer] of answers)
  test(`with ${plugins.split('\n')[0]}, ${name} ${type} is ${answer.split(' ')[0]}`, () => {
    assert.equal(ask(serve(plugins), name, type), answer)
  })

test('a zone that no server has is refused, and imported files are named where they are wrong', () => {
  const files = new Map([[corefilePath, 'acme.test:53 {\n hosts {\n 10.1.1.1 www.acme.test\n }\n}\n']])
  const servers = setUp(readCorefile(files), files)
  assert.equal(ask(servers, 'web.default.svc.cluster.local'), 'REFUSED')
  assert.equal(ask(servers, 'www.acme.test'), 'NOERROR | www.acme.test 3600 A 10.1.1.1')
  assert.throws(() => serve('import custom/*.override', [['/etc/coredns/custom/a.override', 'log\nbogus\n']]), {
    message: "/etc/coredns/custom/a.override:2 - Error during parsing: Unknown directive 'bogus'",
  })
})

test('a changed Corefile counts from the next start on; a wrong one keeps CoreDNS from starting', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], {
    stdin: `exec 2>&1
edit() { kubectl -n kube-system get configmap coredns -o yaml | sed "$1" | kubectl apply -f - >/dev/null 2>&1; }
ask() { kubectl exec box -- nslookup "$1" 2>/dev/null | grep -E "^Address: |can't find" | sort -u; }
settled() { kubectl -n kube-system rollout restart deployment coredns >/dev/null; kubectl -n kube-system rollout status deployment coredns --timeout=60s | tail -n 1; }
kubectl run box --image=busybox:1.36 -- sleep 3600 >/dev/null; kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
edit 's/kubernetes cluster.local/kubernetes cluster.local acme.test/; s/errors/log/'
ask kubernetes.default.svc.acme.test
settled
ask kubernetes.default.svc.acme.test
kubectl -n kube-system logs -l k8s-app=kube-dns --tail=20 | grep 'acme.test. ' | sed -E 's/[0-9.]+:[0-9]+ - [0-9]+/FROM/; s/0\\.[0-9]+s/TIME/'
edit 's/forward/forwrad/'
kubectl -n kube-system rollout restart deployment coredns >/dev/null
until kubectl -n kube-system get pods -l k8s-app=kube-dns --no-headers | grep -q CrashLoopBackOff; do sleep 0.2; done
kubectl -n kube-system logs -l k8s-app=kube-dns --tail=20 | grep 'Error during'
ask kubernetes.default
exit 0
`,
  })
  assert.equal(exit, 0, stderr)
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    "** server can't find kubernetes.default.svc.acme.test: NXDOMAIN",
    'deployment "coredns" successfully rolled out',
    'Address: 10.96.0.1',
    '[INFO] FROM "A IN kubernetes.default.svc.acme.test. udp 50 false 512" NOERROR qr,aa,rd 98 TIME',
    "/etc/coredns/Corefile:13 - Error during parsing: Unknown directive 'forwrad'",
    'Address: 10.96.0.1',
  ])
})

test('CoreDNS tells of its metrics, and at its other ports only whether it is well', { timeout: 60_000 }, async () => {
  const { stdout } = await drydock(['shell'], {
    stdin: `service=/api/v1/namespaces/kube-system/services/kube-dns
kubectl get --raw $service:metrics/proxy/metrics | grep -v '^#'
pod=$(kubectl -n kube-system get pods -l k8s-app=kube-dns -o name | head -n 1)
for path in 8181/proxy/ready 8080/proxy/health; do kubectl get --raw "/api/v1/namespaces/kube-system/pods/\${pod#pod/}:$path"; echo; done
kubectl get --raw "/api/v1/namespaces/kube-system/pods/\${pod#pod/}:8080/proxy/" 2>&1
`,
  })
  assert.equal(
    stdout,
    `coredns_build_info{goversion="go1.25.2",revision="1db4568",version="1.13.1"} 1
coredns_health_request_failures_total 0
coredns_panics_total 0
coredns_reload_failed_total 0
OK
OK
Error from server (NotFound): the server could not find the requested resource
`,
  )
})
