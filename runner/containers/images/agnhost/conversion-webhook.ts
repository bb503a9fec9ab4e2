// `agnhost crd-conversion-webhook`: converts the example resource of Kubernetes' own tests between its two versions.
import { isObject, type Json, type JsonObject } from '../../../base/json.ts'
import { at } from '../../../kubernetes/object.ts'
import { decodeText } from '../../bytes.ts'
import { readOptions } from '../../commands/options.ts'
import { answerText } from '../../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Process } from '../../process.ts'

/** Begins to listen over TLS. */
export function serveConversions(words: readonly string[], process: Process): void {
  const port = Number(readOptions(words, ['port', 'tls-cert-file', 'tls-private-key-file']).value('port') ?? 443)
  process.machine.net.listen(port, { secure: true, http: answer })
}

function answer({ path, body }: HttpCall): HttpAnswer {
  const [asked] = path.split('?')
  if (asked === '/readyz') return answerText('ok')
  if (asked !== '/crdconvert') return answerText('404 page not found\n', undefined, 404)
  const review = JSON.parse(decodeText(body)) as Json
  const request = at(review, 'request')
  const objects = at(request, 'objects')
  const version = String(at(request, 'desiredAPIVersion') ?? '')
  const converted = (Array.isArray(objects) ? objects.filter(isObject) : []).map((object) => convert(object, version))
  const failed = converted.find((each) => typeof each === 'string')
  const result = failed === undefined ? { status: 'Success' } : { status: 'Failure', message: failed }
  const response = { uid: at(request, 'uid') ?? '', ...(failed === undefined && { convertedObjects: converted }), result }
  return answerText(JSON.stringify({ kind: 'ConversionReview', apiVersion: at(review, 'apiVersion') ?? '', response }), 'application/json')
}

/** The object in the other version, or why there is none. */
function convert(object: JsonObject, version: string): JsonObject | string {
  const { hostPort, host, port, ...rest } = object
  const way = `${String(object.apiVersion)} ${version}`
  if (object.apiVersion === version) return `conversion from a version to itself should not call the webhook: ${version}`
  if (way === 'stable.example.com/v1 stable.example.com/v2') {
    if (hostPort === undefined) return { ...object, apiVersion: version }
    const parts = String(hostPort).split(':')
    return parts.length === 2 ? { ...rest, apiVersion: version, host: parts[0], port: parts[1] } : `invalid hostPort value \`${String(hostPort)}\``
  }
  if (way !== 'stable.example.com/v2 stable.example.com/v1') return `unexpected conversion version ${JSON.stringify(version)}`
  if (host === undefined && port === undefined) return { ...object, apiVersion: version }
  return { ...rest, apiVersion: version, hostPort: `${String(host ?? '')}:${String(port ?? '')}` }
}
