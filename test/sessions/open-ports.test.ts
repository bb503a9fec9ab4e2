// What of a world's clusters a learner's machine reaches by address, in each body of the sandbox.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'
import { lacking } from '#test/support/small-sandbox.ts'

const bodies = ['bubblewrap', 'namespaces'] as const

async function play(words: readonly string[], script: string): Promise<readonly string[]> {
  const { exit, stdout, stderr } = await drydock(['shell', ...words], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  return stdout.trimEnd().split('\n')
}

/** `ask` prints the status of an answer, and how curl ended; `answers` waits for what was made a moment ago. */
const ask = `answers() { until curl -sk -m 3 -o /dev/null "$1" || [ $? != 7 ]; do sleep 0.1; done; }
ask() { printf '%s ' "$1"; curl -sk -m 3 -o /dev/null -w '%{http_code}' "$2"; echo " $?"; }`

for (const body of bodies)
  test(`${body}: node ports, Services and pods answer at the control plane, and nothing else does`, { timeout: 120_000, skip: lacking(body) }, async () => {
    const printed = await play(
      ['--sandbox', body],
      `${ask}
kubectl create deployment web --image=nginx >/dev/null; kubectl rollout status deployment web >/dev/null
kubectl expose deployment web --port=8080 --target-port=80 --type=NodePort >/dev/null
port=$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}'); answers 172.30.2.2:$port
ask 'a node' 172.30.2.2:$port; ask 'its name' node01:$port; ask 'this machine' localhost:$port; ask 'its name' controlplane:$port
ask 'the service' $(kubectl get service web -o jsonpath='{.spec.clusterIP}'):8080
ask 'the pod' $(kubectl get pods -o jsonpath='{.items[0].status.podIP}')
ask 'the API server' https://10.96.0.1/healthz; ask 'by its node' https://172.30.1.2:6443/healthz
ask 'the internet' 8.8.8.8
kubectl logs deployment/web --tail=1 | cut -d' ' -f1
kubectl delete service web >/dev/null
until ! curl -s -m 1 -o /dev/null 172.30.2.2:$port; do sleep 0.1; done
ask 'a node' 172.30.2.2:$port`,
    )
    assert.deepEqual(printed, [
      'a node 200 0',
      'its name 200 0',
      'this machine 200 0',
      'its name 200 0',
      'the service 200 0',
      'the pod 200 0',
      'the API server 200 0',
      'by its node 200 0',
      'the internet 000 7',
      '172.30.1.2',
      'a node 000 7',
    ])
  })

test('a policy lets what is sent go lost, and other protocols than HTTP are spoken', { timeout: 120_000 }, async () => {
  const printed = await play(
    [],
    `${ask}
kubectl run db --image=redis --port=6379 >/dev/null; kubectl run web --image=nginx >/dev/null
kubectl wait --for=condition=Ready pod/db pod/web --timeout=60s >/dev/null; answers $(kubectl get pod web -o jsonpath='{.status.podIP}')
exec 3<>/dev/tcp/$(kubectl get pod db -o jsonpath='{.status.podIP}')/6379; printf 'PING\\r\\n' >&3; timeout 3 head -n 1 <&3 | tr -d '\\r'; exec 3>&-
kubectl create -f - >/dev/null <<END
{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"deny"},"spec":{"podSelector":{},"policyTypes":["Ingress"]}}
END
ask 'denied' $(kubectl get pod web -o jsonpath='{.status.podIP}')`,
  )
  assert.deepEqual(printed, ['+PONG', 'denied 000 28'])
})

test('of clusters in a cloud load balancers answer, and nothing behind them', { timeout: 120_000 }, async () => {
  const printed = await play(
    ['fleet'],
    `${ask}
az aks get-credentials -g $(az aks list --query '[0].resourceGroup' -o tsv) -n $(az aks list --query '[0].name' -o tsv) >/dev/null 2>&1
kubectl create deployment web --image=nginx >/dev/null; kubectl expose deployment web --port=80 --type=LoadBalancer >/dev/null
kubectl rollout status deployment web >/dev/null
kubectl wait --for=jsonpath='{.status.loadBalancer.ingress[0].ip}' service/web --timeout=60s >/dev/null; answers $(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')
ask 'its balancer' $(kubectl get service web -o jsonpath='{.status.loadBalancer.ingress[0].ip}')
ask 'the service' $(kubectl get service web -o jsonpath='{.spec.clusterIP}')`,
  )
  assert.deepEqual(printed, ['its balancer 200 0', 'the service 000 7'])
})

test('at a control plane lie the files of kubeadm, and its authority signs for whom it is asked', { timeout: 120_000 }, async () => {
  const printed = await play(
    [],
    `ls /etc/kubernetes/manifests | xargs
grep -o 'service-cluster-ip-range=.*' /etc/kubernetes/manifests/kube-apiserver.yaml
kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o name | xargs
cd /etc/kubernetes/pki; curl -s --cacert ca.crt https://controlplane:6443/healthz; echo
openssl req -new -newkey rsa:2048 -nodes -keyout ~/jane.key -subj /CN=jane/O=dev -out ~/jane.csr 2>/dev/null
openssl x509 -req -in ~/jane.csr -CA ca.crt -CAkey ca.key -set_serial 7 -out ~/jane.crt -days 30 2>/dev/null
kubectl --client-certificate ~/jane.crt --client-key ~/jane.key auth whoami -o jsonpath='{.status.userInfo.username} {.status.userInfo.groups}{"\\n"}'`,
  )
  assert.deepEqual(printed, [
    'etcd.yaml kube-apiserver.yaml kube-controller-manager.yaml kube-scheduler.yaml',
    'service-cluster-ip-range=10.96.0.0/12',
    'node/controlplane node/node01',
    'ok',
    'jane ["dev","system:authenticated"]',
  ])
})
