import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'
import type { Outcome } from '#test/support/drydock.ts'
import { type OutsideWorld, startOutsideWorld } from '#test/support/outside-world.ts'

const lister = fileURLToPath(new URL('../support/list-fleets.ts', import.meta.url))
const cliClient = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
let up: OutsideWorld

before(async () => {
  up = await startOutsideWorld('fleet')
})

after(async () => {
  const { kubeconfig } = up
  assert.equal((await up.close()).exit, 0)
  assert.equal(existsSync(kubeconfig), false)
})

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: 'nginx:1.29' }] }
`

const settings = (colour: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: default }
data: { colour: ${colour} }
`

const conflict = `error: Apply failed with 1 conflict: conflict with "one": .data.colour
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
`

const described = `Name:                   web
Namespace:              shop
CreationTimestamp:      TIME
Labels:                 <none>
Annotations:            deployment.kubernetes.io/revision: 1
Selector:               app=web
Replicas:               2 desired | 2 updated | 2 total | 2 available | 0 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 25% max surge
Pod Template:
  Labels:  app=web
  Containers:
   web:
    Image:         nginx:1.29
    Port:          <none>
    Host Port:     <none>
    Environment:   <none>
    Mounts:        <none>
  Volumes:         <none>
  Node-Selectors:  <none>
  Tolerations:     <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      True    MinimumReplicasAvailable
  Progressing    True    NewReplicaSetAvailable
OldReplicaSets:  <none>
NewReplicaSet:   web-HASH (2/2 replicas created)
Events:
  Type    Reason             Age  From                   Message
  ----    ------             ---  ----                   -------
  Normal  ScalingReplicaSet  AGE  deployment-controller  Scaled up replica set web-HASH from 0 to 2
`

test('kubectl applies, waits for, shows and deletes a Deployment', async () => {
  const manifest = file('web.yaml', web)
  const kubectl = (...words: string[]): Promise<Outcome> => up.kubectl('member-east', ...words)
  said(await kubectl('create', 'namespace', 'shop'), 'namespace/shop created\n')
  said(await kubectl('apply', '-f', manifest), 'deployment.apps/web created\n')
  const { exit, stdout } = await kubectl('rollout', 'status', 'deployment/web', '-n', 'shop')
  assert.equal(exit, 0)
  assert.match(stdout, /^(Waiting for deployment .+\n)*deployment "web" successfully rolled out\n$/)
  said(await kubectl('wait', '-n', 'shop', '--for=condition=Available', 'deployment/web'), 'deployment.apps/web condition met\n')
  said(await kubectl('apply', '-f', manifest), 'deployment.apps/web unchanged\n')
  const got = await kubectl('get', 'deployment,pods', '-n', 'shop', '-o', 'wide')
  assert.match(
    got.stdout,
    /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE +CONTAINERS +IMAGES +SELECTOR\ndeployment\.apps\/web +2\/2 +2 +2 +\d+s +web +nginx:1\.29 +app=web\n/,
  )
  assert.equal(
    got.stdout.match(/^pod\/web-[a-z0-9]{8,10}-[a-z0-9]{5} +1\/1 +Running +0 +\d+s +10\.[\d.]+ +aks-nodepool1-\d{8}-vmss000000 +<none> +<none>$/gm)?.length,
    2,
  )
  assert.equal(steady((await kubectl('describe', 'deployment', 'web', '-n', 'shop')).stdout), described)
  said(await kubectl('delete', 'namespace', 'shop', '--wait'), 'namespace "shop" deleted\n')
  const gone = await kubectl('get', 'namespace', 'shop')
  assert.deepEqual(gone, { exit: 1, stdout: '', stderr: 'Error from server (NotFound): namespaces "shop" not found\n' })
})

test('kubectl is told of the other manager when a server-side apply takes its field', async () => {
  const apply = (colour: string, manager: string, ...words: string[]): Promise<Outcome> =>
    up.kubectl('member-east', 'apply', '--server-side', '-f', file(`${colour}.yaml`, settings(colour)), '--field-manager', manager, ...words)
  said(await apply('blue', 'one'), 'configmap/settings serverside-applied\n')
  assert.deepEqual(await apply('red', 'two'), { exit: 1, stdout: '', stderr: conflict })
  said(await apply('red', 'two', '--force-conflicts'), 'configmap/settings serverside-applied\n')
  said(await up.kubectl('member-east', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}'), 'red')
  said(await up.kubectl('member-east', 'delete', 'configmap', 'settings', '--wait'), 'configmap "settings" deleted from default namespace\n')
})

test('kubectl explains a field and says who may do what', async () => {
  const { stdout } = await up.kubectl('member-east', 'explain', 'deployment.spec.strategy.rollingUpdate.maxSurge')
  assert.match(stdout, /^GROUP: {6}apps\nKIND: {7}Deployment\nVERSION: {4}v1\n\nFIELD: maxSurge <IntOrString>\n/)
  assert.match(stdout, /DESCRIPTION:\n {4}The maximum number of pods that can be scheduled above the desired number of\n {4}pods\./)
  const can = (...words: string[]): Promise<Outcome> => up.kubectl('member-east', 'auth', 'can-i', ...words)
  said(await can('delete', 'deployments', '-A'), 'yes\n')
  assert.deepEqual(await can('create', 'configmaps', '--as', 'system:serviceaccount:default:default'), { exit: 1, stdout: 'no\n', stderr: '' })
})

test("kubectl lists the fleet's members on the hub", async () => {
  const { exit, stdout } = await up.kubectl('hub', 'get', 'memberclusters')
  const [head, ...rows] = stdout.trimEnd().split('\n')
  assert.equal(exit, 0)
  assert.match(head ?? '', /^NAME +JOINED +AGE +MEMBER-AGENT-LAST-SEEN +NODE-COUNT +AVAILABLE-CPU +AVAILABLE-MEMORY$/)
  const cells = rows.map((row) => row.split(/ +/))
  assert.deepEqual(
    cells.map(([name, joined, , , nodes]) => [name, joined, nodes]),
    [
      ['member-east', 'True', '1'],
      ['member-west', 'True', '1'],
    ],
  )
})

test('helm installs, upgrades and uninstalls a chart', async () => {
  const chart = writeChart()
  const helm = (...words: string[]): Promise<Outcome> => up.helm('member-east', ...words)
  const installed = await helm('install', 'site', chart, '--wait', '--timeout', '20s')
  assert.equal(installed.exit, 0, installed.stderr)
  assert.match(installed.stdout, /^NAME: site\nLAST DEPLOYED: .+\nNAMESPACE: default\nSTATUS: deployed\nREVISION: 1\n/)
  said(await up.kubectl('member-east', 'get', 'deployment', 'site', '-o', 'jsonpath={.status.availableReplicas}'), '1')
  const upgraded = await helm('upgrade', 'site', chart, '--set', 'replicas=2,colour=red', '--wait', '--timeout', '20s')
  assert.equal(upgraded.exit, 0, upgraded.stderr)
  const [release] = JSON.parse((await helm('list', '-o', 'json')).stdout)
  const { name, namespace, revision, status, chart: from, app_version } = release
  assert.deepEqual(
    { name, namespace, revision, status, from, app_version },
    { name: 'site', namespace: 'default', revision: '2', status: 'deployed', from: 'site-0.1.0', app_version: '1.0' },
  )
  said(
    await up.kubectl('member-east', 'get', 'configmap,deployment', '-l', 'app=site', '-o', 'jsonpath={.items[*].data.colour} {.items[*].spec.replicas}'),
    'red 2',
  )
  said(await helm('uninstall', 'site', '--wait', '--timeout', '20s'), 'release "site" uninstalled\n')
  said(await helm('list', '-o', 'json'), '[]\n')
})

test("an informer of Kubernetes' own library hears of a ConfigMap's life", async () => {
  const config = new KubeConfig()
  config.loadFromFile(up.kubeconfig)
  config.setCurrentContext('member-west')
  const api = config.makeApiClient(CoreV1Api)
  const only = { namespace: 'default', labelSelector: 'heard=yes' }
  const informer = makeInformer(config, '/api/v1/namespaces/default/configmaps', () => api.listNamespacedConfigMap(only), only.labelSelector)
  const heard: unknown[] = []
  const gone = new Promise<void>((resolve, reject) => {
    informer.on('add', ({ data }) => heard.push(['ADDED', data]))
    informer.on('update', ({ data }) => heard.push(['MODIFIED', data]))
    informer.on('delete', ({ data }) => resolve(void heard.push(['DELETED', data])))
    informer.on('error', reject)
  })
  await informer.start()
  const named = { name: 'heard', namespace: 'default' }
  const body = { metadata: { name: 'heard', labels: { heard: 'yes' } }, data: { count: '1' } }
  await api.createNamespacedConfigMap({ namespace: 'default', body })
  await api.replaceNamespacedConfigMap({ ...named, body: { ...body, data: { count: '2' } } })
  await api.deleteNamespacedConfigMap(named)
  await gone
  await informer.stop()
  assert.deepEqual(heard, [
    ['ADDED', { count: '1' }],
    ['MODIFIED', { count: '2' }],
    ['DELETED', { count: '2' }],
  ])
})

test("the vendor's libraries list the fleet by secret and by password, with the vendor's host names", async () => {
  const { azure } = up
  const whom = { tenant: azure?.tenantId, subscription: azure?.subscriptionId }
  const signIns = [
    { ...whom, client: azure?.clientId, secret: azure?.clientSecret },
    { ...whom, client: cliClient, user: azure?.userName, password: azure?.password },
  ]
  const group = `/subscriptions/${azure?.subscriptionId}/resourceGroups/rg-aks-fleet-lab/providers/Microsoft.ContainerService`
  const members = ['east', 'west'].map((name) => ({ name: `member-${name}`, cluster: `${group}/managedClusters/aks-fleet-${name}`, state: 'Succeeded' }))
  for (const signIn of signIns) {
    const { exit, stdout, stderr } = await up.node(lister, { SIGN_IN: JSON.stringify(signIn) })
    assert.equal(exit, 0, stderr)
    assert.deepEqual(JSON.parse(stdout), [{ id: `${group}/fleets/aks-fleet-lab`, location: 'eastus', state: 'Succeeded', members }])
  }
})

test('curl finds ARM, Entra and Graph through the proxy, and no other host', async () => {
  const { azure } = up
  const json = async (...words: string[]): Promise<Record<string, unknown>> => JSON.parse((await up.curl(...words)).stdout)
  const entra = `${azure?.entra}/${azure?.tenantId}`
  const subscription = `${azure?.arm}/subscriptions/${azure?.subscriptionId}?api-version=2022-12-01`
  assert.deepEqual(await json(subscription), {
    error: { code: 'AuthenticationFailed', message: "Authentication failed. The 'Authorization' header is missing." },
  })
  const { issuer, token_endpoint } = await json(`${entra}/v2.0/.well-known/openid-configuration`)
  assert.deepEqual([issuer, token_endpoint], [`${entra}/v2.0`, `${entra}/oauth2/v2.0/token`])
  const bearer = async (host: string): Promise<string> => {
    const form = { grant_type: 'password', client_id: cliClient, username: azure?.userName, password: azure?.password, scope: `${host}/.default` }
    const fields = Object.entries(form).flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`])
    return `Authorization: Bearer ${(await json(...fields, String(token_endpoint))).access_token}`
  }
  const shown = await json('-H', await bearer('https://management.azure.com'), subscription)
  assert.deepEqual([shown.subscriptionId, shown.state], [azure?.subscriptionId, 'Enabled'])
  const me = await json('-H', await bearer('https://graph.microsoft.com'), `${azure?.graph}/v1.0/me`)
  assert.equal(me.userPrincipalName, azure?.userName)
  assert.deepEqual(await up.curl('https://example.com'), { exit: 56, stdout: '', stderr: 'curl: (56) CONNECT tunnel failed, response 403\n' })
  const words = 'This world has no host "example.com": only the names of its own clusters and clouds are found here\n'
  said(await up.curl('http://example.com'), words)
})

function said(outcome: Outcome, stdout: string): void {
  assert.deepEqual(outcome, { exit: 0, stdout, stderr: '' })
}

/** Ages, times and names that the cluster makes up, and the width of a column of them, are the same every time. */
function steady(text: string): string {
  return text
    .replace(/\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000/g, 'TIME')
    .replace(/web-[a-f0-9]{8,10}/g, 'web-HASH')
    .replace(/^( {2}\S+ +\S+ +)(?:Age|----|\d+s) +/gm, (row, start: string) => `${start}${/ Age /.test(row) ? 'Age' : / \d+s /.test(row) ? 'AGE' : '---'}  `)
}

function file(name: string, text: string): string {
  const path = join(up.folder, name)
  writeFileSync(path, text)
  return path
}

function writeChart(): string {
  mkdirSync(join(up.folder, 'site/templates'), { recursive: true })
  file('site/Chart.yaml', 'apiVersion: v2\nname: site\nversion: 0.1.0\nappVersion: "1.0"\n')
  file('site/values.yaml', 'replicas: 1\ncolour: blue\n')
  const metadata = 'metadata: { name: {{ .Release.Name }}, labels: { app: site } }'
  file('site/templates/settings.yaml', `apiVersion: v1\nkind: ConfigMap\n${metadata}\ndata: { colour: {{ .Values.colour }} }\n`)
  file('site/templates/service.yaml', `apiVersion: v1\nkind: Service\n${metadata}\nspec: { selector: { app: site }, ports: [{ port: 80 }] }\n`)
  const template = '{ metadata: { labels: { app: site } }, spec: { containers: [{ name: site, image: "nginx:1.29" }] } }'
  const spec = `spec:\n  replicas: {{ .Values.replicas }}\n  selector: { matchLabels: { app: site } }\n  template: ${template}\n`
  file('site/templates/deployment.yaml', `apiVersion: apps/v1\nkind: Deployment\n${metadata}\n${spec}`)
  return join(up.folder, 'site')
}
