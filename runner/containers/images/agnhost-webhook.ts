// `agnhost webhook`: admission webhooks with fixed opinions (test/images/agnhost/webhook).
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { at } from '../../kubernetes/object.ts'
import { decodeText } from '../bytes.ts'
import { readOptions } from '../commands/options.ts'
import { answerText } from '../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Process } from '../process.ts'

type Opinion = (request: JsonObject) => JsonObject

const allowed: JsonObject = { allowed: true }

function refused(message: string): JsonObject {
  return { allowed: false, status: { metadata: {}, message } }
}

function changed(patch: readonly JsonObject[]): JsonObject {
  return patch.length === 0 ? allowed : { allowed: true, patch: btoa(JSON.stringify(patch)), patchType: 'JSONPatch' }
}

function dataOf(request: JsonObject): JsonObject {
  const data = at(request, 'object', 'data') ?? at(request, 'oldObject', 'data')
  return isObject(data) ? data : {}
}

function stages(data: JsonObject): readonly JsonObject[] {
  return [
    ...(data['mutation-start'] === 'yes' ? [{ op: 'add', path: '/data/mutation-stage-1', value: 'yes' }] : []),
    ...(data['mutation-stage-1'] === 'yes' ? [{ op: 'add', path: '/data/mutation-stage-2', value: 'yes' }] : []),
  ]
}

const disallowed = 'webhook-disallow'

function podOpinion(request: JsonObject): JsonObject {
  const containers = at(request, 'object', 'spec', 'containers')
  const named = Array.isArray(containers) && containers.some((container) => String(at(container, 'name') ?? '').includes(disallowed))
  const labelled = at(request, 'object', 'metadata', 'labels', 'webhook-e2e-test') === disallowed
  const text = `${named ? 'the pod contains unwanted container name; ' : ''}${labelled ? 'the pod contains unwanted label; ' : ''}`
  return text === '' ? allowed : refused(text)
}

function addLabel(request: JsonObject): JsonObject {
  const labels = at(request, 'object', 'metadata', 'labels')
  if (!isObject(labels)) return changed([{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }])
  return changed(
    labels['added-label'] === 'yes'
      ? []
      : [{ op: labels['added-label'] === undefined ? 'add' : 'replace', path: '/metadata/labels/added-label', value: 'yes' }],
  )
}

function addInitContainer(request: JsonObject): JsonObject {
  if (at(request, 'object', 'metadata', 'name') !== 'webhook-to-be-mutated') return allowed
  const value = [{ image: 'webhook-added-image', name: 'webhook-added-init-container', resources: {} }]
  return changed([{ op: 'add', path: '/spec/initContainers', value }])
}

const opinions: Readonly<Record<string, Opinion>> = {
  '/always-allow-delay-5s': () => allowed,
  '/always-deny': () => refused('this webhook denies all requests'),
  '/add-label': addLabel,
  '/pods': podOpinion,
  '/pods/attach': () => allowed,
  '/mutating-pods': addInitContainer,
  '/configmaps': (request) => (dataOf(request)['webhook-e2e-test'] === disallowed ? refused('the configmap contains unwanted key and value') : allowed),
  '/mutating-configmaps': (request) => changed(stages(dataOf(request))),
  '/custom-resource': (request) => (dataOf(request)['webhook-e2e-test'] === disallowed ? refused('the custom resource contains unwanted data') : allowed),
  '/mutating-custom-resource': (request) => changed(stages(dataOf(request))),
  '/crd': (request) => (at(request, 'object', 'metadata', 'labels', 'webhook-e2e-test') === disallowed ? refused('the crd contains unwanted label') : allowed),
}

/** Begins to listen over TLS. */
export function serveWebhooks(words: readonly string[], process: Process): void {
  const port = Number(readOptions(words, ['port', 'tls-cert-file', 'tls-private-key-file']).value('port') ?? 443)
  process.machine.net.listen(port, { secure: true, http: answer })
}

function answer({ path, body }: HttpCall): HttpAnswer {
  const [asked = ''] = path.split('?')
  if (asked === '/readyz') return answerText('ok')
  const opinion = opinions[asked]
  if (!opinion) return answerText('404 page not found\n', undefined, 404)
  const review = JSON.parse(decodeText(body)) as Json
  const request = at(review, 'request')
  const response = { uid: at(request, 'uid') ?? '', ...opinion(isObject(request) ? request : {}) }
  return answerText(JSON.stringify({ kind: 'AdmissionReview', apiVersion: at(review, 'apiVersion') ?? '', response }), 'application/json')
}
