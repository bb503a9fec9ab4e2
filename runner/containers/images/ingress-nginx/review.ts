// What the admission webhook of ingress-nginx says of an Ingress.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { decodeText } from '../../bytes.ts'
import { answerText } from '../../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Process } from '../../process.ts'
import { ownIngresses, type Told } from './cluster-view.ts'
import { annotation, partOf, type Route, routesOf } from './routes.ts'

/** Answers a review. */
export async function review(process: Process, told: Told, { body }: HttpCall): Promise<HttpAnswer> {
  const sent = JSON.parse(decodeText(body)) as Json
  const request = isObject(sent) ? partOf(sent, 'request') : {}
  const ingress = partOf(request, 'object')
  const problem = pathProblem(ingress) ?? taken(ingress, await ownIngresses(process, told))
  const response = {
    uid: request.uid ?? '',
    allowed: problem === undefined,
    ...(problem !== undefined && { status: { status: 'Failure', message: problem, reason: 'BadRequest', code: 400 } }),
  }
  return answerText(JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response }), 'application/json')
}

/** Patterns are no prefixes. */
function pathProblem(ingress: JsonObject): string | undefined {
  const wrong = routesOf([ingress]).filter(({ path, type }) => (type === 'Exact' || type === 'Prefix') && !/^\/[\w./-]*$/.test(path))
  const words = wrong.map(({ path, type }) => `path ${path} cannot be used with pathType ${type}`)
  return words.length === 0 ? undefined : `ingress contains invalid paths: ${words.join('\n')}`
}

/** Two Ingresses cannot have the same path of the same host, unless one is the other's canary. */
function taken(ingress: JsonObject, others: readonly JsonObject[]): string | undefined {
  if (annotation(ingress, 'canary') === 'true') return undefined
  const nameOf = (of: JsonObject): string => `${String(partOf(of, 'metadata').namespace)}/${String(partOf(of, 'metadata').name)}`
  const rivals = routesOf(others.filter((other) => nameOf(other) !== nameOf(ingress) && annotation(other, 'canary') !== 'true'))
  for (const { host, path, type } of routesOf([ingress])) {
    const rival = rivals.find((route: Route) => route.host === host && route.path === path && route.type === type)
    if (rival && host !== '') return `host "${host}" and path "${path}" is already defined in ingress ${nameOf(rival.ingress)}`
  }
  return undefined
}
