// The packages whose doc comments describe Kubernetes' types to `kubectl explain`, read file by file when asked for.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The declarations at a path as `core/v1` (types of 1.30) or `models/V1Pod` (a newer client's), or undefined if the package has none, or is not installed. */
export function readDeclarations(path: string): string | undefined {
  try {
    const client = (): URL => new URL('dist/gen/', import.meta.resolve('@kubernetes/client-node/package.json'))
    const folder = path.startsWith('models/') ? client() : import.meta.resolve('kubernetes-types/package.json')
    return readFileSync(fileURLToPath(new URL(`${path}.d.ts`, folder)), 'utf8')
  } catch {
    return undefined
  }
}
