import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeBy } from '#runner/kubernetes/openapi/descriptions.ts'
import { openApiDocument, openApiHash } from '#runner/kubernetes/openapi/document.ts'
import { builtInResources } from '#runner/kubernetes/openapi/facts.ts'
import { readDeclarations } from '#runner/sessions/declarations.ts'

const source = { resources: builtInResources(), customs: new Map(), gitVersion: 'v1.35.4' }
const sample = `/** A pod. */
export interface Pod {
    /**
     * What is wanted.
     *
     * More of it.
     */
    spec?: PodSpec;
    /** Ends with *\\/ inside. */
    "status"?: {
        [name: string]: string;
    };
    bare?: string;
}
/** A time. */
export type Time = string;
`

test('describeBy() takes the comments of types and fields, and reads a file once', () => {
  const asked: string[] = []
  const describe = describeBy((path) => {
    asked.push(path)
    return path === 'core/v1' ? sample : undefined
  })
  const pod = describe('core.v1.Pod')
  assert.equal(pod?.text, 'A pod.')
  assert.deepEqual(
    [...(pod?.fields ?? [])],
    [
      ['spec', 'What is wanted.\n\nMore of it.'],
      ['status', 'Ends with */ inside.'],
    ],
  )
  assert.equal(describe('core.v1.Nothing'), undefined)
  assert.equal(describe('apps.v1.Deployment'), undefined)
  assert.deepEqual(asked, [
    'core/v1',
    ...['models/V1Pod', 'models/CoreV1Pod', 'models/V1Nothing', 'models/CoreV1Nothing'],
    'apps/v1',
    ...['models/V1Deployment', 'models/AppsV1Deployment'],
  ])
})

const model = `/**
* A pod of today.
*/
export declare class V1Pod {
    /**
    * What is wanted.  More of it.
    */
    'spec'?: V1PodSpec;
    /**
    * It\\'s \\"new\\".  And has a second paragraph.
    */
    '_continue'?: string;
    /**
    * IntOrString is a type that can hold an int32 or a string.
    */
    'status'?: IntOrString;
    'bare'?: string;
}
`

test('newer comments win where they say something else, and older ones keep their paragraphs', () => {
  const files: Readonly<Record<string, string>> = { 'core/v1': sample, 'models/V1Pod': model }
  const pod = describeBy((path) => files[path])('core.v1.Pod')
  assert.equal(pod?.text, 'A pod of today.')
  assert.deepEqual(
    [...(pod?.fields ?? [])],
    [
      ['spec', 'What is wanted.\n\nMore of it.'],
      ['status', 'Ends with */ inside.'],
      ['continue', 'It\'s "new".\n\nAnd has a second paragraph.'],
    ],
  )
})

test('a document with descriptions differs in nothing else, and has a hash of its own', () => {
  const described = { ...source, describe: describeBy(readDeclarations) }
  for (const path of ['api/v1', 'apis/apps/v1', 'apis/resource.k8s.io/v1']) {
    assert.deepEqual(bare(openApiDocument(path, described)), bare(openApiDocument(path, source)))
    assert.notEqual(openApiHash(path, described), openApiHash(path, source))
  }
})

test('what people write most is described', () => {
  const describe = describeBy(readDeclarations)
  const text = JSON.stringify(openApiDocument('apis/apps/v1', { ...source, describe }))
  const properties = [...text.matchAll(/"io\.k8s\.api\.core\.v1\.(?:PodSpec|Container)":/g)]
  assert.equal(properties.length, 2)
  for (const type of ['core.v1.PodSpec', 'core.v1.Container', 'apps.v1.DeploymentSpec']) assert.ok((describe(type)?.fields.size ?? 0) >= 8, type)
  assert.match(describe('core.v1.PodSpec')?.fields.get('hostnameOverride') ?? '', /^HostnameOverride specifies/, 'a field that is young')
  assert.equal(describe('Quantity')?.text?.startsWith('Quantity is a fixed-point representation of a number.'), true)
})

/** Without descriptions of schemas, and without the wrapping that they ask for around a reference. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const { description: text, ...rest } = value as Record<string, unknown>
  const kept = typeof text === 'string' && ['OK', 'Created', 'Unauthorized'].includes(text) ? { description: text } : {}
  const { allOf, ...others } = rest
  if (Array.isArray(allOf) && allOf.length === 1 && Object.keys(others).length === 0) return bare(allOf[0])
  const isField = typeof text === 'object' && text !== null ? { description: bare(text) } : {}
  return { ...kept, ...isField, ...Object.fromEntries(Object.entries(rest).map(([name, item]) => [name, bare(item)])) }
}
