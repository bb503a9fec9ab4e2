// cert-manager's webhook, and the Job that waits for it; what its controllers do is done by the cluster's own.
import { isObject, type Json, type JsonObject } from '../../base/json.ts'
import { decodeText } from '../bytes.ts'
import { formatDate } from '../commands/date.ts'
import { answerText } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'

/** `cert-manager-webhook`: refuses what cannot be issued, and lets all else through. */
export const certManagerWebhook: Program = (words, process) => {
  const port = Number(words.find((word) => word.startsWith('--secure-port='))?.split('=')[1] ?? 10250)
  process.err(
    `I${formatDate(process.now(), '%m%d %H:%M:%S')}.000000       1 server.go:178] "listening for secure connections" logger="cert-manager.webhook" address=":${port}"\n`,
  )
  process.machine.net.listen(port, { secure: true, http: review })
  process.machine.net.listen(6080, { http: () => answerText('ok') })
  return forever(process)
}

/** `startupapicheck check api`: the API answers by the time that it is asked. */
export const startupApiCheck: Program = (_, process: Process) => {
  process.out('The cert-manager API is ready\n')
  return 0
}

function review({ body }: HttpCall): HttpAnswer {
  const sent = JSON.parse(decodeText(body)) as Json
  const request = isObject(sent) && isObject(sent.request) ? sent.request : {}
  const object = isObject(request.object) ? request.object : {}
  const problems = object.kind === 'Certificate' && request.operation !== 'DELETE' ? certificateProblems(isObject(object.spec) ? object.spec : {}) : []
  const message = problems.length > 1 ? `[${problems.join(', ')}]` : problems.join()
  const response = {
    uid: request.uid ?? '',
    allowed: problems.length === 0,
    ...(problems.length > 0 && { status: { status: 'Failure', message, reason: 'NotAcceptable', code: 406 } }),
  }
  return answerText(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }), 'application/json')
}

const names = ['commonName', 'dnsNames', 'uris', 'ipAddresses', 'emailAddresses', 'otherNames', 'literalSubject'] as const
const noName =
  'spec: Invalid value: "": at least one of commonName (from the commonName field or from a literalSubject), dnsNames, uriSANs, ipAddresses, emailSANs or otherNames must be set'

/** What is wrong with a Certificate (cert-manager `internal/apis/certmanager/validation`). */
function certificateProblems(spec: JsonObject): readonly string[] {
  const issuer = isObject(spec.issuerRef) ? spec.issuerRef : {}
  const given = names.some((name) => (Array.isArray(spec[name]) ? spec[name].length > 0 : (spec[name] ?? '') !== ''))
  return [
    ...((spec.secretName ?? '') === '' ? ['spec.secretName: Required value: must be specified'] : []),
    ...((issuer.name ?? '') === '' ? ['spec.issuerRef.name: Required value: must be specified'] : []),
    ...(given ? [] : [noName]),
  ]
}
