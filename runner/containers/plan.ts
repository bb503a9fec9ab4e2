// What a container's words come to, before anything runs: whether its program ends by itself.
import { nameOf } from './files.ts'
import type { Image } from './images/table.ts'
import type { ContainerSpec } from './pod.ts'

/** The words that start a container's program. */
export function wordsOf({ command, args }: Pick<ContainerSpec, 'command' | 'args'>, image: Image): readonly string[] {
  if (command.length > 0) return [...command, ...args]
  const words = args.length > 0 ? args : image.command
  const own = image.wraps === undefined || !isOwn(words[0], image) ? [] : [image.wraps]
  return [...image.entrypoint, ...own, ...words]
}

/** True for a first word that an image's entry script takes for its own program's: an option, a file of settings, or in some images what names no program. */
function isOwn(first: string | undefined, image: Image): boolean {
  if (first === undefined) return false
  return /^-|\.conf$/.test(first) || (image.yields === true && !isProgram(first, image))
}

/** True for a word that names a program rather than being one's argument. */
function isProgram(word: string, image: Image): boolean {
  const name = nameOf(word)
  return !word.startsWith('-') && !word.includes(':') && (word.startsWith('/') || image.programs.includes(name) || ending.has(name) || shells.test(name))
}

const shells = /^(ba|a|z|da)?sh$/

/** What stands in the list of processes for somebody's words: a shell makes place for the last command of its script, and bears its name no more. */
export function shownAs(words: readonly string[]): readonly string[] {
  const [name = '', flag = '', script = '', ...more] = words
  if (!shells.test(nameOf(name)) || !/^-[a-z]*c$/.test(flag) || more.length > 0) return words
  if (/[(){}`|&<>$"'\\]|\b(while|until|for|if|case|trap|read|wait|sleep\b.*;)/.test(script.replaceAll('&&', ';'))) return words
  const parts = script
    .split(/;|&&|\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const last = (parts.at(-1) ?? '').replace(/^exec +/, '').split(/\s+/)
  // What stands before it may take its time, with the shell still there: then only what is known to stay is believed to have come.
  return parts.length === 1 || /^(sleep|tail|nc|httpd|nginx)$/.test(last[0] ?? '') ? last : words
}

const ending = new Set([
  'true',
  'false',
  'echo',
  'printf',
  'ls',
  'cat',
  'env',
  'printenv',
  'date',
  'id',
  'whoami',
  'hostname',
  'uname',
  'pwd',
  'sleep',
  'seq',
  'expr',
  'wget',
  'curl',
  'nslookup',
  'dig',
  'ping',
  'nc',
  'timeout',
  'test',
  'touch',
  'mkdir',
  'rm',
  'cp',
  'mv',
  'chmod',
  'grep',
  'sed',
  'awk',
  'find',
  'stress',
  'stress-ng',
  'redis-cli',
  'pg_isready',
  'dd',
  'tar',
  'df',
  'du',
  'ps',
  'head',
  'wc',
  'sort',
  'xargs',
  'base64',
  'md5sum',
  'sha256sum',
  'mysqld',
  'mariadbd',
  'postgres',
  'http-echo',
  'tail',
  'sysctl',
  'hexdump',
  'hd',
  'od',
  'xxd',
  'nnp',
])

/** Programs of well-known images that nobody wrote down. */
const unwritten = new Set([
  'node',
  'npm',
  'perl',
  'ruby',
  'php',
  'java',
  'go',
  'cargo',
  'mvn',
  'gradle',
  'python',
  'python3',
  'kubectl',
  'pip',
  'apt-get',
  'apk',
])

/** Servers that never end by themselves: nobody need run them to see that. */
const servers = new Set([
  'nginx',
  'httpd-foreground',
  'redis-server',
  'mongod',
  'memcached',
  'rabbitmq-server',
  'echoserver',
  'echo-server',
  'hello-app',
  'podinfo',
  'whoami-server',
  'nginx-hello',
  'aks-helloworld',
  'pause',
  'agnhost',
  'agnhost-2',
  'metrics-server',
  'sample-apiserver',
  'update-demo',
  'coredns',
  'nginx-ingress-controller',
  'cert-manager-webhook',
  'pilot-discovery',
  'php-apache',
  'wordpress',
  'guestbook-front',
  'redis-follower',
  'vish-stress',
  'serve-hostname',
  'kicbase-echo',
  'node-hello',
  'nodejs-hello-world',
  'simpleapp',
  'webapp-color',
  'event-simulator',
])

/** The words of agnhost that come to an end. */
const endingHelpers = new Set([
  'connect',
  'dns-server-list',
  'dns-suffix',
  'entrypoint-tester',
  'etc-hosts',
  'guestbook',
  'help',
  'inclusterclient',
  'logs-generator',
  'mounttest',
  'test-service-account-issuer-discovery',
  'netexec',
  'nettest',
  'port-forward-tester',
])

/** `forever`: nobody need wait for its end. `ends`: it is run to see how it ends. `does what its image does`: nobody wrote it down. */
export type Plan = 'forever' | 'ends' | 'unknown'

/** The plan of a container. */
export function planOf(words: readonly string[], image: Image): Plan {
  const [first = '', ...rest] = words
  const name = nameOf(first)
  if (words.length === 0) return image.known ? 'ends' : 'unknown'
  if (name === 'sleep') return rest.some((word) => /^inf/.test(word)) ? 'forever' : 'ends'
  if (name === 'tail') return rest.some((word) => /^-\w*f/.test(word) || word === '--follow') ? 'forever' : 'ends'
  if (shells.test(name)) return scriptPlan(rest)
  if (/^agnhost(-2)?$/.test(name) && endingHelpers.has(rest[0] ?? '')) return 'ends'
  if (servers.has(name)) return 'forever'
  if (ending.has(name)) return 'ends'
  if (/^python3?$/.test(name) && (rest[0] === '-c' || rest.length === 0)) return 'ends'
  if (name === 'perl' && rest.some((word) => word.includes('bpi('))) return 'ends'
  return image.known && !unwritten.has(name) ? 'ends' : 'unknown'
}

/** A loop without an end, and nothing in it that leaves, runs for ever. */
function scriptPlan(rest: readonly string[]): Plan {
  const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word))
  const script = at < 0 ? undefined : rest[at + 1]
  if (script === undefined) return 'ends'
  const endless =
    /(while\s+(true|:|\[\s*1\s*\]|sleep\s+\S+)\s*[;\n]|until\s+false\s*[;\n]|for\s*\(\(\s*;\s*;\s*\)\)|\bsleep\s+inf|\btail\b[^;|&\n]*\s-\w*[fF]\b|nginx\s+-g|\bhttpd?\s+-f|sleep\s+[1-9]\d{5,})/.test(
      script,
    )
  return endless && !/\b(exit|break|return|set\s+-\w*e|kill)\b/.test(script) && !/^\s*sh\b/.test(script) ? 'forever' : 'ends'
}
