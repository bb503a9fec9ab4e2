// The package whose doc comments describe Kubernetes' types to `kubectl explain`, read file by file when asked for.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The declarations at a path as `core/v1`, or undefined if the package has none, or is not installed. */
export function readDeclarations(path: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(new URL(`${path}.d.ts`, import.meta.resolve('kubernetes-types/package.json'))), 'utf8')
  } catch {
    return undefined
  }
}
