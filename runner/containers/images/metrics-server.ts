// metrics-server: it serves the metrics API behind its APIService; what it answers there is measured by the API server's own door to the nodes.
import { formatDate } from '../commands/date.ts'
import { answerText } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Program } from '../process.ts'

const resources = [
  { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
]
const root = '/apis/metrics.k8s.io/v1beta1'
const list = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'metrics.k8s.io/v1beta1', resources }

/** Runs until it is ended. */
export const metricsServer: Program = async (words, process) => {
  const port = Number(words.find((word) => word.startsWith('--secure-port='))?.split('=')[1] ?? 443)
  const say = (text: string): void => process.err(`I${formatDate(process.now(), '%m%d %H:%M:%S')}.000000       1 ${text}\n`)
  say('serving.go:380] Generated self-signed cert (/tmp/apiserver.crt, /tmp/apiserver.key)')
  say(`secure_serving.go:211] Serving securely on [::]:${port}`)
  process.machine.net.listen(port, { secure: true, http: answer })
  return forever(process)
}

function answer({ path }: HttpCall): HttpAnswer {
  const [asked = ''] = path.split('?')
  if (['/livez', '/readyz', '/healthz'].includes(asked)) return answerText('ok')
  if (asked === root) return answerText(JSON.stringify(list), 'application/json')
  return answerText('404 page not found\n', undefined, 404)
}
