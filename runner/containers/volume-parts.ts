// Parts of volumes: where links lead, what is made where nothing is, and whose it is.
import { type Entry, FileError, Files, type Tree } from './files.ts'

/** A path of a node with every link on it followed: what is mounted is what it leads to. */
export function realIn(tree: Tree, path: string): string {
  return (new Files([{ path: '/', tree }], () => 0).real(`/${path}`) ?? `/${path}`).slice(1)
}

/** A part of a volume with every link on it followed; undefined where they lead out of it. */
export function partIn(tree: Tree, top: string, within: string): string | undefined {
  const root = tree.ofNode ? '' : '/volume'
  const volume = `${root}${top === '' ? '' : `/${top}`}`
  try {
    const real = new Files([{ path: root || '/', tree }], () => 0).real(`${volume}/${within}`)
    return real?.startsWith(`${volume}/`) ? real.slice(root.length + 1) : undefined
  } catch (error) {
    if (error instanceof FileError) return undefined
    throw error
  }
}

/** A part that is not there is made as a folder, with the rights of its volume's own (`SafeMakeDir`), and its group where that is handed on. */
export function makePart(part: string, { tree, top, now }: { readonly tree: Tree; readonly top: string; readonly now: number }): void {
  if (!tree.writes || tree.base().has(part) || tree.writes.has(part)) return
  const volume = tree.writes.get(top) ?? tree.base().get(top)
  const made: Entry = volume?.kind === 'folder' ? { ...volume, at: now } : { kind: 'folder', mode: 0o755, at: now }
  tree.writes.set(part, made)
}

/** What lies in a volume when its pod begins is given to the pod's group, which may write it and hands itself on (`volume_linux.go`, SetVolumeOwnership). */
export function handOver(tree: Tree, top: string, { group, now }: { readonly group: number; readonly now: number }): void {
  const { writes } = tree
  if (!writes) return
  const root = writes.get(top) ?? tree.base().get(top)
  if (root && root.kind !== 'link' && root.owner?.[1] !== group) writes.set(top, root)
  for (const [path, entry] of writes) {
    if (!entry || entry.kind === 'link' || entry.at >= now + 1000 || entry.owner?.[1] === group) continue
    if (path !== top && !path.startsWith(top === '' ? '' : `${top}/`)) continue
    const mode = entry.mode | (entry.kind === 'folder' ? 0o2770 : 0o660)
    writes.set(path, { ...entry, mode, owner: [entry.owner?.[0] ?? 0, group] })
  }
}
