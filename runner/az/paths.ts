// Paths as they are typed.
import type { AzContext } from './context.ts'

/** A path against the working folder, `~` being the home folder. */
export function absolutePath(context: Pick<AzContext, 'home' | 'cwd'>, path: string): string {
  if (path === '~' || path.startsWith('~/')) return context.home + path.slice(1)
  return path.startsWith('/') ? path : `${context.cwd}/${path}`
}
