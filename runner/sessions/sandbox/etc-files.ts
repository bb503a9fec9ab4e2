// The sandbox's own /etc: who the learner is, which names are found, which CA is trusted. Nothing of the machine's that is private.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SandboxUser } from './sandbox.ts'

/** The loopback address that stands for every host of the world. */
export const worldAddress = '127.0.0.10'

/** Where clients of various makes look for the CAs they trust, below /etc. */
const bundles = ['ssl/certs/ca-certificates.crt', 'ssl/cert.pem', 'pki/tls/certs/ca-bundle.crt']

/** What programs of the machine need of its /etc, where it is there: links, loader's cache, settings that are nobody's secret. */
const borrowed = [
  ...['ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'ld-musl-x86_64.path', 'services', 'protocols', 'mime.types', 'magic', 'inputrc'],
  ...[
    'terminfo',
    'vim',
    'vimrc',
    'nanorc',
    'python3',
    'python3.11',
    'python3.12',
    'python3.13',
    'ssl/openssl.cnf',
    'os-release',
    'debian_version',
    'localtime',
  ],
]

/** Folder of the machine's /etc that is shown as it is, where it is there: nothing but links, too many to copy for each session. */
export const shownEtc = 'alternatives'

/** Writes /etc into `folder`. */
export function writeEtc(
  folder: string,
  options: {
    readonly user: SandboxUser
    readonly hostName: string
    readonly ca: string
    readonly bashrc: string
    readonly own?: Readonly<Record<string, string>> | undefined
  },
): void {
  for (const name of borrowed) {
    if (existsSync(`/etc/${name}`)) cpSync(`/etc/${name}`, join(folder, name), { recursive: true, verbatimSymlinks: true })
  }
  if (existsSync(`/etc/${shownEtc}`)) mkdirSync(join(folder, shownEtc), { recursive: true })
  const [id, home] = options.user === 'root' ? [0, '/root'] : [1000, '/home/learner']
  const root = options.user === 'root' ? '' : 'root:x:0:0:root:/nonexistent:/usr/sbin/nologin\n'
  const files: Record<string, string> = {
    passwd: `${root}${options.user}:x:${id}:${id}::${home}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `${root && 'root:x:0:\n'}${options.user}:x:${id}:\nnogroup:x:65534:\n`,
    'nsswitch.conf': 'passwd: files\ngroup: files\nshadow: files\nhosts: files\nservices: files\nprotocols: files\n',
    hostname: `${options.hostName}\n`,
    'resolv.conf': '',
    'drydock.bashrc': options.bashrc,
    ...Object.fromEntries(bundles.map((name) => [name, options.ca])),
    ...options.own,
  }
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

/** The text of /etc/hosts: the world's names, the machine's own, and machines beside it with their addresses. */
export function hostsFile(names: readonly string[], hostName: string, beside: readonly (readonly [name: string, address: string])[] = []): string {
  const own = [`127.0.0.1\tlocalhost${names.includes(hostName) ? '' : ` ${hostName}`}`]
  const others = beside.filter(([name]) => name !== hostName && !names.includes(name)).map(([name, address]) => `${address}\t${name}`)
  return `${[...own, ...names.map((name) => `${worldAddress}\t${name}`), ...others].join('\n')}\n`
}

/** Editors, the easiest first: `kubectl edit` opens the first that the machine has. */
const editors = ['nano', 'vi', 'vim']

function editorVariable(): Readonly<Record<string, string>> {
  const editor = editors.find((name) => ['/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${name}`)))
  return editor === undefined ? {} : { EDITOR: editor }
}

/** The variables of a learner's shell. */
export function shellEnvironment(user: SandboxUser): Readonly<Record<string, string>> {
  const root = user === 'root'
  return {
    HOME: root ? '/root' : '/home/learner',
    USER: user,
    LOGNAME: user,
    SHELL: '/bin/bash',
    PATH: root ? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' : '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    ...editorVariable(),
    ...trustVariables(`/etc/${bundles[0]}`),
  }
}

/** The variables by which clients of various makes are told whose certificates to trust. */
export function trustVariables(file: string): Readonly<Record<string, string>> {
  return { SSL_CERT_FILE: file, REQUESTS_CA_BUNDLE: file, NODE_EXTRA_CA_CERTS: file, CURL_CA_BUNDLE: file }
}
