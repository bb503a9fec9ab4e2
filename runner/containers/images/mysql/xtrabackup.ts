// Percona XtraBackup's image: a copy of a server's folder is sent over a port, unpacked, and made ready.
import { readOptions } from '../../commands/options.ts'
import { resolve } from '../../files.ts'
import { fail, forever, type Process, type Program } from '../../process.ts'

const folder = '/var/lib/mysql'

/** The folder as one stream, with the place in the source's log at which it was copied. */
function copyOf({ files, machine }: Process): string {
  const inside = (path: string): readonly (readonly [string, string])[] =>
    files.list(path).flatMap((name) => {
      const full = `${path}/${name}`
      const entry = files.stat(full)
      if (entry?.kind === 'folder') return inside(full)
      return entry?.kind === 'file' && !/^(xtrabackup_|change_master|master\.info)/.test(name) ? [[full.slice(folder.length + 1), entry.content] as const] : []
    })
  const replica = files.stat(`${folder}/master.info`) !== undefined
  const place = replica
    ? ['xtrabackup_slave_info', "CHANGE MASTER TO MASTER_LOG_FILE='mysql-0-bin.000003', MASTER_LOG_POS=154;\n"]
    : ['xtrabackup_binlog_info', `${machine.hostname}-bin.000003\t154\n`]
  return JSON.stringify(Object.fromEntries([...inside(folder), place]))
}

/** `ncat`, as far as it hands over such a copy: it listens for who wants one, or takes one. */
export const ncat: Program = async (words, process) => {
  const options = readOptions(words, ['c', 'max-conns', 'e', 'w'])
  if (options.has('listen', 'l')) {
    process.machine.net.listen(Number(options.rest[0] ?? 3307), { talk: () => () => copyOf(process) })
    return forever(process)
  }
  const [host = '', port = '31337'] = options.rest
  const address = process.machine.net.resolve(host)?.addresses[0]
  if (address === undefined) return fail(process, `Ncat: Could not resolve hostname "${host}": Name or service not known. QUITTING.`, 2)
  const connection = await process.machine.net.connect(address, Number(port))
  if (typeof connection === 'string' || !('talk' in connection.listener)) return fail(process, 'Ncat: Connection refused.')
  process.out(connection.listener.talk()(''))
  return 0
}

/** `xbstream -x`: unpacks a copy. */
export const xbstream: Program = async (words, process) => {
  const options = readOptions(words, ['C', 'directory'])
  const stream = await process.halt.unless(process.stdin.readAll())
  if (stream === '') return 0
  const target = resolve(process.cwd, options.value('C', 'directory') ?? '.')
  for (const [path, content] of Object.entries(JSON.parse(stream) as Readonly<Record<string, string>>)) {
    const full = `${target}/${path}`
    process.files.makeFolder(full.slice(0, full.lastIndexOf('/')), { parents: true })
    process.files.write(full, content)
  }
  return 0
}

/** `xtrabackup`: makes a copy ready. */
export const xtrabackup: Program = (_, process) => {
  process.err('InnoDB: Starting shutdown...\nInnoDB: Shutdown completed; log sequence number 2607672\ncompleted OK!\n')
  return 0
}
