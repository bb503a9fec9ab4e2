// Files that images bring.
import { type Entry, parentOf } from '../files.ts'
import { groupsOf, passwdOf } from './accounts.ts'
import type { Image } from './table.ts'

const folders = [
  '/bin',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local',
  '/usr/local/bin',
  '/usr/share',
  '/var',
  '/var/lib',
  '/var/log',
  '/var/run',
  '/var/tmp',
  '/var/cache',
]

/** What a runtime puts into `/dev`; what is read of them is said where devices are. */
const deviceNames = ['full', 'null', 'ptmx', 'random', 'tty', 'urandom', 'zero']

/** Files that tell a system's version in one line. */
const marks: Readonly<Record<Image['system'], Readonly<Record<string, string>>>> = {
  busybox: {},
  alpine: { '/etc/alpine-release': '3.22.2\n' },
  debian: { '/etc/debian_version': '13.2\n' },
  ubuntu: { '/etc/debian_version': 'trixie/sid\n' },
}

/** Folders that few systems lack, and those that few have. */
const lacking: Readonly<Record<Image['system'], readonly string[]>> = {
  busybox: ['/mnt', '/opt', '/run', '/sbin', '/srv', '/var/cache', '/var/run'],
  alpine: [],
  debian: [],
  ubuntu: [],
}
const extra: Readonly<Record<Image['system'], readonly string[]>> = {
  busybox: ['/lib64', '/var/spool', '/var/www'],
  alpine: ['/media'],
  debian: ['/boot', '/lib64', '/media'],
  ubuntu: ['/boot', '/lib64', '/media', '/home/ubuntu'],
}

const releases: Readonly<Record<Image['system'], string | undefined>> = {
  busybox: undefined,
  ubuntu:
    'PRETTY_NAME="Ubuntu 24.04.3 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.3 LTS (Noble Numbat)"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nHOME_URL="https://www.ubuntu.com/"\n',
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\n',
  debian: 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nVERSION="13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n',
}

const welcome = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`

const nginxMain = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;

    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`

const nginxServer = (port: number): string => `server {
    listen       ${port};
    listen  [::]:${port};
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`

/** Files of well-known images beside the skeleton that all have. */
function ownFiles(reference: string, programs: readonly string[]): Readonly<Record<string, string>> {
  if (programs.includes('nginx')) {
    const port = reference.includes('unprivileged') ? 8080 : 80
    return {
      '/usr/share/nginx/html/index.html': welcome,
      '/usr/share/nginx/html/50x.html': '<!DOCTYPE html>\n<html>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n',
      '/etc/nginx/nginx.conf': nginxMain,
      '/etc/nginx/conf.d/default.conf': nginxServer(port),
      '/etc/nginx/mime.types': '',
      '/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh': '',
      '/docker-entrypoint.sh': '',
    }
  }
  if (programs.includes('httpd-foreground'))
    return {
      '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
      '/usr/local/apache2/conf/httpd.conf': 'ServerRoot "/usr/local/apache2"\nListen 80\nDocumentRoot "/usr/local/apache2/htdocs"\n',
    }
  if (programs.includes('*') && /(^|\/)agnhost(:|@|$)/.test(reference))
    return { '/localhost.crt': notBrought('certificate'), '/localhost.key': notBrought('key'), '/uploads/.keep': '' }
  return {}
}

/** The place of a database's program, which people move away to see what misses it. */
export function placeOfProgram(name: string): string | undefined {
  return /^(mysql|mariadb|redis-|pg_)/.test(name) ? `/usr/bin/${name}` : undefined
}

function notBrought(what: string): string {
  return `# The image's own ${what} for localhost is not simulated.\n`
}

/** The files of an image, before anything is written. `at` is when it was built. */
export function skeleton(reference: string, image: Image, at: number, programs: readonly string[] = []): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  const folder = (path: string): void => {
    if (path === '/' || entries.has(path.slice(1))) return
    folder(parentOf(path))
    entries.set(path.slice(1), { kind: 'folder', mode: path === '/tmp' || path === '/var/tmp' ? 0o1777 : path === '/root' ? 0o700 : 0o755, at })
  }
  entries.set('', { kind: 'folder', mode: 0o755, at })
  const own = [...folders.filter((path) => !lacking[image.system].includes(path)), ...extra[image.system]]
  for (const path of image.shell ? own : ['/dev', '/etc', '/proc', '/sys', '/tmp', '/var', '/var/run']) folder(path)
  for (const name of deviceNames) entries.set(`dev/${name}`, { kind: 'file', content: '', mode: 0o666, at })
  for (const path of ['/dev/mqueue', '/dev/pts', '/dev/shm']) folder(path)
  if (entries.has('run')) entries.set('var/run', { kind: 'link', target: '../run', at })
  folder(image.folder)
  if (image.user !== 0 && image.folder !== '/') entries.set(image.folder.slice(1), { kind: 'folder', mode: 0o755, at, owner: [image.user, image.user] })
  const release = releases[image.system]
  const files = {
    '/etc/passwd': passwdOf(image),
    '/etc/group': groupsOf(image),
    ...(image.shell && { '/etc/shells': '/bin/sh\n' }),
    ...(image.shell && marks[image.system]),
    ...(image.shell && release !== undefined && { '/etc/os-release': release }),
    ...ownFiles(reference, image.programs),
    ...Object.fromEntries(image.programs.flatMap((name) => [placeOfProgram(name) ?? []].flat().map((path) => [path, `#!drydock ${name}\n`] as const))),
  }
  const usr = image.system === 'debian' || image.system === 'ubuntu'
  if (usr && image.shell) for (const name of ['bin', 'sbin']) entries.set(name, { kind: 'link', target: `usr/${name}`, at })
  for (const name of programs) {
    const place = usr && name === 'nginx' ? 'usr/sbin' : usr || (image.system === 'alpine' && image.programs.includes(name)) ? 'usr/bin' : 'bin'
    if (placeOfProgram(name) === undefined) entries.set(`${place}/${name}`, { kind: 'file', content: `#!drydock ${name}\n`, mode: 0o755, at })
  }
  for (const [path, content] of Object.entries(files)) {
    folder(parentOf(path))
    entries.set(path.slice(1), { kind: 'file', content, mode: path.endsWith('.sh') || path.startsWith('/usr/bin/') ? 0o755 : 0o644, at })
  }
  if (image.programs.includes('nginx')) {
    folder('/var/log/nginx')
    for (const [name, stream] of Object.entries(nginxLogs)) entries.set(`var/log/nginx/${name}`, { kind: 'link', target: `/dev/${stream}`, at })
  }
  return entries
}

/** nginx's image leads its logs to the container's, unless a volume hides that. */
const nginxLogs = { 'access.log': 'stdout', 'error.log': 'stderr' }
