import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '#runner/az/az.ts'
import { memoryAz, withTokens } from '../support/az-memory.ts'

const groups = {
  value: [
    { id: '/subscriptions/3/resourceGroups/b', name: 'b', location: 'eastus', properties: { provisioningState: 'Succeeded' } },
    { id: '/subscriptions/3/resourceGroups/a', name: 'a', location: 'westus', properties: { provisioningState: 'Succeeded' } },
  ],
}

test('a first read gets its token silently and a second one has it', async () => {
  const az = memoryAz(withTokens(() => groups))
  assert.equal(await run(['group', 'list', '-o', 'tsv', '--query', '[].name'], az.context), 0)
  assert.equal(await run(['group', 'list', '-o', 'tsv', '--query', '[].name'], az.context), 0)
  assert.deepEqual(
    az.requests.map((request) => request.method),
    ['POST', 'GET', 'GET'],
  )
  assert.equal(az.output.stdout, 'b\na\nb\na\n')
  assert.equal(az.requests[2]?.headers.get('authorization'), 'Bearer access-1')
})

test('a table has the columns of the command', async () => {
  const az = memoryAz(withTokens(() => groups))
  await run(['group', 'list', '-o', 'table'], az.context)
  assert.equal(az.output.stdout, 'Name    Location    Status\n------  ----------  ---------\nb       eastus      Succeeded\na       westus      Succeeded\n')
})

test('a misspelt command is answered with the nearest one', async () => {
  const az = memoryAz()
  assert.equal(await run(['group', 'lst'], az.context), 2)
  assert.match(az.output.stderr, /^ERROR: 'lst' is misspelled or not recognized by the system\.\nDid you mean 'list' \?\n/)
})

test('a command that only the real az has says that it is not simulated', async () => {
  const az = memoryAz()
  assert.equal(await run(['aks', 'snapshot', 'list'], az.context), 1)
  assert.match(az.output.stderr, /ERROR: 'az aks snapshot list' is not simulated here\.\n$/)
})

test('a missing required argument is named', async () => {
  const az = memoryAz()
  assert.equal(await run(['aks', 'show', '-n', 'hub'], az.context), 2)
  assert.match(az.output.stderr, /^ERROR: the following arguments are required: --resource-group\/-g\n/)
  assert.deepEqual(az.requests, [])
})

test('a deletion without a terminal asks for --yes', async () => {
  const az = memoryAz(withTokens())
  assert.equal(await run(['group', 'delete', '-n', 'lab'], az.context), 1)
  assert.match(az.output.stderr, /no tty available\. Use --yes/i)
  assert.deepEqual(az.requests, [])
})

test('an error of the service is printed with its code', async () => {
  const body = { error: { code: 'ResourceGroupNotFound', message: "Resource group 'lab' could not be found." } }
  const az = memoryAz(withTokens(() => Response.json(body, { status: 404 })))
  assert.equal(await run(['group', 'show', '-n', 'lab'], az.context), 3)
  assert.match(az.output.stderr, /^ERROR: \(ResourceGroupNotFound\) Resource group 'lab' could not be found\.\nCode: ResourceGroupNotFound\n/)
})

test('a cluster that is being made is waited for', async () => {
  const states = ['Creating', 'Creating', 'Succeeded']
  const az = memoryAz(
    withTokens((request) => {
      const id = '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/lab/providers/Microsoft.ContainerService/fleets/hub'
      const fleet = { id, name: 'hub', location: 'eastus', properties: { provisioningState: states[0] } }
      if (request.url.includes('/operations/')) return { status: states.shift() ?? 'Succeeded' }
      if (request.method !== 'PUT') return { ...fleet, properties: { provisioningState: 'Succeeded' } }
      const headers = { 'azure-asyncoperation': 'https://management.azure.com/operations/1?api-version=2025-03-01', 'retry-after': '1' }
      return Response.json(fleet, { status: 201, headers })
    }),
  )
  assert.equal(await run(['fleet', 'create', '-g', 'lab', '-n', 'hub', '-l', 'eastus', '--query', 'provisioningState', '-o', 'tsv'], az.context), 0)
  assert.equal(az.output.stdout, 'Succeeded\n')
  assert.equal(az.requests.filter((request) => request.url.includes('/operations/')).length, 3)
})

const kubeconfig = (server: string): string => `apiVersion: v1
clusters:
- cluster:
    server: ${server}
  name: hub
contexts:
- context:
    cluster: hub
    user: clusterUser_lab_hub
  name: hub
current-context: hub
kind: Config
preferences: {}
users:
- name: clusterUser_lab_hub
  user:
    token: t
`

test('credentials are merged into the kubeconfig, which only its owner reads', async () => {
  let server = 'https://one'
  const az = memoryAz(withTokens(() => ({ kubeconfigs: [{ name: 'clusterUser', value: btoa(kubeconfig(server)) }] })))
  const credentials = ['aks', 'get-credentials', '-g', 'lab', '-n', 'hub']
  assert.equal(await run(credentials, az.context), 0)
  assert.match(az.output.stderr, /Merged "hub" as current context in \/home\/learner\/\.kube\/config/)
  assert.equal(az.files.get('/home/learner/.kube/config')?.mode, 0o600)
  server = 'https://two'
  assert.equal(await run(credentials, az.context), 1)
  assert.match(az.output.stderr, /A different object named hub already exists in clusters in your kubeconfig file\./)
  assert.match(az.files.get('/home/learner/.kube/config')?.text ?? '', /https:\/\/one/)
  assert.equal(await run([...credentials, '--overwrite-existing'], az.context), 0)
  assert.match(az.files.get('/home/learner/.kube/config')?.text ?? '', /https:\/\/two/)
})
