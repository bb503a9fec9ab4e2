// pods/log: the output of a container, as far as somebody knows it.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at, type KubernetesObject } from '../../object.ts'
import type { LogQuery } from '../../pod-connections.ts'
import { liveObject } from '../../registry/engine.ts'
import { badRequest, invalid, notFound } from '../../registry/errors.ts'
import type { FieldError } from '../../status-error.ts'
import { type Call, keyOfCall } from '../call.ts'
import { readInteger } from '../query-options.ts'
import { isTrue } from '../request-info.ts'

const lists = ['initContainers', 'containers', 'ephemeralContainers']

/** Answers with plain text; a pod that no node has answers nothing. */
export async function answerLog(call: Call): Promise<Response> {
  const { server, resource, query } = call
  for (const name of ['tailLines', 'limitBytes', 'sinceSeconds']) readInteger(query, name)
  const pod = liveObject(server, resource, keyOfCall(call))
  if (!pod) throw notFound(resource.info, call.asked.name)
  checkOptions(pod.metadata.name ?? '', query)
  const container = chosenContainer(pod, query.get('container') ?? '')
  if (!at(pod, 'spec', 'nodeName')) return new Response(null, { status: 204 })
  refuseWaiting(pod, container)
  const output = await server.pods?.logs(pod, { ...readLogQuery(query), container })
  if (output === undefined) call.outcome.notSimulated = true
  return new Response(output ?? '', { headers: { 'content-type': 'text/plain' } })
}

/** What options say that no log can be (`ValidatePodLogOptions`). */
function checkOptions(name: string, query: URLSearchParams): void {
  const findings: FieldError[] = []
  const least = (field: string, limit: number, words: string): void => {
    const value = readInteger(query, field)
    if (value !== undefined && value < limit) findings.push({ field, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${words}` })
  }
  least('tailLines', 0, 'must be greater than or equal to 0')
  least('limitBytes', 1, 'must be greater than 0')
  if (query.has('sinceSeconds') && query.has('sinceTime'))
    findings.push({ field: '[]', reason: 'FieldValueForbidden', message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified' })
  else least('sinceSeconds', 1, 'must be greater than 0')
  if (query.has('stream')) findings.push({ field: 'stream', reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified' })
  if (findings.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, findings)
}

function readLogQuery(query: URLSearchParams): Omit<LogQuery, 'container'> {
  const [tailLines, limitBytes, sinceSeconds] = ['tailLines', 'limitBytes', 'sinceSeconds'].map((name) => readInteger(query, name))
  const sinceTime = query.get('sinceTime')
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== null && { sinceTime }),
  }
}

/** The container that is meant; throws what the server answers if that is none. */
export function chosenContainer(pod: KubernetesObject, asked: string): string {
  const name = pod.metadata.name ?? ''
  const all = lists.flatMap((list) => objects(at(pod, 'spec', list)))
  const names = all.map((container) => String(container.name))
  if (asked !== '') {
    if (names.includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  const [only, ...more] = objects(at(pod, 'spec', 'containers'))
  if (only && more.length === 0) return String(only.name)
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`)
}

/** A container that has not started has no output, and the kubelet says why. */
function refuseWaiting(pod: KubernetesObject, container: string): void {
  const statuses = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'].flatMap((list) => objects(at(pod, 'status', list)))
  const status = statuses.find(({ name }) => name === container)
  const reason = at(status, 'state', 'waiting', 'reason')
  if (typeof reason !== 'string' || at(status, 'lastState', 'terminated') !== undefined) return
  const message = at(status, 'state', 'waiting', 'message')
  const { name = '' } = pod.metadata
  const words = reason === 'ContainerCreating' || reason === 'PodInitializing' ? reason : 'trying and failing to pull image'
  if (words === reason || /Image/.test(reason)) throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${words}`)
  if (typeof message === 'string') throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${reason}`)
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
