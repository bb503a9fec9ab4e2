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
