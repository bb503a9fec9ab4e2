// Small programs that courses and walkthroughs run to have something to look at.
import { formatDate } from '../commands/date.ts'
import { answerText } from '../commands/transfer.ts'
import { forever, type HttpAnswer, type HttpCall, type Process, type Program } from '../process.ts'

/** A server that answers every path alike. */
function answers(port: number, answer: (process: Process, call: HttpCall) => HttpAnswer, greeting = ''): Program {
  return async (_, process) => {
    if (greeting !== '') process.out(greeting)
    process.machine.net.listen(port, { http: (call) => answer(process, call) })
    return forever(process)
  }
}

const says = (text: string) => (): HttpAnswer => answerText(text, 'text/html; charset=utf-8')

const colors: Readonly<Record<string, string>> = { red: '#e74c3c', green: '#16a085', blue: '#2980b9', blue2: '#30336b', pink: '#be2edd', darkblue: '#130f40' }

/** A page in the colour that its environment says. */
function colorPage({ env, machine }: Process): HttpAnswer {
  const color = env.get('APP_COLOR') ?? 'red'
  return answerText(
    `<!doctype html>\n<title>Hello from Flask</title>\n<body style="background: ${colors[color] ?? color};"></body>\n<div style="color: #e4e4e4;\n    text-align:  center;\n    height: 90px;\n    vertical-align:  middle;">\n\n  <h1>Hello from ${machine.hostname}!</h1>\n\n</div>`,
    'text/html; charset=utf-8',
  )
}

const deeds = ['logged in', 'logged out', 'is viewing page1', 'is viewing page2', 'is viewing page3']

/** Users come and go; now and then one has trouble. */
const eventSimulator: Program = async (_, process) => {
  for (let count = 1; ; count += 1) {
    const at = formatDate(process.now(), '%Y-%m-%d %H:%M:%S,%N').slice(0, 23)
    const say = (level: string, text: string): void => process.out(`[${at}] ${level} in event-simulator: ${text}\n`)
    say('INFO', `USER${1 + process.seed.below(4)} ${deeds[process.seed.below(deeds.length)]}`)
    if (count % 5 === 0) say('WARNING', 'USER5 Failed to Login as the account is locked due to MANY FAILED ATTEMPTS.')
    if (count % 8 === 0) say('WARNING', 'USER7 Order failed as the item is OUT OF STOCK.')
    await process.sleep(1000)
  }
}

/** The programs by the name that the table of images gives them. */
export const samplePrograms: Readonly<Record<string, Program>> = {
  'node-hello': answers(8080, says('Hello Kubernetes!')),
  'nodejs-hello-world': answers(3000, says('Hello World'), 'Magic happens on port 3000\n'),
  simpleapp: answers(8080, ({ machine }) => answerText(`Hello world from ${machine.hostname} and version 2.0\n`)),
  'webapp-color': answers(
    8080,
    colorPage,
    ' * Serving Flask app "app" (lazy loading)\n * Environment: production\n * Running on http://0.0.0.0:8080/ (Press CTRL+C to quit)\n',
  ),
  'event-simulator': eventSimulator,
}
