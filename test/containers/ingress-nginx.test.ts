// ingress-nginx as its users meet it: what it answers, what its webhook refuses, the addresses that it publishes, its log.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const controller = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ingress}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: default, namespace: default}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: classes, labels: {rbac.authorization.k8s.io/aggregate-to-view: "true"}}
rules: [{apiGroups: [networking.k8s.io], resources: [ingressclasses], verbs: [list]}, {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, labels: {app: ingress}}
spec:
  selector: {matchLabels: {app: ingress}}
  template:
    metadata: {labels: {app: ingress}}
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.13.2@sha256:00
          args: [/nginx-ingress-controller, --publish-service=$(NS)/ingress, "--validating-webhook=:8443"]
          env: [{name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}]
          readinessProbe: {httpGet: {path: /healthz, port: 10254}}
---
apiVersion: v1
kind: Service
metadata: {name: ingress}
spec: {clusterIP: 10.96.0.50, selector: {app: ingress}, ports: [{name: http, port: 80}, {name: https, port: 443}, {name: webhook, port: 8443}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: nginx}
spec: {controller: k8s.io/ingress-nginx}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ingress}
webhooks:
  - name: validate.nginx.ingress.kubernetes.io
    clientConfig: {caBundle: Zm9v, service: {name: ingress, namespace: default, path: /networking/v1/ingresses, port: 8443}}
    rules: [{apiGroups: [networking.k8s.io], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [ingresses]}]
    sideEffects: None
    admissionReviewVersions: [v1]
`

const script = `exec 2>&1
{ kubectl apply -f - <<'END'
${controller}
END
kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80
kubectl run box --image=curlimages/curl --command -- sleep 3600
kubectl wait --for=condition=Available deployment/web deployment/ingress --timeout=60s; kubectl wait --for=condition=Ready pod/box --timeout=60s; } >/dev/null
kubectl create ingress web --class=nginx --rule='shop.example.com/*=web:80'
kubectl create ingress again --class=nginx --rule='shop.example.com/*=web:80'
kubectl create ingress pattern --class=nginx --rule='a.example.com/x(/|$)*=web:80'
kubectl create ingress lost --class=nginx --rule='lost.example.com/*=gone:80'
kubectl create ingress tls --class=nginx --rule='tls.example.com/*=web:80,tls=cert'
kubectl create ingress other --class=other --rule='other.example.com/*=web:80'
ask() { kubectl exec box -- curl -s -o /dev/null -w '%{http_code} %{redirect_url}\\n' "$@"; }
for host in shop lost tls other; do ask -H "Host: $host.example.com" http://ingress/; done
ask -k -H 'Host: tls.example.com' https://ingress/
kubectl get ingress --no-headers | awk '{print $1, $4}'
kubectl get events --field-selector reason=Sync -o jsonpath='{range .items[*]}{.involvedObject.name} {.message} {.source.component}{"\\n"}{end}' | sort | head -n 1
kubectl logs deploy/ingress | grep GET | sed -E 's/\\[[0-9].*\\] "/"/; s/[0-9]+ 0.001 \\[/[/; s/10\\.[0-9.]+/IP/g; s/"curl.*" //; s/ [0-9a-f]{32}$//'
kubectl exec deploy/ingress -- /nginx-ingress-controller --version | grep Release
exit 0
`

test('ingress-nginx answers, refuses, publishes and tells', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], { stdin: script })
  assert.equal(exit, 0, stderr)
  const denied = 'error: failed to create ingress: admission webhook "validate.nginx.ingress.kubernetes.io" denied the request:'
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'ingress.networking.k8s.io/web created',
    `${denied} host "shop.example.com" and path "/" is already defined in ingress default/web`,
    `${denied} ingress contains invalid paths: path /x(/|$) cannot be used with pathType Prefix`,
    'ingress.networking.k8s.io/lost created',
    'ingress.networking.k8s.io/tls created',
    'ingress.networking.k8s.io/other created',
    '200 ',
    '503 ',
    '308 https://tls.example.com/',
    '404 ',
    '200 ',
    'lost 10.96.0.50',
    'other 80',
    'tls 10.96.0.50',
    'web 10.96.0.50',
    'lost Scheduled for sync nginx-ingress-controller',
    'IP - - "GET / HTTP/1.1" 200 615 "-" [default-web-80] [] IP:80 615 0.001 200',
    'IP - - "GET / HTTP/1.1" 503 190 "-" [default-gone-80] [] - - - -',
    'IP - - "GET / HTTP/1.1" 308 164 "-" [default-web-80] [] - - - -',
    'IP - - "GET / HTTP/1.1" 404 146 "-" [upstream-default-backend] [] - - - -',
    'IP - - "GET / HTTP/1.1" 200 615 "-" [default-web-80] [] IP:80 615 0.001 200',
    '  Release:       v1.13.2',
  ])
})
