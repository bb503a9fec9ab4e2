// Bytes through a forwarded port to a program that speaks when it likes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const variables = { BIND_PORT: '80', EXPECTED_CLIENT_DATA: 'abc', CHUNKS: '10', CHUNK_SIZE: '10', CHUNK_INTERVAL: '20' }

function pod(name: string): string {
  const env = Object.entries(variables).map(([key, value]) => ({ name: key, value }))
  const container = { name: 'tester', image: 'registry.k8s.io/e2e-test-images/agnhost:2.57', args: ['port-forward-tester'], env }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { restartPolicy: 'Never', containers: [container] } })
}

function through(name: string, port: number, talk: string): string {
  return `
kubectl create -f - >/dev/null <<END
${pod(name)}
END
kubectl wait --for=condition=Ready pod/${name} --timeout=60s >/dev/null
kubectl port-forward pod/${name} ${port}:80 >/tmp/${name} 2>/dev/null & forward=$!
until grep -q Forwarding /tmp/${name}; do sleep 0.1; done
exec 3<>/dev/tcp/127.0.0.1/${port}; ${talk}; exec 3<&- 3>&-
kubectl wait --for=jsonpath='{.status.phase}'=$1 pod/${name} --timeout=60s >/dev/null
kill $forward
kubectl logs ${name}
kubectl get pod ${name} -o jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}{"\\n"}'
`
}

test('a connection is spoken on from both sides, and its end is told', { timeout: 120_000 }, async () => {
  const whole = through('whole', 7981, 'printf abc >&3; cat <&3 | wc -c').replace('$1', 'Succeeded')
  const nothing = through('nothing', 7982, 'true').replace('$1', 'Failed')
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `${whole}${nothing}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  assert.equal(
    stdout,
    [
      '100',
      'Accepted client connection',
      'Received expected client data',
      'Shutting down connection',
      'Done',
      '0',
      'Accepted client connection',
      'Expected to read 3 bytes from client, but got 0 instead. err=EOF',
      '2',
      '',
    ].join('\n'),
  )
})

test('a pod that goes takes its connections with it, and kubectl says so', { timeout: 120_000 }, async () => {
  const script = `
kubectl run web --image=registry.k8s.io/e2e-test-images/agnhost:2.57 -- netexec --http-port=80 >/dev/null
kubectl wait --for=condition=Ready pod/web --timeout=60s >/dev/null
kubectl port-forward pod/web 7983:80 >/tmp/web 2>&1 & forward=$!
until grep -q Forwarding /tmp/web; do sleep 0.1; done
exec 3<>/dev/tcp/127.0.0.1/7983; printf 'GET /hostname HTTP/1.1\\r\\n\\r\\n' >&3; grep -m 1 -o '200 OK' <&3
kubectl delete pod web >/dev/null
cat <&3 | wc -c
curl -s http://127.0.0.1:7983/; wait $forward; echo "exit $?"
grep -o 'uid : failed to find sandbox' /tmp/web; tail -n 1 /tmp/web
`
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  assert.equal(stdout, ['200 OK', '0', 'exit 1', 'uid : failed to find sandbox', 'error: lost connection to pod', ''].join('\n'))
})
