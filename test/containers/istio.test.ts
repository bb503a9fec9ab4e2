// istiod as its users meet it: a proxy beside the containers of a namespace that asks for it, gateways filled in, a root certificate everywhere.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const hook = (name: string, selector: string): string => `
  - name: ${name}
    clientConfig: {service: {name: istiod, namespace: istio-system, path: /inject, port: 443}}
    rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
    ${selector}
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]`

const mesh = `
apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: istiod, namespace: istio-system}
spec:
  selector: {matchLabels: {app: istiod}}
  template:
    metadata: {labels: {app: istiod}}
    spec:
      containers:
        - {name: discovery, image: docker.io/istio/pilot:1.27.0, args: [discovery], readinessProbe: {httpGet: {path: /ready, port: 8080}}}
---
apiVersion: v1
kind: Service
metadata: {name: istiod, namespace: istio-system}
spec: {selector: {app: istiod}, ports: [{port: 443, targetPort: 15017}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata: {name: istio-sidecar-injector}
webhooks:${hook('namespace.example.com', 'namespaceSelector: {matchLabels: {istio-injection: enabled}}')}${hook('object.example.com', 'objectSelector: {matchLabels: {sidecar.istio.io/inject: "true"}}')}
`

const gateway = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'gateway', labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'inject.istio.io/templates': 'gateway' } },
  spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
}

test('istiod injects where it is asked to, and publishes its root', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], {
    stdin: `exec 2>&1
{ kubectl apply -f - <<'END'
${mesh}
END
kubectl -n istio-system wait --for=condition=Available deployment/istiod --timeout=60s
kubectl create namespace shop; kubectl label namespace shop istio-injection=enabled
kubectl -n shop create deployment web --image=nginx; kubectl create deployment plain --image=nginx
kubectl apply -f - <<'END'
${JSON.stringify(gateway)}
END
kubectl -n shop wait --for=condition=Available deployment/web --timeout=60s
kubectl wait --for=condition=Available deployment/plain --timeout=60s; kubectl wait --for=condition=Ready pod/gateway --timeout=60s; } >/dev/null
kubectl -n shop get pods --no-headers | awk '{print $2, $3}'
kubectl -n shop get pods -o jsonpath='{.items[0].spec.initContainers[*].name} {.items[0].spec.initContainers[1].image}'; echo
kubectl get pods --no-headers | awk '{print $2, $3}'
kubectl get pod gateway -o jsonpath='{.spec.containers[*].image} {.spec.containers[0].args[1]}'; echo
kubectl get configmap -A --field-selector metadata.name=istio-ca-root-cert --no-headers | awk '{print $1}'
exit 0
`,
  })
  assert.equal(exit, 0, stderr)
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    '2/2 Running',
    'istio-init istio-proxy docker.io/istio/proxyv2:1.27.0',
    '1/1 Running',
    '1/1 Running',
    'docker.io/istio/proxyv2:1.27.0 router',
    'default',
    'istio-system',
    'local-path-storage',
    'shop',
  ])
})
