// Claims, classes and slices of devices, as kube-apiserver 1.35.4 answered the same requests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { at } from '#runner/kubernetes/object.ts'
import { startBareServer } from '#test/support/bare-server.ts'

const root = '/apis/resource.k8s.io/v1'
const claims = `${root}/namespaces/default/resourceclaims`
const templates = `${root}/namespaces/default/resourceclaimtemplates`
const classes = `${root}/deviceclasses`
const slices = `${root}/resourceslices`
const merge = { 'content-type': 'application/merge-patch+json' }
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const identifier =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or " +
  "'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"
const reference = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

type Ask = ReturnType<typeof startBareServer>['ask']

async function found(response: Promise<Response>): Promise<readonly string[]> {
  const { details } = (await (await response).json()) as { details?: { causes?: readonly { field: string; message: string }[] } }
  return (details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)
}

/** What is wrong with an object of these kinds. */
function findings(path: string, spec: JsonObject): Promise<readonly string[]> {
  return found(startBareServer().ask('POST', `${path}?dryRun=All`, { metadata: { name: 'a' }, spec }))
}

const requests = (...list: readonly JsonObject[]): JsonObject => ({ devices: { requests: list } })
const gpu = { name: 'r', exactly: { deviceClassName: 'gpu' } }
const slice = (spec: JsonObject): JsonObject => ({ driver: 'd.io', nodeName: 'n', pool: { name: 'p', resourceSliceCount: 1 }, ...spec })
const parameters = { a: 1 }

const refused: readonly (readonly [string, JsonObject, readonly string[]])[] = [
  [claims, {}, []],
  [claims, requests(gpu), []],
  [
    claims,
    requests({ name: 'R' }, { name: 'b', exactly: {} }, { ...gpu, firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] }),
    [
      `spec.devices.requests[0].name: Invalid value: "R": ${label}`,
      'spec.devices.requests[0]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      'spec.devices.requests[1].exactly.deviceClassName: Required value',
      'spec.devices.requests[2]: Invalid value: null: exactly one of `exactly` or `firstAvailable` is required, but multiple fields are set',
    ],
  ],
  [
    claims,
    requests(gpu, gpu, {
      name: 'f',
      firstAvailable: [
        { name: 'a', deviceClassName: 'g', count: -1 },
        { name: 'a', deviceClassName: 'g', allocationMode: 'All', count: 2 },
        { name: 'c', deviceClassName: 'g', allocationMode: 'Odd', selectors: [{}] },
      ],
    }),
    [
      'spec.devices.requests[2].firstAvailable[0].count: Invalid value: -1: must be greater than zero',
      "spec.devices.requests[2].firstAvailable[1].count: Invalid value: 2: must not be specified when allocationMode is 'All'",
      'spec.devices.requests[2].firstAvailable[2].selectors[0].cel: Required value',
      'spec.devices.requests[2].firstAvailable[2].allocationMode: Unsupported value: "Odd": supported values: "All", "ExactCount"',
      'spec.devices.requests[2].firstAvailable[1]: Duplicate value: "a"',
      'spec.devices.requests[1]: Duplicate value: "r"',
    ],
  ],
  [
    claims,
    requests(...Array.from({ length: 33 }, (_, index) => ({ ...gpu, name: `r${index}` }))),
    ['spec.devices.requests: Too many: 33: must have at most 32 items'],
  ],
  [
    claims,
    requests({ name: 'r', exactly: { deviceClassName: 'gpu', adminAccess: true } }),
    [
      'spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the ' +
        'containing namespace',
    ],
  ],
  [
    claims,
    {
      devices: {
        requests: [gpu, { name: 'f', firstAvailable: [{ name: 'a', deviceClassName: 'gpu' }] }],
        constraints: [{ requests: ['r', 'f/a', 'f/b', 'a/b/c'], matchAttribute: 'd.io/x' }, {}, { matchAttribute: 'x' }, { distinctAttribute: 'd.io/x' }],
        config: [
          {},
          { opaque: { driver: 'd.io', parameters: null } },
          { opaque: { driver: 'd.io', parameters: 'x' } },
          { opaque: { driver: 'D_', parameters } },
        ],
      },
    },
    [
      `spec.devices.constraints[0].requests[2]: Invalid value: "f/b": ${reference}`,
      `spec.devices.constraints[0].requests[3]: Invalid value: "a/b/c": ${reference}`,
      'spec.devices.constraints[1].matchAttribute: Required value',
      'spec.devices.constraints[2].matchAttribute: Invalid value: "x": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.constraints[3].matchAttribute: Required value',
      'spec.devices.config[0].opaque: Required value',
      'spec.devices.config[1].opaque.parameters: Required value',
      'spec.devices.config[2].opaque.parameters: Invalid value: "<value omitted>": must be a valid JSON object',
      `spec.devices.config[3].opaque.driver: Invalid value: "D_": ${subdomain}`,
    ],
  ],
  [
    templates,
    { metadata: { name: 'x', uid: 'u' }, spec: requests({ name: 'r', exactly: {} }) },
    [
      'spec.metadata.name: Forbidden: cannot be set',
      'spec.metadata.uID: Forbidden: cannot be set',
      'spec.spec.devices.requests[0].exactly.deviceClassName: Required value',
    ],
  ],
  [
    classes,
    { selectors: [{}], config: [{ opaque: { driver: '', parameters } }] },
    ['spec.selectors[0].cel: Required value', 'spec.config[0].opaque.driver: Required value'],
  ],
  [
    slices,
    { pool: { name: 'a//b' }, allNodes: false },
    [
      'spec.driver: Required value',
      `spec.pool.name: Invalid value: "": ${subdomain}`,
      'spec.pool.resourceSliceCount: Invalid value: 0: must be greater than zero',
      'spec.allNodes: Invalid value: false: must be either unset or set to true',
      'spec: Required value: exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
    ],
  ],
  [
    slices,
    slice({ allNodes: true, sharedCounters: [{}], devices: [{ name: 'a', taints: [{}], allowMultipleAllocations: true }, { name: 'a' }] }),
    [
      'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but ' +
        'multiple fields are set',
      'spec.devices[1]: Duplicate value: "a"',
    ],
  ],
  [
    slices,
    slice({ devices: [{ name: 'a', attributes: { '1x': { int: 1 }, a: {}, b: { version: '1' }, c: { int: 1, bool: true }, '/x': { int: 1 } } }] }),
    [
      'spec.devices[0].attributes[/x]: Invalid value: "": the domain must not be empty',
      `spec.devices[0].attributes[1x]: Invalid value: "1x": ${identifier}`,
      'spec.devices[0].attributes[a]: Invalid value: "": exactly one value must be specified',
      'spec.devices[0].attributes[b].version: Invalid value: "1": must be a string compatible with semver.org spec 2.0.0',
      'spec.devices[0].attributes[c]: Invalid value: {"IntValue":1,"BoolValue":true,"StringValue":null,"VersionValue":null}: exactly one value must be specified',
    ],
  ],
]

test('claims, templates, classes and slices are refused for what the server refuses', async () => {
  for (const [path, spec, expected] of refused) assert.deepEqual(await findings(path, spec), expected, JSON.stringify(spec))
})

const anything = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
const unclosed: readonly (readonly [string, string])[] = [
  ['a[1', "missing ']' at '<EOF>'"],
  ['f(a[1', "mismatched input '<EOF>' expecting ']'"],
  ['[1, 2', "mismatched input '<EOF>' expecting {']', ','}"],
  ['{1: 2', "mismatched input '<EOF>' expecting {'}', ','}"],
  ['{1', "mismatched input '<EOF>' expecting ':'"],
  ['a.b.', "no viable alternative at input '.'"],
  ['a[', `mismatched input '<EOF>' expecting ${anything.replace("'!',", "'!', '?',")}`],
  ['[', `mismatched input '<EOF>' expecting ${anything.replace("'[',", "'[', ']',").replace("'.',", "'.', ',',").replace("'!',", "'!', '?',")}`],
  ['f(a', "missing ')' at '<EOF>'"],
]

function early(place: string, says: string): string {
  return `compilation failed: ERROR: ${place}: Syntax error: ${says}`
}

test('selectors of devices are compiled, with their types and what they may cost', async () => {
  const field = 'spec.selectors[0].cel.expression'
  const nested = ['x', 'y', 'z', 'w'].reduceRight((inner, name) => `device.attributes["d.io"].all(${name}, ${inner})`, 'x+y+z+w == "a"')
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['device.driver == "gpu.example.com" && device.attributes["gpu.example.com"].model == "a100"', undefined],
    ['device.capacity["d.io"].memory.compareTo(quantity("10Gi")) >= 0', undefined],
    ['device.attributes["d.io"].b', undefined],
    ['device.attributes["d.io"].x.matches("[a-z]+")', undefined],
    ['cel.bind(a, device.attributes["d.io"], a.x == 1)', undefined],
    ['1', `${field}: Invalid value: "1": must evaluate to bool or the unknown type, not int`],
    [
      'device.attributes',
      `${field}: Invalid value: "device.attributes": must evaluate to bool or the unknown type, not map(string, map(string, google.protobuf.Any))`,
    ],
    ['device.foo', `${field}: Invalid value: "device.foo": compilation failed: ERROR: <input>:1:7: undefined field 'foo'\n | device.foo\n | ......^`],
    ['', `${field}: Invalid value: "": ${early('<input>:1:0', `mismatched input '<EOF>' expecting ${anything}`)}`],
    ...unclosed.map(([text, says]): readonly [string, string] => [
      text,
      `${field}: Invalid value: ${JSON.stringify(text)}: ${early(`<input>:1:${text.length + 1}`, says)}\n | ${text}\n | ${'.'.repeat(text.length)}^`,
    ]),
    [nested, `${field}: Forbidden: too complex, exceeds cost limit`],
    ['x'.repeat(10241), `${field}: Too long: may not be more than 10240 bytes`],
  ]
  for (const [expression, problem] of rows)
    assert.deepEqual(await findings(classes, { selectors: [{ cel: { expression } }] }), problem === undefined ? [] : [problem], expression.slice(0, 80))
})

async function made(ask: Ask): Promise<string> {
  await ask('POST', claims, { metadata: { name: 'c' }, spec: requests(gpu), status: { reservedFor: [{ resource: 'pods', name: 'x', uid: 'u' }] } })
  return `${claims}/c`
}

const allocation = { devices: { results: [{ request: 'r', driver: 'd.io', pool: 'p', device: 'a' }] } }

test('the spec of a claim does not change', async () => {
  const { ask } = startBareServer()
  const claim = await made(ask)
  assert.deepEqual(await found(ask('PATCH', claim, { spec: requests({ ...gpu, name: 'z' }) }, merge)), [
    'spec: Invalid value: {"Devices":{"Requests":[{"Name":"z","Exactly":{"DeviceClassName":"gpu","Selectors":null,"AllocationMode":"ExactCount","Count":1,' +
      '"AdminAccess":null,"Tolerations":null,"Capacity":null},"FirstAvailable":null}],"Constraints":null,"Config":null}}: field is immutable',
  ])
})

test('the status of a claim is checked: for whom it is, what was allocated, how the devices are', async () => {
  const { ask } = startBareServer()
  const claim = await made(ask)
  const consumer = { resource: 'pods', name: 'x', uid: 'u' }
  const status = (sent: JsonObject): Promise<readonly string[]> => found(ask('PATCH', `${claim}/status`, { status: sent }, merge))
  assert.deepEqual(await status({ reservedFor: [consumer] }), ['status.reservedFor: Forbidden: may not be specified when `allocated` is not set'])
  assert.deepEqual(await status({ allocation, reservedFor: [consumer, { ...consumer, name: '' }] }), [
    'status.reservedFor[1].name: Required value',
    'status.reservedFor[1]: Duplicate value: "u"',
  ])
  assert.deepEqual(await status({ allocation, reservedFor: Array.from({ length: 257 }, (_, index) => ({ ...consumer, uid: `u${index}` })) }), [
    'status.reservedFor: Too many: 257: must have at most 256 items',
  ])
  assert.deepEqual(
    await status({ allocation: { devices: { results: [{ request: 'q', driver: 'd.io', pool: 'p', device: 'a' }], config: [{ source: 'X' }] } } }),
    [
      `status.allocation.devices.results[0].request: Invalid value: "q": ${reference}`,
      'status.allocation.devices.config[0].source: Unsupported value: "X": supported values: "FromClaim", "FromClass"',
      'status.allocation.devices.config[0].opaque: Required value',
    ],
  )
  const device = { driver: 'd.io', pool: 'p', device: 'b', networkData: { ips: ['10.0.0.1', '2001:DB8::1/64'] } }
  assert.deepEqual(await status({ allocation, devices: [device] }), [
    'status.devices[0]: Invalid value: {"Driver":"d.io","Pool":"p","Device":"b","ShareID":""}: must be an allocated device in the claim',
    'status.devices[0].networkData.ips[0]: Invalid value: "10.0.0.1": must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)',
    'status.devices[0].networkData.ips[1]: Invalid value: "2001:DB8::1/64": must be in canonical form ("2001:db8::1/64")',
  ])
  assert.deepEqual(await status({ allocation, reservedFor: [consumer], devices: [{ ...device, device: 'a', networkData: null }] }), [])
  assert.match(String(await status({ allocation: { devices: { results: [] } } })), /^status\.allocation: .*: field is immutable$/)
})

test('the status of devices goes with their allocation, and its managers know devices without a share', async () => {
  const { ask } = startBareServer()
  const claim = await made(ask)
  const devices = [{ driver: 'd.io', pool: 'p', device: 'a' }]
  const reported = (await (await ask('PATCH', `${claim}/status`, { status: { allocation, devices } }, merge)).json()) as JsonObject
  const managed = at(reported, 'metadata', 'managedFields', '1', 'fieldsV1', 'f:status', 'f:devices') as JsonObject
  assert.deepEqual(Object.keys(managed), ['.', 'k:{"device":"a","driver":"d.io","pool":"p"}'])
  const freed = (await (await ask('PATCH', `${claim}/status`, { status: { allocation: null } }, merge)).json()) as JsonObject
  assert.deepEqual(freed.status, {})
})

test('slices are selected by driver and node, and by nothing else', async () => {
  const { ask } = startBareServer()
  const { message } = (await (await ask('GET', `${slices}?fieldSelector=spec.pool.name%3Dp`)).json()) as JsonObject
  assert.equal(message, 'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: spec.pool.name')
})
