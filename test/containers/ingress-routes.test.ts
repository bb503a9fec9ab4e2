// Which rule of which Ingress a request meets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '#runner/base/json.ts'
import { canaryOf, meet, routesOf } from '#runner/containers/images/ingress-nginx/routes.ts'

type Path = readonly [host: string, path: string, pathType: string, service: string]

let made = 0
function ingress(annotations: Readonly<Record<string, string>>, ...paths: readonly Path[]): JsonObject {
  made += 1
  const prefixed = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]))
  const rules = paths.map(([host, path, pathType, name]) => ({
    ...(host !== '' && { host }),
    http: { paths: [{ path, pathType, backend: { service: { name, port: { number: 80 } } } }] },
  }))
  return { metadata: { name: `i${made}`, namespace: 'default', creationTimestamp: `2026-01-01T00:00:0${made % 10}Z`, annotations: prefixed }, spec: { rules } }
}

const serviceOf = (route: { readonly backend: JsonObject } | undefined): unknown => (route?.backend.service as JsonObject | undefined)?.name

const shop = [
  ingress({}, ['shop.example.com', '/', 'Prefix', 'web'], ['shop.example.com', '/api', 'Prefix', 'api'], ['shop.example.com', '/api', 'Exact', 'exact']),
  ingress({}, ['*.example.com', '/', 'Prefix', 'wild'], ['', '/', 'Prefix', 'any'], ['shop.example.com', '/im', 'ImplementationSpecific', 'loose']),
]

const asked: readonly (readonly [host: string, path: string, service: string | undefined])[] = [
  ['shop.example.com', '/', 'web'],
  ['shop.example.com', '/api', 'exact'],
  ['shop.example.com', '/api/v1', 'api'],
  ['shop.example.com', '/apis', 'web'],
  ['shop.example.com', '/images', 'loose'],
  ['other.example.com', '/api', 'wild'],
  ['a.b.example.com', '/', 'any'],
  ['10.0.0.1', '/x', 'any'],
]

for (const [host, path, service] of asked) {
  test(`${host}${path} is answered by ${service}`, () => {
    assert.equal(serviceOf(meet(routesOf(shop), host, path)?.route), service)
  })
}

test('a path that is rewritten is a pattern, and what it catches is kept', () => {
  const routes = routesOf([ingress({ 'rewrite-target': '/$2' }, ['a.example.com', '/api(/|$)(.*)', 'ImplementationSpecific', 'api'])])
  assert.deepEqual(meet(routes, 'a.example.com', '/api/v1/x')?.caught, ['/api/v1/x', '/', 'v1/x'])
  assert.deepEqual(meet(routes, 'a.example.com', '/api')?.caught, ['/api', '', ''])
  assert.equal(meet(routes, 'a.example.com', '/apis'), undefined)
})

test('a canary takes what its header, its cookie or its weight gives it', () => {
  const main = ingress({}, ['a.example.com', '/', 'Prefix', 'web'])
  const canary = (annotations: Readonly<Record<string, string>>): JsonObject =>
    ingress({ canary: 'true', ...annotations }, ['a.example.com', '/', 'Prefix', 'next'])
  const taken = (annotations: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>, chance = 99): unknown => {
    const routes = routesOf([main, canary(annotations)])
    const met = meet(routes, 'a.example.com', '/')
    assert.equal(serviceOf(met?.route), 'web')
    return met && serviceOf(canaryOf(routes, met, headers, () => chance))
  }
  assert.equal(taken({ 'canary-weight': '20' }, {}, 19), 'next')
  assert.equal(taken({ 'canary-weight': '20' }, {}, 20), undefined)
  assert.equal(taken({ 'canary-by-header': 'X-Next' }, { 'x-next': 'always' }), 'next')
  assert.equal(taken({ 'canary-by-header': 'X-Next', 'canary-weight': '100' }, { 'x-next': 'never' }, 0), undefined)
  assert.equal(taken({ 'canary-by-header': 'X-Next', 'canary-by-header-value': 'blue' }, { 'x-next': 'blue' }), 'next')
  assert.equal(taken({ 'canary-by-cookie': 'next' }, { cookie: 'a=b; next=always' }), 'next')
})
