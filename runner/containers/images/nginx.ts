// `nginx` as its image starts it: what it says, what it serves, and where it logs.
import { formatDate } from '../commands/date.ts'
import { parentOf } from '../files.ts'
import { fail, forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'
import { accessLine, readNginx } from './site.ts'

/** The program. */
export const nginx: Program = (words, process) => {
  if (words.includes('-v') || words.includes('-V')) return fail(process, 'nginx version: nginx/1.29.3', 0)
  if (words.includes('-t'))
    return fail(
      process,
      'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful',
      0,
    )
  if (words.includes('-s')) return 0
  const [access, errors] = [logInto(process, 'access'), logInto(process, 'error')]
  const say = (text: string): void => errors(`${formatDate(process.now(), '%Y/%m/%d %H:%M:%S')} [notice] 1#1: ${text}\n`)
  for (const line of entrypointLines) process.out(`${line}\n`)
  for (const line of [
    'using the "epoll" event method',
    'nginx/1.29.3',
    'built by gcc 14.2.0 (Debian 14.2.0-19) ',
    `OS: Linux ${process.machine.kernel}`,
    'getrlimit(RLIMIT_NOFILE): 1048576:1048576',
    'start worker processes',
    'start worker process 29',
    'start worker process 30',
  ])
    say(line)
  for (const { port, answer } of readNginx(process.files)) {
    const http = (call: HttpCall): HttpAnswer => {
      const given = answer(call)
      access(accessLine(process, call, given, true))
      return given
    }
    process.machine.net.listen(port, { http })
  }
  return forever(process)
}

/** Where nginx writes a log: into a file, or into the container's own log where a link or the configuration leads there. */
function logInto(process: Process, kind: 'access' | 'error'): (line: string) => void {
  const { files } = process
  const main = files.stat('/etc/nginx/nginx.conf')
  const named = main?.kind === 'file' ? new RegExp(`^\\s*${kind}_log\\s+([^;\\s]+)`, 'm').exec(main.content)?.[1] : undefined
  const path = named ?? `/var/log/nginx/${kind}.log`
  if (path === 'off') return () => undefined
  const link = files.entry(path)
  const stream = path === 'stderr' ? path : /^\/dev\/(stdout|stderr|null)$/.exec(link?.kind === 'link' ? link.target : path)?.[1]
  if (stream !== undefined) return stream === 'stdout' ? process.out : stream === 'stderr' ? process.err : () => undefined
  const write = (line: string): void => {
    if (files.isFolder(parentOf(path))) files.write(path, line, { append: true })
  }
  write('')
  return write
}

const script = '/docker-entrypoint.sh'
const entrypointLines = [
  `${script}: /docker-entrypoint.d/ is not empty, will attempt to perform configuration`,
  `${script}: Looking for shell scripts in /docker-entrypoint.d/`,
  `${script}: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh`,
  '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
  '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
  `${script}: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh`,
  `${script}: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh`,
  `${script}: Launching /docker-entrypoint.d/30-tune-worker-processes.sh`,
  `${script}: Configuration complete; ready for start up`,
]
