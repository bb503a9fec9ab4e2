// Programs of the images that tutorials of kubernetes.io use: what they answer and say.

import { encodeText } from '../bytes.ts'
import { formatDate } from '../commands/date.ts'
import { readOptions } from '../commands/options.ts'
import { answerText, partsOf } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'
import { askRedis } from './redis/client.ts'

function serve(process: Process, port: number, answer: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>): Promise<number> {
  process.machine.net.listen(port, { http: answer })
  return forever(process)
}

function page(text: string): HttpAnswer {
  return answerText(text, 'text/html; charset=UTF-8')
}

/** The start of Apache with PHP, which is what several of them are. */
function startApache(process: Process): void {
  const { address } = process.machine.net
  const named = `AH00558: apache2: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message\n`
  const when = formatDate(process.now(), '%a %b %d %H:%M:%S.%N %Y').replace(/(\d{6})\d{3} /, '$1 ')
  process.err(
    `${named}${named}[${when}] [mpm_prefork:notice] [pid 1] AH00163: Apache/2.4.62 (Debian) PHP/8.2.29 configured -- resuming normal operations\n[${when}] [core:notice] [pid 1] AH00094: Command line: 'apache2 -D FOREGROUND'\n`,
  )
}

function logged(process: Process, { from, method, path, headers }: HttpCall, { status, body }: HttpAnswer): void {
  const when = formatDate(process.now(), '%d/%b/%Y:%H:%M:%S +0000')
  process.out(`${from} - - [${when}] "${method} ${path} HTTP/1.1" ${status} ${body.length + 200} "-" "${headers['user-agent'] ?? '-'}"\n`)
}

/** Apache with one program of PHP behind it. */
function apache(answer: (call: HttpCall, process: Process) => HttpAnswer | Promise<HttpAnswer>): Program {
  return (_, process) => {
    startApache(process)
    return serve(process, 80, async (call) => {
      const given = await answer(call, process)
      logged(process, call, given)
      return given
    })
  }
}

/** `hpa-example`: roots are drawn until a processor is warm. */
const phpApache = apache(() => page('OK!'))

/** A WordPress that nobody installed yet. */
const wordpress = apache(({ path }) =>
  path.startsWith('/wp-admin/install.php')
    ? page(
        '<!DOCTYPE html>\n<html lang="en-US" xml:lang="en-US">\n<head>\n<title>WordPress &rsaquo; Installation</title>\n</head>\n<body class="wp-core-ui language-chooser">\n</body>\n</html>\n',
      )
    : { status: 302, headers: { location: '/wp-admin/install.php', 'content-type': 'text/html; charset=UTF-8' }, body: '' },
)

const guestbookPage = `<html ng-app="redis">
  <head>
    <title>Guestbook</title>
    <link rel="stylesheet" href="//netdna.bootstrapcdn.com/bootstrap/3.1.1/css/bootstrap.min.css">
    <script src="controllers.js"></script>
  </head>
  <body ng-controller="RedisCtrl">
    <div style="width: 50%; margin-left: 20px">
      <h2>Guestbook</h2>
    </div>
  </body>
</html>
`

/** The guestbook's front: it writes to the leader and reads from followers. */
const guestbookFront = apache(async ({ path }, process) => {
  const [file, query] = partsOf(path)
  if (file === '/') return page(guestbookPage)
  if (file !== '/guestbook.php') return answerText('', 'text/html; charset=UTF-8', 404)
  const asked = new URLSearchParams(query)
  const [host, words, said] =
    asked.get('cmd') === 'set'
      ? [process.env.get('REDIS_LEADER_SERVICE_HOST_NAME') ?? 'redis-leader', ['SET', asked.get('key') ?? '', asked.get('value') ?? ''], 'message']
      : [process.env.get('REDIS_FOLLOWER_SERVICE_HOST_NAME') ?? 'redis-follower', ['GET', asked.get('key') ?? ''], 'data']
  const answer = await askRedis(process, host, words)
  if (answer === undefined) return answerText('', 'text/html; charset=UTF-8', 500)
  return page(JSON.stringify({ [said]: said === 'message' ? 'Updated' : (answer ?? '') }).replaceAll('":"', '": "'))
})

/** `vish/stress`: keeps processors and memory busy as its flags say. */
const vishStress: Program = async (words, process) => {
  const options = readOptions(
    words.map((word) => word.replace(/^-(?=\w)/, '--')),
    ['cpus', 'mem-total', 'mem-alloc-size', 'mem-alloc-sleep'],
  )
  const say = (line: number, text: string): void => {
    const when = formatDate(process.now(), '%m%d %H:%M:%S.%N').slice(0, -3)
    process.err(`I${when}       1 main.go:${line}] ${text}\n`)
  }
  const total = options.value('mem-total') ?? '0'
  say(
    26,
    `Allocating "${total}" memory, in "${options.value('mem-alloc-size') ?? '4Ki'}" chunks, with a ${options.value('mem-alloc-sleep') ?? '1ms'} sleep between allocations`,
  )
  for (let left = Number(options.value('cpus') ?? 0); left > 0; left -= 1) say(39, 'Spawning a thread to consume CPU')
  await process.sleep(1000)
  say(29, `Allocated "${total}" memory`)
  return forever(process)
}

/** `serve_hostname`, which older pages use by itself. */
const serveHostname: Program = (words, process) => {
  const run = process.find('agnhost')
  return run ? run(['serve-hostname', ...words], process) : 127
}

/** minikube's echo server. */
const kicbaseEcho: Program = (_, process) => {
  process.out('Echo server listening on port 8080.\n')
  return serve(process, Number(process.env.get('PORT') ?? 8080), ({ method, path, headers, body }) => ({
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: encodeText(
      `Request served by ${process.machine.hostname}\n\nHTTP/1.1 ${method} ${path}\n\nHost: ${headers.host ?? ''}\n${Object.entries(headers)
        .filter(([name]) => name !== 'host')
        .map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}: ${value}\n`)
        .sort()
        .join('')}${body === '' ? '' : `\n${body}`}`,
    ),
  }))
}

/** Programs of demonstrations by their name. */
export const demoPrograms: Readonly<Record<string, Program>> = {
  'php-apache': phpApache,
  wordpress,
  'guestbook-front': guestbookFront,
  'vish-stress': vishStress,
  'serve-hostname': serveHostname,
  'kicbase-echo': kicbaseEcho,
}
