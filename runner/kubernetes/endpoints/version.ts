// What the server says of itself at `/version`.
import { jsonResponse } from '../../base/host.ts'
import type { Route } from './route.ts'

/** The rows of `/version`, which may end in a slash. */
export const versionRoutes: readonly Route[] = ['/version', '/version/'].map((path) => ({
  method: 'GET',
  path,
  handle: ({ server }) => answerVersionPath(server.gitVersion),
}))

/** Answers `/version` for a `gitVersion` like `v1.35.4`; the build's own facts are those of a release. */
export function answerVersionPath(gitVersion: string): Response {
  const [major = '1', minor = '35'] = gitVersion.replace(/^v/, '').split('.')
  const body = {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: '$Format:%H$',
    gitTreeState: '',
    buildDate: '2026-04-15T12:00:00Z',
    goVersion: 'go1.25.9',
    compiler: 'gc',
    platform: 'linux/amd64',
  }
  return jsonResponse(body, 200, { 'cache-control': 'no-cache, private' })
}
