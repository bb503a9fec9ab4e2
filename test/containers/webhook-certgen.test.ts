// kube-webhook-certgen as the Jobs of a chart run it: a Secret, and configurations that know its authority.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const job = (name: string, args: readonly string[]): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    backoffLimit: 0,
    template: {
      spec: {
        restartPolicy: 'Never',
        serviceAccountName: 'certgen',
        containers: [{ name, image: 'registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1.6.2@sha256:00', args }],
      },
    },
  },
})

const hook = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'hook' },
  webhooks: [
    {
      name: 'a.example.com',
      clientConfig: { service: { name: 'a', namespace: 'default' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nodes'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      failurePolicy: 'Ignore',
    },
  ],
}
const create = job('create', ['create', '--host=a,a.default.svc', '--namespace=default', '--secret-name=made'])
const patch = job('patch', [
  'patch',
  '--webhook-name=hook',
  '--namespace=default',
  '--patch-mutating=false',
  '--secret-name=made',
  '--patch-failure-policy=Fail',
])
const apply = (object: object): string => `kubectl apply -f - <<'END'\n${JSON.stringify(object)}\nEND`

test('a Job makes the certificate of a webhook and another tells its configuration, if they may', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], {
    stdin: `exec 2>&1
{ kubectl create sa certgen
${apply(hook)}
${apply(create)}
kubectl wait --for=condition=Failed job/create --timeout=60s; } >/dev/null
kubectl logs job/create | tail -n 1 | sed 's/,"time.*//'
{ kubectl delete job create
kubectl create clusterrolebinding certgen --clusterrole=cluster-admin --serviceaccount=default:certgen
${apply(create)}
kubectl wait --for=condition=Complete job/create --timeout=60s
${apply(patch)}
kubectl wait --for=condition=Complete job/patch --timeout=60s; } >/dev/null
kubectl logs job/create | sed 's/^W.*] //; s/,"time.*//'
kubectl logs job/patch | sed 's/^W.*] //; s/,"time.*//'
kubectl get secret made -o jsonpath='{.type} {.data}' | sed 's/":"[^"]*"/"/g'; echo
[ "$(kubectl get secret made -o jsonpath='{.data.ca}')" = "$(kubectl get validatingwebhookconfiguration hook -o jsonpath='{.webhooks[0].clientConfig.caBundle}')" ] && echo same
kubectl get validatingwebhookconfiguration hook -o jsonpath='{.webhooks[0].failurePolicy}'; echo
exit 0
`,
  })
  assert.equal(exit, 0, stderr)
  const alone = 'Neither --kubeconfig nor --master was specified.  Using the inClusterConfig.  This might not work.'
  const forbidden =
    'secrets \\"made\\" is forbidden: User \\"system:serviceaccount:default:certgen\\" cannot get resource \\"secrets\\" in API group \\"\\" in the namespace \\"default\\"'
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    `{"err":"${forbidden}","level":"fatal","msg":"error getting secret","source":"k8s/k8s.go:40"`,
    alone,
    '{"err":"secrets \\"made\\" not found","level":"info","msg":"no secret found","source":"k8s/k8s.go:369"',
    '{"level":"info","msg":"creating new secret","source":"cmd/create.go:28"',
    alone,
    '{"level":"info","msg":"patching webhook configurations \'hook\' mutating=false, validating=true, failurePolicy=Fail","source":"k8s/k8s.go:126"',
    '{"level":"info","msg":"Patched hook(s)","source":"k8s/k8s.go:148"',
    'Opaque {"ca","cert","key"}',
    'same',
    'Fail',
  ])
})
