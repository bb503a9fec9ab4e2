// Programs that serve: each listens, says so in its log, and runs until it is ended.
import { formatDate } from '../commands/date.ts'
import { readOptions } from '../commands/options.ts'
import { bytesOf } from '../commands/system.ts'
import { answerText } from '../commands/transfer.ts'
import { resolve } from '../files.ts'
import { Exit, fail, forever, type HttpAnswer, type HttpCall, isTerminal, type Process, type Program } from '../process.ts'
import { agnhost, agnhostTwo } from './agnhost/agnhost.ts'
import { certManagerWebhook, startupApiCheck } from './cert-manager.ts'
import { coredns } from './coredns.ts'
import { databasePrograms } from './databases.ts'
import { demoPrograms } from './demos.ts'
import { etcdPrograms } from './etcd.ts'
import { ingressNginx } from './ingress-nginx/ingress-nginx.ts'
import { metricsServer } from './metrics-server.ts'
import { nginx } from './nginx.ts'
import { perl } from './perl.ts'
import { pilot } from './pilot.ts'
import { sampleApiserver } from './sample-apiserver.ts'
import { samplePrograms } from './samples.ts'
import { accessLine, apacheVoice, servePage } from './site.ts'
import { voiceOf } from './voices.ts'
import { webhookCertgen } from './webhook-certgen.ts'

/** Listens with an answer that is written into the access log. */
function listen(
  process: Process,
  port: number,
  answer: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>,
  log: (call: HttpCall, answer: HttpAnswer) => void = () => undefined,
): void {
  process.machine.net.listen(port, {
    http: async (call) => {
      const given = await answer(call)
      log(call, given)
      return given
    },
  })
}

/** Apache in the container and busybox's small one. */
const httpd: Program = (words, process) => {
  const options = readOptions(words, ['p', 'h', 'D', 'c'])
  if (process.machine.flavor === 'busybox' && !process.machine.image.includes('httpd')) {
    const port = Number((options.value('p') ?? '80').split(':').at(-1))
    const root = resolve(process.cwd, options.value('h') ?? '.')
    listen(process, port, (call) =>
      servePage(process.files, root, call, {
        server: '',
        errorPage: (status) =>
          `<HTML><HEAD><TITLE>${status} Not Found</TITLE></HEAD>\n<BODY><H1>${status} Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n`,
      }),
    )
    return options.has('f') ? forever(process) : 0
  }
  const { address } = process.machine.net
  const when = (): string => formatDate(process.now(), '%a %b %d %H:%M:%S.%N %Y').replace(/(\d{6})\d{3} /, '$1 ')
  const named = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${address}. Set the 'ServerName' directive globally to suppress this message\n`
  process.err(
    `${named}${named}[${when()}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations\n[${when()}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'\n`,
  )
  const port = Number(/^\s*Listen\s+(\d+)/m.exec(readText(process, '/usr/local/apache2/conf/httpd.conf'))?.[1] ?? 80)
  listen(
    process,
    port,
    (call) => servePage(process.files, '/usr/local/apache2/htdocs', call, apacheVoice),
    (call, given) => process.out(accessLine(process, call, given, false)),
  )
  return forever(process)
}

function readText({ files }: Process, path: string): string {
  const entry = files.stat(path)
  return entry?.kind === 'file' ? entry.content : ''
}

const python: Program = (words, process) => {
  const at = words.indexOf('-m')
  if (words[at + 1] === 'http.server') {
    const port = Number(words.slice(at + 2).find((word) => /^\d+$/.test(word)) ?? 8000)
    const folder = words.includes('-d')
      ? (words[words.indexOf('-d') + 1] ?? '.')
      : words.includes('--directory')
        ? (words[words.indexOf('--directory') + 1] ?? '.')
        : '.'
    process.out(`Serving HTTP on 0.0.0.0 port ${port} (http://0.0.0.0:${port}/) ...\n`)
    listen(
      process,
      port,
      (call) => {
        const page = servePage(process.files, resolve(process.cwd, folder), call, {
          server: 'SimpleHTTP/0.6 Python/3.13.1',
          errorPage: (status) =>
            `<!DOCTYPE HTML>\n<html lang="en">\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: ${status}</p>\n    </body>\n</html>\n`,
        })
        return page.status === 403
          ? {
              ...page,
              status: 200,
              body: `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<title>Directory listing for ${call.path}</title>\n</head>\n<body>\n<h1>Directory listing for ${call.path}</h1>\n<hr>\n<ul>\n${process.files
                .list(resolve(process.cwd, `${folder}/${call.path}`))
                .map((name) => `<li><a href="${name}">${name}</a></li>\n`)
                .join('')}</ul>\n<hr>\n</body>\n</html>\n`,
            }
          : page
      },
      (call, given) =>
        process.err(`${call.from} - - [${formatDate(process.now(), '%d/%b/%Y %H:%M:%S')}] "${call.method} ${call.path} HTTP/1.1" ${given.status} -\n`),
    )
    return forever(process)
  }
  if (words.length === 0 && !isTerminal(process, process.stdin)) return 0
  const printed = words[0] === '-c' ? words[1]?.match(/^print\((["'])(.*)\1\)$/)?.[2] : undefined
  if (printed !== undefined) process.out(`${printed}\n`)
  return printed !== undefined ? 0 : words[0] === '--version' || words[0] === '-V' ? fail(process, 'Python 3.13.1', 0) : unsimulated('python', process)
}

/** What a program that nobody wrote down does: it runs, and says what it is; where work comes to an end, or more follows in its script, it is done in about a second. */
export async function unsimulated(name: string, process: Process, last = true): Promise<number> {
  if (process.machine.finite || !last) {
    process.err(`drydock: the program ${name} of the image ${process.machine.image} is not simulated: it is taken to have done its work\n`)
    await process.sleep(800)
    return 0
  }
  const voice = voiceOf(process)
  if (voice !== undefined) process.err(voice)
  else
    process.out(
      `drydock: the program ${name} of the image ${process.machine.image} is not simulated: it runs, listens on the ports that the container declares, and does nothing else\n`,
    )
  for (const port of process.machine.declaredPorts)
    listen(process, port, () => answerText(`drydock: port ${port} of ${process.machine.image} answers; its program is not simulated\n`))
  return forever(process)
}

const httpEcho: Program = (words, process) => {
  const options = readOptions(
    words.map((word) => word.replace(/^-(?=(text|listen|status-code)\b)/, '--')),
    ['text', 'listen', 'status-code'],
  )
  const text = options.value('text') ?? process.env.get('ECHO_TEXT')
  if (text === undefined) return fail(process, 'Missing -text option!', 127)
  const port = Number((options.value('listen') ?? ':5678').split(':').at(-1))
  process.err(`${formatDate(process.now(), '%Y/%m/%d %H:%M:%S')} [INFO] server is listening on :${port}\n`)
  const headers = { 'x-app-name': 'http-echo', 'x-app-version': '1.0.0', 'content-type': 'text/plain; charset=utf-8' }
  listen(
    process,
    port,
    () => ({ status: Number(options.value('status-code') ?? 200), headers, body: `${text}\n` }),
    (call, given) =>
      process.out(
        `${formatDate(process.now(), '%Y/%m/%d %H:%M:%S')} ${call.headers.host ?? ''} ${call.from} "${call.method} ${call.path} HTTP/1.1" ${given.status} ${given.body.length} "${call.headers['user-agent'] ?? ''}" 21.5µs\n`,
      ),
  )
  return forever(process)
}

/** Small servers that answer every path alike. */
function small(port: number, answer: (call: HttpCall, process: Process) => HttpAnswer, greeting?: (process: Process) => string): Program {
  return (_, process) => {
    if (greeting) process.out(greeting(process))
    listen(process, Number(process.env.get('PORT') ?? port), (call) => answer(call, process))
    return forever(process)
  }
}

const whoami = small(80, (call, { machine }) =>
  answerText(
    `Hostname: ${machine.hostname}\nIP: 127.0.0.1\nIP: ${machine.net.address}\nRemoteAddr: ${call.from}:41230\n${call.method} ${call.path} HTTP/1.1\nHost: ${call.headers.host ?? ''}\n${Object.entries(
      call.headers,
    )
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => `${name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())}: ${value}\n`)
      .join('')}\n`,
  ),
)

const echoServer = small(8080, (call, { machine }) =>
  answerText(
    `\n\nHostname: ${machine.hostname}\n\nPod Information:\n\t-no pod information available-\n\nRequest Information:\n\tclient_address=${call.from}\n\tmethod=${call.method}\n\treal path=${call.path}\n\trequest_version=1.1\n\nRequest Headers:\n${Object.entries(
      call.headers,
    )
      .map(([name, value]) => `\t${name}=${value}\n`)
      .join('')}\nRequest Body:\n\t${call.body === '' ? '-no body in request-' : call.body}\n\n`,
  ),
)

const helloApp = small(
  8080,
  (_, { machine }) =>
    answerText(
      `Hello, world!\nVersion: ${machine.image.match(/:v?(\d+)\.(\d+)/) ? `${machine.image.match(/:v?(\d+\.\d+)/)?.[1]}.0` : '1.0.0'}\nHostname: ${machine.hostname}\n`,
    ),
  ({ now }) => `${formatDate(now(), '%Y/%m/%d %H:%M:%S')} Server listening on port 8080\n`,
)

const podinfo = small(9898, (call, { machine }) =>
  /^\/(healthz|readyz)/.test(call.path)
    ? answerText('{\n  "status": "OK"\n}', 'application/json; charset=utf-8')
    : answerText(
        `{\n  "hostname": "${machine.hostname}",\n  "version": "${machine.image.split(':')[1] ?? '6.9.2'}",\n  "message": "greetings from podinfo v${machine.image.split(':')[1] ?? '6.9.2'}"\n}`,
        'application/json; charset=utf-8',
      ),
)

const demoPage = (title: string): Program =>
  small(80, (_, { machine }) =>
    answerText(
      `<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n<h1>${title}</h1>\n<p>Server&nbsp;name: ${machine.hostname}</p>\n<p>Server&nbsp;address: ${machine.net.address}:80</p>\n</body>\n</html>\n`,
      'text/html',
    ),
  )

/** `stress`: takes memory until it has it or is killed for it. */
const stress: Program = async (words, process) => {
  const options = readOptions(
    words.map((word) => word.replace(/^-(?=\w\w)/, '--')),
    ['vm', 'm', 'vm-bytes', 'vm-hang', 'cpu', 'c', 'timeout', 't', 'io', 'mem-total', 'mem-alloc-size', 'mem-alloc-sleep'],
  )
  const workers = Number(options.value('vm', 'm') ?? 0)
  const wanted = options.value('mem-total') === undefined ? workers * bytesOf(options.value('vm-bytes') ?? '256M') : bytesOf(options.value('mem-total') ?? '0')
  process.out(`stress: info: [1] dispatching hogs: ${options.value('cpu', 'c') ?? 0} cpu, ${options.value('io') ?? 0} io, ${workers} vm, 0 hdd\n`)
  await process.sleep(800)
  const { memoryLimit } = process.machine
  if (memoryLimit !== undefined && wanted > memoryLimit) throw new Exit(137, 'OOMKilled')
  const limit = options.value('timeout', 't')
  await process.sleep(limit === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(limit, 10) * 1000)
  process.out(`stress: info: [1] successful run completed in ${Number.parseInt(limit ?? '0', 10)}s\n`)
  return 0
}

/** A program that would become root: it says whether it did. */
const noNewPrivileges: Program = (_, process) => {
  const held = /^NoNewPrivs:\t1$/m.test(process.files.read('/proc/self/status'))
  process.out(`Effective uid: ${held ? process.machine.user.uid : 0}\n`)
  return 0
}

/** The picture of a demo of rolling updates: which one is said in a small file. */
const updateDemo: Program = (_, process) => {
  const picture = /(nautilus|kitten)(:|@|$)/.exec(process.machine.image)?.[1] ?? 'nautilus'
  listen(process, 80, ({ path }) =>
    path.split('?')[0] === '/data.json' ? answerText(`{\n"image": "${picture}.jpg"\n}\n`, 'application/json') : answerText('404 Not Found\n', 'text/html', 404),
  )
  return forever(process)
}

/** Servers by the name of their program. */
export const serverPrograms: Readonly<Record<string, Program>> = {
  nginx,
  httpd,
  'httpd-foreground': httpd,
  apache2: httpd,
  python,
  python3: python,
  perl,
  'http-echo': httpEcho,
  agnhost,
  'agnhost-2': agnhostTwo,
  nnp: noNewPrivileges,
  'whoami-server': whoami,
  echoserver: echoServer,
  'echo-server': echoServer,
  'hello-app': helloApp,
  podinfo,
  'nginx-hello': demoPage('Hello World'),
  'aks-helloworld': demoPage('Welcome to Azure Kubernetes Service (AKS)'),
  'metrics-server': metricsServer,
  'sample-apiserver': sampleApiserver,
  'update-demo': updateDemo,
  'kube-webhook-certgen': webhookCertgen,
  'pilot-discovery': pilot,
  'cert-manager-webhook': certManagerWebhook,
  startupapicheck: startupApiCheck,
  'nginx-ingress-controller': ingressNginx,
  stress,
  'stress-ng': stress,
  pause: (_, process) => forever(process),
  coredns,
  ...databasePrograms,
  ...demoPrograms,
  ...etcdPrograms,
  ...samplePrograms,
}
