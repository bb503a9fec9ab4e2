// `agnhost webhook`: admission webhooks with fixed opinions (test/images/agnhost/webhook).
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at } from '../../../kubernetes/object.ts'
import { decodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { answerText } from '../../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Process } from '../../process.ts'

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

/** Refuses what is marked: its writing, or its deletion. */
function byMark(request: JsonObject, unwritable: string, undeletable: string): JsonObject {
  const mark = dataOf(request)['webhook-e2e-test']
  const deletes = request.operation === 'DELETE'
  if (mark === disallowed && !deletes) return unwanted(unwritable)
  return mark === 'webhook-nondeletable' && deletes ? unwanted(undeletable) : allowed
}

/** A refusal by its reason alone. */
function unwanted(reason: string): JsonObject {
  return { allowed: false, status: { metadata: {}, reason } }
}

const disallowed = 'webhook-disallow'

function podOpinion(request: JsonObject): JsonObject {
  const containers = at(request, 'object', 'spec', 'containers')
  const named = Array.isArray(containers) && containers.some((container) => String(at(container, 'name') ?? '').includes(disallowed))
  const labelled = at(request, 'object', 'metadata', 'labels', 'webhook-e2e-test') === disallowed
  const text = `${labelled ? 'the pod contains unwanted label; ' : ''}${named ? 'the pod contains unwanted container name; ' : ''}`
  return text === '' ? allowed : refused(text.trim())
}

function attachOpinion({ name, object }: JsonObject): JsonObject {
  const meant = name === 'to-be-attached-pod' && at(object, 'stdin') === true && at(object, 'container') === 'container1'
  return meant ? refused("attaching to pod 'to-be-attached-pod' is not allowed") : allowed
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
  '/pods/attach': attachOpinion,
  '/mutating-pods': addInitContainer,
  '/configmaps': (request) =>
    byMark(request, 'the configmap contains unwanted key and value', 'the configmap cannot be deleted because it contains unwanted key and value'),
  '/mutating-configmaps': (request) => changed(stages(dataOf(request))),
  '/custom-resource': (request) =>
    byMark(request, 'the custom resource contains unwanted data', 'the custom resource cannot be deleted because it contains unwanted key and value'),
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
  const text = JSON.stringify({ kind: 'AdmissionReview', apiVersion: at(review, 'apiVersion') ?? '', response })
  const forever = asked === '/pods' && at(request, 'object', 'metadata', 'labels', 'webhook-e2e-test') === 'wait-forever'
  const delay = asked === '/always-allow-delay-5s' ? 5000 : forever ? Number.POSITIVE_INFINITY : undefined
  return { ...answerText(text, 'application/json'), ...(delay !== undefined && { delay }) }
}
