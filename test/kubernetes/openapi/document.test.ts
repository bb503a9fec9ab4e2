import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { withResourceFields } from '#runner/kubernetes/custom-resources/open-api.ts'
import type { ResourceInfo } from '#runner/kubernetes/kind.ts'
import { customKey, type OpenApiSource, openApiDocument, openApiHash, openApiIndex, openApiPaths } from '#runner/kubernetes/openapi/document.ts'
import { builtInResources, typeFacts, typeNames } from '#runner/kubernetes/openapi/facts.ts'
import { builtInSchema, typeSchema } from '#runner/kubernetes/openapi/schema.ts'
import { swaggerDocument } from '#runner/kubernetes/openapi/swagger.ts'
import { customForSwagger } from '#runner/kubernetes/openapi/swagger-custom.ts'
import { swaggerProtobuf } from '#runner/kubernetes/openapi/swagger-protobuf.ts'

const source: OpenApiSource = { resources: builtInResources(), customs: new Map(), gitVersion: 'v1.35.4' }

test('the documents are of the minor version that a server emulates', () => {
  assert.deepEqual(openApiDocument('api', source)?.info, { title: 'Kubernetes', version: '1.35' })
  assert.deepEqual(swaggerDocument(source).info, { title: 'Kubernetes', version: '1.35' })
})

test('openApiIndex() has a document for each group and each group version', () => {
  const { paths } = openApiIndex(source) as { paths: Record<string, { serverRelativeURL: string }> }
  assert.equal(paths['apis/apps/v1']?.serverRelativeURL, `/openapi/v3/apis/apps/v1?hash=${openApiHash('apis/apps/v1', source)}`)
  assert.equal(Object.keys(paths).length, 47)
})

test('every reference in every document leads somewhere', () => {
  for (const path of openApiPaths(source)) {
    const text = JSON.stringify(openApiDocument(path, source))
    const { components } = JSON.parse(text) as { components?: { schemas: object } }
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g))
      assert.ok(Object.hasOwn(components?.schemas ?? {}, name), `${path}: ${name}`)
  }
})

test('openApiDocument() says what kubectl looks for: the patch operation with its kind and fieldValidation', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument('apis/apps/v1', source))) as {
    paths: Record<string, { patch: { parameters: { name: string }[] } & Record<string, unknown> }>
  }
  const patch = document.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.patch
  assert.deepEqual(patch?.['x-kubernetes-group-version-kind'], { group: 'apps', kind: 'Deployment', version: 'v1' })
  assert.ok(patch?.parameters.some(({ name }) => name === 'fieldValidation'))
})

interface OperationDocument {
  readonly operationId: string
  readonly description: string
  readonly tags: readonly string[]
  readonly 'x-kubernetes-action': string
  readonly parameters?: readonly { readonly name: string; readonly description: string }[]
  readonly responses: Readonly<Record<string, { readonly content?: object }>>
}

function pathItem(path: string, at: string): Record<'get' | 'put' | 'post' | 'delete', OperationDocument> & Pick<OperationDocument, 'parameters'> {
  const document = JSON.parse(JSON.stringify(openApiDocument(path, source)))
  return document.paths[at]
}

test('openApiDocument() names, tags and describes operations as the real server does', () => {
  const said = (operation: OperationDocument | undefined) => [operation?.operationId, operation?.description, operation?.tags.join()]
  const pods = pathItem('api/v1', '/api/v1/namespaces/{namespace}/pods')
  assert.deepEqual(said(pods.get), ['listCoreV1NamespacedPod', 'list or watch objects of kind Pod', 'core_v1'])
  assert.deepEqual(said(pods.delete), ['deleteCoreV1CollectionNamespacedPod', 'delete collection of Pod', 'core_v1'])
  assert.deepEqual(
    pods.parameters?.map(({ name }) => name),
    ['namespace', 'pretty'],
  )
  assert.deepEqual(Object.keys(pods.post.responses), ['200', '201', '202', '401'])
  const all = pathItem('apis/rbac.authorization.k8s.io/v1', '/apis/rbac.authorization.k8s.io/v1/roles').get
  assert.deepEqual(said(all), ['listRbacAuthorizationV1RoleForAllNamespaces', 'list or watch objects of kind Role', 'rbacAuthorization_v1'])
  const watched = pathItem('api/v1', '/api/v1/watch/namespaces/{namespace}/events/{name}').get
  assert.deepEqual([watched.operationId, watched['x-kubernetes-action']], ['watchCoreV1NamespacedEvent', 'watch'])
  const eviction = pathItem('api/v1', '/api/v1/namespaces/{namespace}/pods/{name}/eviction')
  assert.deepEqual(said(eviction.post), ['createCoreV1NamespacedPodEviction', 'create eviction of a Pod', 'core_v1'])
  assert.equal(eviction.parameters?.find(({ name }) => name === 'name')?.description, 'name of the Eviction')
  const proxied = pathItem('api/v1', '/api/v1/namespaces/{namespace}/services/{name}/proxy/{path}').put
  assert.deepEqual(said(proxied), ['connectCoreV1PutNamespacedServiceProxyWithPath', 'connect PUT requests to proxy of Service', 'core_v1'])
  assert.equal(pathItem('apis/apps/v1', '/apis/apps/v1/').get.operationId, 'getAppsV1APIResources')
})

test('openApiDocument() says which kinds answer a delete with the object', () => {
  const answer = (path: string, at: string): string => JSON.stringify(pathItem(path, at).delete.responses[200]).split('.').at(-1)?.split('"')[0] ?? ''
  assert.equal(answer('apis/storage.k8s.io/v1', '/apis/storage.k8s.io/v1/storageclasses/{name}'), 'StorageClass')
  assert.equal(answer('apis/storage.k8s.io/v1', '/apis/storage.k8s.io/v1/namespaces/{namespace}/csistoragecapacities/{name}'), 'Status')
})

test('kinds that every group has are listed under each version of the scheme', () => {
  const { components } = JSON.parse(JSON.stringify(openApiDocument('api/v1', source)))
  const kinds = components.schemas['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']['x-kubernetes-group-version-kind']
  assert.equal(kinds.length, 62)
  assert.deepEqual(kinds.slice(0, 2), [
    { group: '', kind: 'DeleteOptions', version: 'v1' },
    { group: 'admission.k8s.io', kind: 'DeleteOptions', version: 'v1' },
  ])
})

test('swaggerDocument() has what tools look for in the older document', () => {
  const text = JSON.stringify(swaggerDocument(source))
  for (const words of ['list of returned', 'Watch for changes to the described resources', '"BearerToken"']) assert.ok(text.includes(words), words)
  const { get } = JSON.parse(text).paths['/api/v1/namespaces/{namespace}/pods/{name}/log']
  assert.deepEqual(get.produces, ['text/plain', 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'])
})

test('openApiDocument() makes properties by the rules of the real generator', () => {
  const document = JSON.parse(JSON.stringify(openApiDocument('api/v1', source))) as {
    components: { schemas: Record<string, { properties: object; required: string[] }> }
  }
  const container = document.components.schemas['io.k8s.api.core.v1.Container']
  assert.deepEqual(container?.required, ['name'])
  assert.deepEqual(Reflect.get(container?.properties ?? {}, 'ports'), {
    type: 'array',
    items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ContainerPort' }], default: {} },
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
    'x-kubernetes-patch-strategy': 'merge',
    'x-kubernetes-patch-merge-key': 'containerPort',
  })
  assert.deepEqual(Reflect.get(container?.properties ?? {}, 'imagePullPolicy'), { type: 'string', enum: ['Always', 'IfNotPresent', 'Never'] })
  assert.deepEqual(Reflect.get(container?.properties ?? {}, 'name'), { type: 'string', default: '' })
})

test('openApiDocument() describes a custom kind under its reversed group', () => {
  const widgets: ResourceInfo = {
    group: 'demo.example.com',
    version: 'v1',
    plural: 'widgets',
    kind: 'Widget',
    namespaced: true,
    singular: 'widget',
    listKind: 'WidgetList',
    shortNames: [],
    categories: [],
    verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
    subresources: [],
    columns: [],
    storageVersionHash: '',
    storageVersion: 'v1',
    source: 'custom',
  }
  const schema = { type: 'object', properties: { spec: { type: 'object' } } }
  const custom = { ...source, resources: [...source.resources, widgets], customs: new Map([[customKey(widgets), schema]]) }
  const text = JSON.stringify(openApiDocument('apis/demo.example.com/v1', custom))
  const { info, paths } = JSON.parse(text) as { info: object; paths: Record<string, Record<'delete' | 'patch', OperationDocument>> }
  assert.deepEqual(info, { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' })
  assert.ok(!openApiPaths(custom).includes('apis/demo.example.com'))
  const at = '/apis/demo.example.com/v1/namespaces/{namespace}/widgets'
  assert.deepEqual(Object.keys(paths), [at, `${at}/{name}`, '/apis/demo.example.com/v1/widgets'])
  assert.equal(paths[at]?.delete.operationId, 'deleteDemoExampleComV1CollectionNamespacedWidget')
  assert.deepEqual(Object.keys(paths[`${at}/{name}`]?.patch.responses ?? {}), ['200', '401'])
  const { components } = JSON.parse(text) as { components: { schemas: Record<string, unknown> } }
  assert.deepEqual(components.schemas['com.example.demo.v1.Widget'], {
    type: 'object',
    properties: {
      spec: { type: 'object' },
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }] },
    },
    'x-kubernetes-group-version-kind': [{ group: 'demo.example.com', kind: 'Widget', version: 'v1' }],
  })
  assert.notEqual(openApiHash('apis/demo.example.com/v1', custom), openApiHash('apis/demo.example.com/v1', { ...custom, customs: new Map() }))
  assert.equal(openApiDocument('apis/demo.example.com/v1', source), undefined)
})

test('swaggerDocument() joins all documents in the older form', () => {
  const text = JSON.stringify(swaggerDocument(source))
  const { swagger, paths, definitions } = JSON.parse(text) as { swagger: string; paths: object; definitions: object }
  assert.deepEqual([swagger, Object.keys(paths).length, Object.keys(definitions).length], ['2.0', 400, 570])
  assert.ok(!text.includes('#/components/') && !text.includes('"allOf":[') && !text.includes('"oneOf":['))
  assert.ok(!text.includes('"default":""'))
})

/** A definition as a real kube-apiserver 1.35.4 wrote it, but for its descriptions. */
const definition =
  '0a0c696f2e65782e76312e466f6f12e903b201080a066f626a656374ca0189030a190a0a61706956657273696f6e120bb201080a06737472696e670a' +
  '130a046b696e64120bb201080a06737472696e670a4b0a086d65746164617461123f0a3d232f646566696e6974696f6e732f696f2e6b38732e617069' +
  '6d616368696e6572792e706b672e617069732e6d6574612e76312e4f626a6563744d6574610a89020a0473706563128002b201080a066f626a656374' +
  'ca01f1010aee010a0874656d706c61746512e1019a01046b696e649a010a61706956657273696f6eb201080a066f626a656374ca0192010a190a0a61' +
  '706956657273696f6e120bb201080a06737472696e670a130a046b696e64120bb201080a06737472696e670a4b0a086d65746164617461123f0a3d23' +
  '2f646566696e6974696f6e732f696f2e6b38732e6170696d616368696e6572792e706b672e617069732e6d6574612e76312e4f626a6563744d657461' +
  '0a130a0473706563120bb201080a066f626a656374fa01290a1e782d6b756265726e657465732d656d6265646465642d7265736f7572636512071205' +
  '747275650afa014e0a1f782d6b756265726e657465732d67726f75702d76657273696f6e2d6b696e64122b12292d2067726f75703a2065782e696f0a' +
  '20206b696e643a20466f6f0a202076657273696f6e3a2076310a'

test('the kinds of definitions tell of resources within them, of the fields they are selected by and of their lists', () => {
  const schema = { type: 'object', properties: { template: { type: 'object', 'x-kubernetes-embedded-resource': true }, size: { type: 'integer', default: 1 } } }
  const info = {
    group: 'ex.io',
    version: 'v1',
    kind: 'Foo',
    listKind: 'FooList',
    plural: 'foos',
    source: 'custom',
    namespaced: true,
    verbs: ['list'],
    subresources: [],
  }
  const customs = new Map([[customKey(info), withResourceFields(schema, ['.size'])]])
  const described: OpenApiSource = { resources: [info as unknown as ResourceInfo], customs, gitVersion: 'v1.35.4', describe: () => undefined }
  const selectable = [{ fieldPath: 'size' }]
  const { Foo, FooList } = Object.fromEntries(Object.entries(newerSchemas(described)).map(([name, value]) => [name.replace('io.ex.v1.', ''), value]))
  assert.deepEqual([Foo?.['x-kubernetes-selectable-fields'], FooList?.['x-kubernetes-selectable-fields']], [selectable, selectable])
  assert.match(JSON.stringify(Foo), /"template":.*"description":"kind is a string value representing the type of this object/)
  assert.equal(FooList?.description, 'FooList is a list of Foo')
  assert.match(JSON.stringify(Foo), /"default":1/)
  assert.doesNotMatch(JSON.stringify(swaggerDocument(described)), /"default":1/)
})

function newerSchemas(source: OpenApiSource): Record<string, JsonObject> {
  const document = JSON.parse(JSON.stringify(openApiDocument('apis/ex.io/v1', source)))
  assert.deepEqual(document.info, { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' })
  return document.components.schemas
}

test('swaggerProtobuf() writes a definition as the real server does, to the byte', () => {
  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          template: {
            type: 'object',
            'x-kubernetes-embedded-resource': true,
            properties: { metadata: { type: 'object', properties: { name: { type: 'string' } } }, spec: { type: 'object' } },
          },
        },
      },
      metadata: { type: 'object', properties: { name: { type: 'string' } } },
    },
  }
  const info = { group: 'ex.io', version: 'v1', kind: 'Foo', plural: 'foos', namespaced: true, source: 'custom', verbs: ['get'], subresources: [] }
  const bare = JSON.parse(JSON.stringify(withResourceFields(schema), (key, value) => (key === 'description' ? undefined : value)))
  const customs = new Map([[customKey(info), bare]])
  const document = swaggerDocument({ resources: [info as unknown as ResourceInfo], customs, gitVersion: 'v1.35.4' })
  const bytes = Buffer.from(swaggerProtobuf(document))
  assert.ok(bytes.includes(Buffer.from(definition, 'hex')))
})

test('every type of the facts table resolves, with all that it refers to', () => {
  for (const name of typeNames()) {
    const schema = typeSchema(name)
    for (const field of schema.fields.values()) assert.ok(field.schema.kind)
    assert.equal(typeFacts(name)?.name, name)
  }
  assert.equal(builtInSchema('v1', 'Nothing'), undefined)
})

test('the older form leaves open what it cannot say of a custom resource', () => {
  const kinds = [{ group: 'example.com', version: 'v1', kind: 'Box' }]
  const keeps = { 'x-kubernetes-preserve-unknown-fields': true }
  const own = { 'x-kubernetes-group-version-kind': kinds }
  assert.deepEqual(customForSwagger({ type: 'object', ...keeps, properties: { spec: { type: 'object' } }, ...own }), { type: 'object', ...own })
  const schema = {
    type: 'object',
    required: ['spec', 'maybe'],
    properties: {
      spec: { type: 'object', ...keeps, properties: { size: { type: 'integer' } } },
      maybe: { type: 'string', nullable: true },
      either: { anyOf: [{ type: 'string' }], 'x-kubernetes-int-or-string': true },
      list: { type: 'array', nullable: true, items: { type: 'string' } },
      metadata: { description: 'of all', allOf: [{ $ref: '#/components/schemas/Meta' }] },
    },
  }
  assert.deepEqual(customForSwagger(schema), {
    type: 'object',
    required: ['spec'],
    properties: {
      spec: keeps,
      maybe: {},
      either: { 'x-kubernetes-int-or-string': true },
      list: {},
      metadata: { description: 'of all', allOf: [{ $ref: '#/components/schemas/Meta' }] },
    },
  })
})
