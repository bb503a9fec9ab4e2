// sample-apiserver: the API server of Kubernetes' example of an aggregated API (k8s.io/sample-apiserver), with flunders and fischers.
import { createActivity } from '../../base/activity.ts'
import type { Clock } from '../../base/clock.ts'
import { createRandom } from '../../base/random.ts'
import { type ApiServer, createApiServer } from '../../kubernetes/api-server.ts'
import type { KubernetesObject } from '../../kubernetes/object.ts'
import { answerText } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'

const group = 'wardle.example.com'
/** Where it keeps its objects: the original's stand in an etcd beside it. */
const file = '/wardle.json'
const kinds = [
  { plural: 'flunders', kind: 'Flunder', scope: 'Namespaced' },
  { plural: 'fischers', kind: 'Fischer', scope: 'Cluster' },
] as const

/** Serves until it is ended; what it holds outlives the program, not its pod. */
export const sampleApiserver: Program = async (words, process) => {
  const port = Number(words.find((word) => word.startsWith('--secure-port='))?.split('=')[1] ?? 443)
  const server = serverOf(process)
  process.err(`I1129 00:00:00.000000       1 secure_serving.go:211] Serving securely on [::]:${port}\n`)
  process.machine.net.listen(port, { secure: true, http: (call) => answer(server, call) })
  return forever(process)
}

function serverOf(process: Process): ApiServer {
  const kept = process.files.stat(file) ? (JSON.parse(process.files.read(file)) as readonly KubernetesObject[]) : []
  const server: ApiServer = createApiServer({
    clock: withoutTimers(() => process.now()),
    activity: createActivity(),
    random: createRandom(`wardle ${process.seed.below(2 ** 31)}`),
    serviceCidr: '10.0.0.0/24',
    gitVersion: 'v1.29.2',
    seed: [...kinds.map(definitionOf), ...kept],
    mutation: () => process.files.write(file, JSON.stringify(kinds.flatMap(({ kind }) => server.reader.list(`${group}/v1alpha1`, kind)))),
  })
  return server
}

/** Time to be read, for a server whose objects do nothing by themselves. */
function withoutTimers(now: () => number): Clock {
  return { now, handle: () => () => undefined, arm: () => undefined, disarm: () => undefined, due: () => undefined }
}

function definitionOf({ plural, kind, scope }: (typeof kinds)[number]): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = (plural === 'flunders' ? ['v1alpha1', 'v1beta1'] : ['v1alpha1']).map((name) => ({
    name,
    served: true,
    storage: name === 'v1alpha1',
    schema,
  }))
  const names = { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` }
  const conditions = ['NamesAccepted', 'Established'].map((type) => ({ type, status: 'True' }))
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, resourceVersion: '1' },
    spec: { group, scope, names, versions },
    status: { conditions, acceptedNames: names, storedVersions: ['v1alpha1'] },
  }
}

/** The API server before it has already looked whether the caller may. */
const frontProxy = { address: '127.0.0.1', certificate: { commonName: 'front-proxy-client', organizations: ['system:masters'] } }

async function answer(server: ApiServer, { method, path, headers, body }: HttpCall): Promise<HttpAnswer> {
  const [asked = ''] = path.split('?')
  if (['/readyz', '/livez', '/healthz'].includes(asked)) return answerText('ok')
  if (!asked.startsWith(`/apis/${group}`) && asked !== '/openapi/v3' && !asked.startsWith(`/openapi/v3/apis/${group}/`))
    return answerText('404 page not found\n', undefined, 404)
  const sent = method === 'GET' || method === 'HEAD' ? {} : { body: Uint8Array.from(body, (letter) => letter.charCodeAt(0)) }
  const response = await server.host.fetch(
    new Request(`https://${group}${path}`, { method, headers: { ...headers } as Record<string, string>, ...sent }),
    frontProxy,
  )
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: Object.fromEntries(response.headers), body: Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') }
}
