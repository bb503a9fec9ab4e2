// Clients of databases that answer nobody: they are there, and say so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf, run } from '#test/support/container-shell.ts'
import { startCluster } from '#test/support/start-cluster.ts'

test('what they are given to say is taken as said, so that probes and scripts come to their end', async () => {
  const told = 'is not simulated: what it was told is taken as done\n'
  const alone = 'is not simulated: the database answers nobody\n'
  const postgres = await startCluster()
  const pod = await podOf(postgres, 'postgres:18')
  assert.deepEqual(await run(postgres, pod, ['psql', '-U', 'postgres', '-c', 'SELECT 1']), [0, `drydock: the program psql ${told}`])
  assert.deepEqual(await run(postgres, pod, ['psql', '-U', 'postgres']), [1, `drydock: the program psql ${alone}`])
  assert.deepEqual(await run(postgres, pod, ['pg_dump', 'shop']), [1, `drydock: the program pg_dump ${alone}`])
  const mongo = await startCluster()
  const ping = ['mongosh', '--eval', "db.adminCommand('ping')"]
  assert.deepEqual(await run(mongo, await podOf(mongo, 'mongo:8'), ping), [0, `drydock: the program mongosh ${told}`])
})
