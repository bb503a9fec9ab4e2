// The packages whose doc comments describe Kubernetes' types to `kubectl explain`, read file by file when asked for.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The declarations at a path as `core/v1` (types of 1.30) or `models/V1Pod` (a newer client's), or undefined if the package has none, or is not installed. */
export function readDeclarations(path: string): string | undefined {
  const [name, folder] = path.startsWith('models/') ? ['@kubernetes/client-node', 'dist/gen/'] : ['kubernetes-types', '']
  try {
    return readFileSync(fileURLToPath(new URL(`${folder}${path}.d.ts`, import.meta.resolve(`${name}/package.json`))), 'utf8')
  } catch {
    return undefined
  }
}
