// The labs folder as the build sees it: every text of `labs/`, taken in by Vite, so that a change rebuilds what it touches.
import type { LabFolder } from '#runner/labs/load-labs.ts'

const root = '../../../labs/'
const texts: Record<string, string> = import.meta.glob(
  ['../../../labs/*/*.md', '../../../labs/*/*.yaml', '../../../labs/*/*.svg', '../../../labs/*/solution.sh'],
  { query: '?raw', import: 'default', eager: true },
)

const paths = Object.keys(texts).map((path) => path.slice(root.length))

/** The project's labs and courses. */
export const folder: LabFolder = {
  labs: async () => foldersWith('lab.yaml'),
  courses: async () => foldersWith('course.yaml'),
  read: async (path) => textOf(path),
}

/** Text of a file of the labs folder, or undefined if there is none. */
export function textOf(path: string): string | undefined {
  return texts[root + path]
}

function foldersWith(file: string): readonly string[] {
  return paths
    .filter((path) => path.endsWith(`/${file}`))
    .map((path) => path.slice(0, -file.length - 1))
    .sort()
}
