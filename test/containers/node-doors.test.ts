// What answers at the addresses of nodes: pods on their network, Services that keep traffic there, kube-proxy, the kubelet and the API server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

async function play(script: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const [first, second] = ['172.30.1.2', '172.30.2.2']
const everywhere = { tolerations: [{ operator: 'Exists' }] }

const pod = (name: string, nodeName: string, { spec = {}, args = ['pause'], labels = {} } = {}): string =>
  `kubectl apply -f - <<'END' >/dev/null\n${JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { nodeName, ...everywhere, ...spec, containers: [{ name: 'c', image: 'registry.k8s.io/e2e-test-images/agnhost:2.59', args }] },
  })}\nEND\n`

test('a Service leads to pods on the network of their node', { timeout: 120_000 }, async () => {
  const printed =
    await play(`${pod('web', 'node01', { spec: { hostNetwork: true }, args: ['netexec', '--http-port=8099'], labels: { app: 'web' } })}${pod('box', 'node01')}
kubectl create service clusterip web --tcp=80:8099 >/dev/null
kubectl wait --for=condition=Ready pod/web pod/box --timeout=60s >/dev/null
kubectl exec box -- curl -s web/hostname; echo
kubectl get --raw /api/v1/namespaces/default/services/web/proxy/hostname; echo
kubectl exec web -- curl -s -w ' %{http_code}\n' -o /dev/null http://localhost:10256/healthz
kubectl exec web -- curl -s localhost:10249/proxyMode; echo
kubectl exec web -- curl -s localhost:10248/healthz; echo
kubectl exec box -- curl -s -m 2 localhost:10248/healthz; echo $?
`)
  assert.deepEqual(printed, ['node01', 'node01', ' 200', 'iptables', 'ok', 'command terminated with exit code 7', '7'])
})

test('a Service that keeps traffic where it came in answers there alone, and tells of it', { timeout: 120_000 }, async () => {
  const printed = await play(`${pod('web', 'node01', { args: ['netexec', '--http-port=80'], labels: { app: 'web' } })}${pod('box', 'controlplane')}
${pod('there', 'controlplane', { spec: { hostNetwork: true } })}${pod('here', 'node01', { spec: { hostNetwork: true } })}
kubectl create service loadbalancer web --tcp=80:80 >/dev/null
kubectl patch service web -p '{"spec":{"externalTrafficPolicy":"Local"}}' >/dev/null
kubectl wait --for=condition=Ready pod/web pod/box pod/there pod/here --timeout=60s >/dev/null
port=$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}') health=$(kubectl get service web -o jsonpath='{.spec.healthCheckNodePort}')
for from in box there here; do for to in ${first} ${second}; do
  kubectl exec $from -- curl -s -m 2 http://$to:$port/hostname 2>/dev/null || echo -n $?; echo " $from $to"
done; done
for to in ${first} ${second}; do kubectl exec box -- curl -s -o /dev/null -w '%{http_code}\n' http://$to:$health/; done
kubectl exec box -- curl -s http://${second}:$health | tr -d '\n\t'
`)
  assert.deepEqual(printed, [
    ...['web box 172.30.1.2', 'web box 172.30.2.2', 'web there 172.30.1.2', 'web there 172.30.2.2', '28 here 172.30.1.2', 'web here 172.30.2.2'],
    ...['503', '200', '{"service": {"namespace": "default","name": "web"},"localEndpoints": 1,"serviceProxyHealthy": true}'],
  ])
})

test('a kubelet answers whoever may ask for its node, and the API server answers at its own', { timeout: 120_000 }, async () => {
  const printed = await play(`${pod('box', 'node01')}
kubectl wait --for=condition=Ready pod/box --timeout=60s >/dev/null
ask() { kubectl exec box -- sh -c 'curl -sk -w " %{http_code}\n" -H "Authorization: Bearer $(cat /var/run/secrets/kubernetes.io/serviceaccount/token)" https://${second}:10250/'$1; }
kubectl exec box -- curl -sk -w ' %{http_code}\n' https://${second}:10250/pods
ask pods
kubectl create clusterrole reader --verb=get --resource=nodes/healthz >/dev/null
kubectl create clusterrolebinding reader --clusterrole=reader --serviceaccount=default:default >/dev/null
ask healthz
ask configz
kubectl exec box -- curl -sk https://${first}:6443/healthz
`)
  const who = 'user=system:serviceaccount:default:default, verb=get, resource=nodes'
  assert.deepEqual(printed, [
    'Unauthorized 401',
    `Forbidden (${who}, subresource(s)=[pods proxy]) 403`,
    'ok 200',
    `Forbidden (${who}, subresource(s)=[configz proxy]) 403`,
    'ok',
  ])
})

test('a server of agnhost that is asked to end is no longer ready, and takes a whole question', { timeout: 120_000 }, async () => {
  const printed =
    await play(`${pod('web', 'node01', { spec: { terminationGracePeriodSeconds: 30 }, args: ['netexec', '--http-port=80', '--delay-shutdown=30'] })}${pod('box', 'node01')}
kubectl wait --for=condition=Ready pod/web pod/box --timeout=60s >/dev/null
ip=$(kubectl get pod web -o jsonpath='{.status.podIP}')
kubectl exec box -- curl -s http://$ip/readyz; echo
kubectl exec box -- curl -s "http://$ip/dial?request=echo?msg=hello&protocol=http&host=$ip&port=80"; echo
kubectl delete pod web --wait=false >/dev/null
kubectl exec box -- curl -s -w ' %{http_code}\n' http://$ip/readyz
`)
  assert.deepEqual(printed, ['ok', '{"responses":["hello"]}', 'shutting down 503'])
})

test('a client of a Service is forgotten after the time that the Service says', { timeout: 120_000 }, async () => {
  const served = { args: ['netexec', '--http-port=80'], labels: { app: 'web' } }
  const printed = await play(`${['a', 'b', 'c'].map((name) => pod(name, 'node01', served)).join('')}${pod('box', 'node01')}
kubectl create service clusterip web --tcp=80:80 >/dev/null
kubectl patch service web -p '{"spec":{"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10}}}}' >/dev/null
kubectl wait --for=condition=Ready pod --all --timeout=60s >/dev/null
for turn in 1 2 3 4 5 6; do kubectl exec box -- curl -s web/hostname; echo; done | sort | uniq | wc -l
for turn in 1 2 3 4 5 6 7 8 9 10; do drydock clock advance 11s >/dev/null; kubectl exec box -- curl -s web/hostname; echo; done | sort | uniq | wc -l
`)
  assert.deepEqual(printed.slice(0, 1), ['1'])
  assert.ok(Number(printed[1]) > 1, printed[1])
})

test('a pod may ask a CoreDNS of its own, by address or Service', { timeout: 120_000 }, async () => {
  const corefile = '.:53 {\n    hosts {\n        10.1.2.3 db.corp.test\n    }\n    log\n}\n'
  const volumes = [{ name: 'c', configMap: { name: 'dns' } }]
  const containers = [
    {
      name: 'c',
      image: 'registry.k8s.io/coredns/coredns:v1.12.1',
      args: ['-conf', '/etc/coredns/Corefile'],
      volumeMounts: [{ name: 'c', mountPath: '/etc/coredns' }],
    },
  ]
  const server = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'dns', labels: { app: 'dns' } }, spec: { volumes, containers } }
  const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'dns' }, data: { Corefile: corefile } }
  const asking = (name: string): string => `kubectl apply -f - <<END >/dev/null
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"},"spec":{"dnsPolicy":"None","dnsConfig":{"nameservers":["$ip"],"searches":["corp.test"]},
 "containers":[{"name":"c","image":"registry.k8s.io/e2e-test-images/agnhost:2.59","args":["pause"]}]}}
END
kubectl wait --for=condition=Ready pod/${name} --timeout=60s >/dev/null
kubectl exec ${name} -- dig +short +search db
`
  const printed = await play(`kubectl apply -f - <<'END' >/dev/null
${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [config, server] })}
END
kubectl wait --for=condition=Ready pod/dns --timeout=60s >/dev/null
kubectl expose pod dns --port=53 --protocol=UDP >/dev/null
ip=$(kubectl get pod dns -o jsonpath='{.status.podIP}')
${asking('one')}ip=$(kubectl get service dns -o jsonpath='{.spec.clusterIP}')
${asking('two')}kubectl logs dns | grep -c 'db.corp.test'
`)
  assert.deepEqual(printed, ['10.1.2.3', '10.1.2.3', '2'])
})
