// Programs that nobody wrote down, and databases without a volume: they run, and their probes are believed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drydock } from '#test/support/drydock.ts'

const probed = (name: string, image: string, script: string): object => ({
  name,
  image,
  env: [{ name: 'MYSQL_ROOT_PASSWORD', value: 'secret' }],
  readinessProbe: { periodSeconds: 1, exec: { command: ['bash', '-ec', script] } },
})

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'many' },
  spec: {
    containers: [
      probed('piped', 'ghcr.io/some/database:1', 'databasectl ping | grep alive'),
      probed(
        'asked',
        'docker.io/bitnami/mongodb:8',
        'TLS=""; [[ $(mongosh $TLS --eval "db.hello().isWritablePrimary || db.hello().secondary" | tail -n 1) == true ]]',
      ),
      probed('served', 'docker.io/bitnami/mysql:8.4', 'mysqladmin ping -uroot -p"$MYSQL_ROOT_PASSWORD" | grep "mysqld is alive"'),
      probed('plain', 'mysql:8', 'mysql -uroot -psecret -e "show databases" | grep -q information_schema'),
      probed('refusing', 'ghcr.io/some/other:1', 'test -f /ready'),
    ],
  },
}

test('what only an unknown image would have is believed by a probe, and nothing else is', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], {
    stdin: `exec 2>&1
kubectl apply -f - >/dev/null <<'END'
${JSON.stringify(pod)}
END
kubectl wait --for=jsonpath='{.status.containerStatuses[3].ready}'=true pod/many --timeout=60s >/dev/null
sleep 3
kubectl get pod many -o jsonpath='{range .status.containerStatuses[*]}{.name} {.ready}{"\\n"}{end}' | sort
exit 0
`,
  })
  assert.equal(exit, 0, stderr)
  assert.deepEqual(stdout.trimEnd().split('\n'), ['asked true', 'piped true', 'plain true', 'refusing false', 'served true'])
})

const script = (image: string, text: string): object => ({ name: 'c', image, command: ['sh', '-c', text] })
const jobOf = (name: string, container: object): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
})
const podOf = (name: string, container: object, more: object = {}, annotations: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, annotations },
  spec: { ...more, containers: [container] },
})

const made = [
  jobOf('migrate', script('ghcr.io/acme/app:1', 'echo before; ./manage migrate && echo after')),
  jobOf('python', script('python:3.13', 'pip install x; python manage.py migrate')),
  jobOf('missing', script('alpine:3', 'nosuch && echo never')),
  jobOf('label', { name: 'c', image: 'bitnami/kubectl:1.31', args: ['label', 'node', '--all', 'a=b'] }),
  podOf('hook', { name: 'c', image: 'ghcr.io/acme/check:1' }, { restartPolicy: 'Never' }, { 'helm.sh/hook': 'test' }),
  podOf('app', script('ghcr.io/acme/app:1', './manage migrate && gunicorn app'), {
    initContainers: [{ ...script('ghcr.io/acme/app:1', 'until dbcheck; do sleep 1; done'), name: 'wait' }],
  }),
]

test('a script goes on after what nobody wrote down, ends where its work ends, and stays where it serves', { timeout: 120_000 }, async () => {
  const { exit, stdout, stderr } = await drydock(['shell'], {
    stdin: `exec 2>&1
kubectl apply -f - >/dev/null <<'END'
${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: made })}
END
kubectl wait --for=condition=Complete job/migrate job/python job/label --timeout=60s >/dev/null
kubectl wait --for=condition=Failed job/missing --timeout=60s >/dev/null
kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/hook --timeout=60s >/dev/null
kubectl wait --for=condition=Ready pod/app --timeout=60s >/dev/null
kubectl get jobs -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[-1].type}{"\\n"}{end}'
kubectl get pods hook app -o jsonpath='{range .items[*]}{.metadata.name} {.status.phase}{"\\n"}{end}'
kubectl logs job/migrate
kubectl logs app -c c | sed 's/.*program //; s/ of .*simulated://'
exit 0
`,
  })
  assert.equal(exit, 0, stderr)
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'label Complete',
    'migrate Complete',
    'missing Failed',
    'python Complete',
    'hook Succeeded',
    'app Running',
    'before',
    'drydock: the program manage of the image ghcr.io/acme/app:1 is not simulated: it is taken to have done its work',
    'after',
    'manage it is taken to have done its work',
    'gunicorn it runs, listens on the ports that the container declares, and does nothing else',
  ])
})
