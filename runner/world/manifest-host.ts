// The host `github.com`, as far as tutorials fetch manifests from it: what everybody applies is there, nothing else is.
import { stringify } from 'yaml'
import type { Host } from '../base/host.ts'
import metricsServer from './manifests/metrics-server.json' with { type: 'json' }

/** Its name on a world's internet. */
export const manifestHostName = 'github.com'

/** Manifests by path. */
const rows: readonly (readonly [path: RegExp, objects: readonly object[]])[] = [
  [/^\/kubernetes-sigs\/metrics-server\/releases\/(latest\/download|download\/v[\d.]+)\/components\.yaml$/, metricsServer],
]

/** Answers GET with the manifest of a path. */
export function createManifestHost(): Host {
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const found = rows.find(([path]) => path.test(pathname))
      if (!found)
        return new Response(`drydock: https://${manifestHostName}${pathname} is not simulated\n`, {
          status: 404,
          headers: { 'content-type': 'text/plain; charset=utf-8' },
        })
      const text = found[1].map((object) => stringify(object)).join('---\n')
      return new Response(request.method === 'HEAD' ? null : text, { headers: { 'content-type': 'application/octet-stream' } })
    },
  }
}
