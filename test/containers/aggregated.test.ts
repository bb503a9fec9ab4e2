// An API server behind an APIService: found by discovery, asked through the aggregator, and missed when it is gone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const script = `
kubectl create namespace wardle >/dev/null
kubectl create deployment -n wardle sample --image=registry.k8s.io/e2e-test-images/sample-apiserver:1.29.2 >/dev/null
kubectl expose deployment -n wardle sample --port=443 --name=sample-api >/dev/null
kubectl rollout status -n wardle deploy/sample --timeout=60s >/dev/null
kubectl apply -f - >/dev/null <<END
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1alpha1.wardle.example.com}
spec:
  {group: wardle.example.com, version: v1alpha1, insecureSkipTLSVerify: true, groupPriorityMinimum: 2000, versionPriority: 200, service: {name: sample-api, namespace: wardle}}
END
kubectl wait --for=condition=Available apiservice/v1alpha1.wardle.example.com --timeout=60s >/dev/null
kubectl api-resources --api-group=wardle.example.com -o name
kubectl apply -f - <<END
{apiVersion: wardle.example.com/v1alpha1, kind: Flunder, metadata: {name: one}, spec: {reference: x}}
END
kubectl patch flunder one --type=merge -p '{"spec":{"reference":"y"}}'
kubectl get flunders -o custom-columns=:metadata.name,:.spec.reference --no-headers
kubectl get --raw /apis | grep -c wardle.example.com
kubectl get --raw /openapi/v3 | jq -c '.paths | [has("apis/wardle.example.com/v1alpha1"), has("apis/apps/v1")]'
kubectl explain flunder | sed -n '1,3p'
kubectl delete flunders --all
kubectl delete deployment -n wardle sample >/dev/null
kubectl wait --for=condition=Available=false apiservice/v1alpha1.wardle.example.com --timeout=60s >/dev/null
kubectl get --raw /apis/wardle.example.com/v1alpha1/namespaces/default/flunders
`

test('the sample API server serves its kinds through the aggregator', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: `exec 2>&1\n${script}\nexit 0\n` })
  assert.equal(exit, 0, stderr)
  assert.equal(
    stdout,
    [
      'fischers.wardle.example.com',
      'flunders.wardle.example.com',
      'flunder.wardle.example.com/one created',
      'flunder.wardle.example.com/one patched',
      'one   y',
      '1',
      '[true,true]',
      'GROUP:      wardle.example.com',
      'KIND:       Flunder',
      'VERSION:    v1alpha1',
      'flunder.wardle.example.com "one" deleted from default namespace',
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
      '',
    ].join('\n'),
  )
})
