// Names as the tools for them show them: dig, host and nslookup in pods of a cluster.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const ground = `
kubectl create deployment web --image=nginx --replicas=2 >/dev/null
kubectl create -f - >/dev/null <<END
{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"10.96.7.7","selector":{"app":"web"},"ports":[{"name":"http","port":80}]}}
END
kubectl create -f - >/dev/null <<END
{"apiVersion":"v1","kind":"Service","metadata":{"name":"peers"},"spec":{"clusterIP":"None","selector":{"app":"web"},"ports":[{"name":"http","port":80}]}}
END
kubectl create service externalname moved --external-name example.com >/dev/null
kubectl run tools --image=registry.k8s.io/e2e-test-images/agnhost:2.57 >/dev/null
kubectl wait --for=condition=Ready pod/tools --timeout=60s >/dev/null
kubectl wait --for=condition=Available deployment/web --timeout=60s >/dev/null
tools="kubectl exec tools --"
`

async function play(script: string): Promise<string> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${ground}${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout
}

test('dig shows records in its columns, of whole names alone unless it is told to search', { timeout: 120_000 }, async () => {
  const printed = await play(`
$tools dig +noall +answer SRV _http._tcp.web.default.svc.cluster.local
$tools dig +short SRV _http._tcp.peers.default.svc.cluster.local | sed 's/10-244-[0-9-]*/POD/'
$tools dig +noall +answer +question moved.default.svc.cluster.local | sed 's/23[0-9.]*$/ADDRESS/'
$tools dig +short web; $tools dig +search +short web; $tools dig +short -x 10.96.7.7
$tools dig web.default.svc.cluster.local AAAA | grep -E 'HEADER|flags: qr|SOA' | sed -E 's/id: [0-9]+|[0-9]{10}/N/'
$tools dig nothing.default.svc.cluster.local | grep -o 'status: [A-Z]*'
$tools dig @1.2.3.4 web 2>/dev/null | tail -n 1; echo "\${PIPESTATUS[0]}"
`)
  assert.equal(
    printed,
    [
      '_http._tcp.web.default.svc.cluster.local. 30 IN SRV 0 100 80 web.default.svc.cluster.local.',
      '0 50 80 POD.peers.default.svc.cluster.local.',
      '0 50 80 POD.peers.default.svc.cluster.local.',
      ';moved.default.svc.cluster.local. IN\tA',
      'moved.default.svc.cluster.local. 30 IN\tCNAME\texample.com.',
      'example.com.\t\t30\tIN\tA\tADDRESS',
      '10.96.7.7',
      'web.default.svc.cluster.local.',
      ';; ->>HEADER<<- opcode: QUERY, status: NOERROR, N',
      ';; flags: qr aa rd; QUERY: 1, ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 1',
      'cluster.local.\t\t30\tIN\tSOA\tns.dns.cluster.local. hostmaster.cluster.local. N 7200 1800 86400 30',
      'status: NXDOMAIN',
      ';; no servers could be reached',
      '9',
      '',
    ].join('\n'),
  )
})

test('host and nslookup know services, their ports and what they stand for', { timeout: 120_000 }, async () => {
  const printed = await play(`
$tools host web; $tools host -t srv _http._tcp.web; $tools host nope; $tools host 10.96.7.7
$tools nslookup -type=srv _http._tcp.web.default.svc.cluster.local | tail -n 2
$tools nslookup moved | sed -n '4,5p'
$tools nslookup nope 2>/dev/null | tail -n 2; echo "\${PIPESTATUS[0]}"
`)
  assert.equal(
    printed,
    [
      'web.default.svc.cluster.local has address 10.96.7.7',
      '_http._tcp.web.default.svc.cluster.local has SRV record 0 100 80 web.default.svc.cluster.local.',
      'Host nope not found: 3(NXDOMAIN)',
      'command terminated with exit code 1',
      '7.7.96.10.in-addr.arpa domain name pointer web.default.svc.cluster.local.',
      '_http._tcp.web.default.svc.cluster.local\tservice = 0 100 80 web.default.svc.cluster.local.',
      '',
      'moved.default.svc.cluster.local\tcanonical name = example.com.',
      'Name:\texample.com',
      "** server can't find nope: NXDOMAIN",
      '',
      '1',
      '',
    ].join('\n'),
  )
})
