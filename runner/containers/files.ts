// A container's files: an image's skeleton with what was written over it, and volumes mounted into it.

/** User and group of an entry; without any it is root's. */
export type Owner = readonly [uid: number, gid: number]

/** Who reads and writes. */
export interface FileUser {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
}

/** A file, folder or link as plain data; `content` is a byte string, behind which so many zeros come as `zeros` says. */
export type Entry =
  | { readonly kind: 'file'; readonly content: string; readonly zeros?: number; readonly mode: number; readonly at: number; readonly owner?: Owner }
  | { readonly kind: 'folder'; readonly mode: number; readonly at: number; readonly owner?: Owner }
  | { readonly kind: 'link'; readonly target: string; readonly at: number }

/** What was written over a tree, by path from its root (`''`, `a/b`); null takes away what was there. Where room is scarce, `fits` tells what goes in. */
export type Writes = Map<string, Entry | null> & { fits?(path: string, entry: Entry): boolean }

/** A tree of files. `writes` is absent where nothing can be written. */
export interface Tree {
  /** What is there before anything was written. */
  base(): ReadonlyMap<string, Entry>
  readonly writes?: Writes
  /** The files of a node. */
  readonly ofNode?: boolean
}

/** A tree in its place. */
export interface Mount {
  readonly path: string
  readonly tree: Tree
  /** The part of the tree that is mounted; default all. */
  readonly part?: string
  readonly readOnly?: boolean
  /** Links lead from the volume's part to somewhere else: the kubelet does not mount it. */
  readonly astray?: boolean
  /** A file system in memory, as the kubelet mounts Secrets and what is projected. */
  readonly memory?: boolean
  /** How much room such a file system has, KiB; without it all that the container, or its node, may use. */
  readonly size?: number
}

/** Why a file operation failed, as the C library says it. */
export class FileError extends Error {
  readonly code: keyof typeof reasons

  constructor(code: keyof typeof reasons) {
    super(reasons[code])
    this.code = code
  }
}

/** What a file holds at most: the disk of a node is full then. */
const mostBytes = 64 * 2 ** 20

const reasons = {
  missing: 'No such file or directory',
  full: 'No space left on device',
  exists: 'File exists',
  folder: 'Is a directory',
  'no folder': 'Not a directory',
  'not empty': 'Directory not empty',
  'read only': 'Read-only file system',
  denied: 'Permission denied',
  'not permitted': 'Operation not permitted',
  loop: 'Too many levels of symbolic links',
  busy: 'Resource busy',
} as const

/** The files that a process sees. Paths are absolute and normal; `resolve` makes them so. */
export class Files {
  readonly #mounts: readonly Mount[]
  readonly #now: () => number
  readonly #user: FileUser
  /** What new files are not allowed. */
  mask = 0o022

  constructor(mounts: readonly Mount[], now: () => number, user: FileUser = { uid: 0, gid: 0, groups: [] }) {
    this.#user = user
    this.#mounts = [...mounts].sort((a, b) => b.path.length - a.path.length)
    this.#now = now
  }

  /** The entry at a path, links followed; undefined if there is none. */
  stat(path: string): Entry | undefined {
    const real = this.real(path)
    return real === undefined ? undefined : this.entry(real)
  }

  /** The entry itself, without following a last link. */
  entry(path: string): Entry | undefined {
    const parent = this.real(parentOf(path))
    const at = parent === undefined || path === '/' ? path : join(parent, nameOf(path))
    const { mount, inside } = this.#place(at)
    const written = mount.tree.writes?.get(inside)
    if (written !== undefined) return written ?? undefined
    return mount.tree.base().get(inside) ?? (this.#implied(at) ? { kind: 'folder', mode: 0o755, at: this.#now() } : undefined)
  }

  /** The path with every link followed. */
  real(path: string): string | undefined {
    let done = '/'
    const left = path.split('/').filter((part) => part !== '')
    for (let links = 0; left.length > 0; ) {
      const next = join(done, left.shift() ?? '')
      const { mount, inside } = this.#place(next)
      const written = mount.tree.writes?.get(inside)
      const entry = written === undefined ? mount.tree.base().get(inside) : written
      if (entry?.kind === 'link') {
        links += 1
        if (links > 30) return undefined
        const target = resolve(done, entry.target)
        left.unshift(...target.split('/').filter((part) => part !== ''))
        done = '/'
      } else done = next
    }
    return done
  }

  isFolder(path: string): boolean {
    return this.stat(path)?.kind === 'folder'
  }

  read(path: string): string {
    const entry = this.stat(path)
    if (!entry) throw new FileError('missing')
    if (entry.kind !== 'file') throw new FileError('folder')
    return entry.content
  }

  /** Names in a folder, sorted. */
  list(path: string): readonly string[] {
    const real = this.real(path)
    const entry = real === undefined ? undefined : this.entry(real)
    if (real === undefined || !entry) throw new FileError('missing')
    if (entry.kind !== 'folder') throw new FileError('no folder')
    const { mount, inside } = this.#place(real)
    const names = new Set<string>()
    const prefix = inside === '' ? '' : `${inside}/`
    for (const key of mount.tree.base().keys()) if (key.startsWith(prefix) && key !== inside) names.add(firstOf(key.slice(prefix.length)))
    for (const [key, value] of mount.tree.writes ?? []) {
      if (!key.startsWith(prefix) || key === inside) continue
      if (value) names.add(firstOf(key.slice(prefix.length)))
      else if (!key.slice(prefix.length).includes('/')) names.delete(key.slice(prefix.length))
    }
    const below = real === '/' ? '/' : `${real}/`
    for (const each of this.#mounts) if (each.path.startsWith(below) && each.path !== real) names.add(firstOf(each.path.slice(below.length)))
    return [...names].filter((name) => name !== '').sort()
  }

  write(path: string, content: string, options: { append?: boolean; mode?: number; zeros?: number } = {}): void {
    const real = this.real(path) ?? path
    const before = this.entry(real)
    if (before?.kind === 'folder') throw new FileError('folder')
    const held = options.append && before?.kind === 'file' ? before.content : ''
    if (held.length + content.length > mostBytes) throw new FileError('full')
    const mode = options.mode ?? (before?.kind === 'file' ? before.mode : 0o666 & ~this.mask)
    const { zeros = options.append && before?.kind === 'file' ? before.zeros : undefined } = options
    this.#set(real, { kind: 'file', content: held + content, ...(zeros && { zeros }), mode, at: this.#now(), ...this.#owner(real, before) })
  }

  makeFolder(path: string, options: { parents?: boolean; mode?: number } = {}): void {
    const existing = this.stat(path)
    if (existing) {
      if (options.parents && existing.kind === 'folder') return
      throw new FileError('exists')
    }
    if (options.parents && path !== '/') this.makeFolder(parentOf(path), { parents: true })
    this.#set(this.real(path) ?? path, { kind: 'folder', mode: options.mode ?? 0o777 & ~this.mask, at: this.#now(), ...this.#owner(path, undefined) })
  }

  link(path: string, target: string): void {
    if (this.entry(path)) throw new FileError('exists')
    this.#set(path, { kind: 'link', target, at: this.#now() })
  }

  /** Puts an entry as it is: for copies and archives. */
  put(path: string, entry: Entry): void {
    this.#set(path, entry)
  }

  /** Removes a file, or a folder with everything in it. */
  remove(path: string): void {
    const entry = this.entry(path)
    if (!entry) throw new FileError('missing')
    if (this.#mounts.some((mount) => mount.path === path)) throw new FileError('busy')
    if (entry.kind === 'folder') for (const name of this.list(path)) this.remove(join(path, name))
    this.#set(path, null)
  }

  /** The same files as who takes a folder of them for the root sees them. */
  below(folder: string): Files {
    const root = this.real(folder) ?? folder
    const { mount, inside } = this.#place(root)
    const within = this.#mounts.filter(({ path }) => path.startsWith(root === '/' ? '/' : `${root}/`) && path !== root)
    const top = mount.path === root ? { ...mount, path: '/' } : { ...mount, path: '/', part: inside }
    return new Files([top, ...within.map((each) => ({ ...each, path: each.path.slice(root === '/' ? 0 : root.length) }))], this.#now, this.#user)
  }

  /** The same files with something mounted into them. */
  plus(mount: Mount): Files {
    return new Files([...this.#mounts, mount], this.#now, this.#user)
  }

  /** True for what is kept in memory. */
  inMemory(path: string): boolean {
    return this.#place(this.real(path) ?? path).mount.memory === true
  }

  /** True for a place at which all of a node's files are mounted. */
  leadsToNode(path: string): boolean {
    const mount = this.#mounts.find((each) => each.path === path)
    return mount?.tree.ofNode === true && (mount.part ?? '') === ''
  }

  /** The mounts, for `mount` and `df`. */
  get mounts(): readonly Mount[] {
    return this.#mounts
  }

  #set(path: string, entry: Entry | null): void {
    const parent = this.real(parentOf(path)) ?? parentOf(path)
    const folder = path === '/' ? undefined : this.entry(parent)
    if (path !== '/' && !folder) throw new FileError('missing')
    if (folder && folder.kind !== 'folder') throw new FileError('no folder')
    const { mount, inside } = this.#place(join(parent, nameOf(path)))
    if (mount.readOnly || !mount.tree.writes) throw new FileError('read only')
    const known = entry === null ? undefined : this.entry(path)
    if (!this.#mayWrite(known && known.kind !== 'link' ? known : folder)) throw new FileError('denied')
    if (entry !== null && mount.tree.writes.fits?.(inside, entry) === false) throw new FileError('full')
    if (entry === null && !mount.tree.base().has(inside)) mount.tree.writes.delete(inside)
    else mount.tree.writes.set(inside, entry)
  }

  /** Whose a new entry is: its maker's, and of the group of a folder that hands its group on. */
  #owner(path: string, before: Entry | undefined): { readonly owner?: Owner } {
    if (before && before.kind !== 'link') return before.owner ? { owner: before.owner } : {}
    const parent = this.stat(parentOf(path))
    const gid = parent?.kind === 'folder' && (parent.mode & 0o2000) !== 0 ? (parent.owner?.[1] ?? 0) : this.#user.gid
    return this.#user.uid === 0 && gid === 0 ? {} : { owner: [this.#user.uid, gid] }
  }

  #mayWrite(entry: Entry | undefined): boolean {
    const { uid, gid, groups } = this.#user
    if (uid === 0 || !entry || entry.kind === 'link') return true
    const [owner, group] = entry.owner ?? [0, 0]
    const bits = owner === uid ? 0o200 : group === gid || groups.includes(group) ? 0o020 : 0o002
    return (entry.mode & bits) !== 0
  }

  #place(path: string): { readonly mount: Mount; readonly inside: string } {
    for (const mount of this.#mounts) {
      if (mount.path === '/' && mount.part !== undefined && mount.part !== '') return { mount, inside: path === '/' ? mount.part : `${mount.part}${path}` }
      if (path === mount.path || mount.path === '/') return { mount, inside: mount.path === '/' ? path.slice(1) : (mount.part ?? '') }
      if (path.startsWith(`${mount.path}/`)) return { mount, inside: `${mount.part === undefined ? '' : `${mount.part}/`}${path.slice(mount.path.length + 1)}` }
    }
    throw new FileError('missing')
  }

  /** A folder that exists since something is in it or mounted below it. */
  #implied(path: string): boolean {
    if (this.#mounts.some((mount) => mount.path === path || mount.path.startsWith(path === '/' ? '/' : `${path}/`))) return true
    const { mount, inside } = this.#place(path)
    for (const key of mount.tree.base().keys()) if (key.startsWith(`${inside}/`)) return true
    for (const [key, entry] of mount.tree.writes ?? []) if (entry !== null && key.startsWith(`${inside}/`)) return true
    return false
  }
}

/** How many bytes a file has. */
export function lengthOf({ content, zeros = 0 }: Extract<Entry, { kind: 'file' }>): number {
  return content.length + zeros
}

/** A path seen from a folder, without `.` and `..`. */
export function resolve(folder: string, path: string): string {
  const parts: string[] = []
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** A name in a folder, as a path. */
export function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}

/** The folder of a path. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/'
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function firstOf(path: string): string {
  return path.split('/', 1)[0] ?? ''
}
