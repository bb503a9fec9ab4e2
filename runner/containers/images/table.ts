// Images as data: what runs in them by default, which programs and files they have.

/** What an image brings. */
export interface Image {
  readonly flavor: 'busybox' | 'debian'
  /** The system that it is made of: its users, its release. */
  readonly system: 'busybox' | 'alpine' | 'debian' | 'ubuntu'
  /** False where there is no shell and no other program in the image. */
  readonly shell: boolean
  readonly entrypoint: readonly string[]
  readonly command: readonly string[]
  /** The program to which the image's entry script gives options and files that stand where a program would. */
  readonly wraps?: string
  /** True where that script gives it whatever names no program. */
  readonly yields?: boolean
  /** Programs beside those that every image of its flavor has; `*` for all. */
  readonly programs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  /** User id of the image's own user. */
  readonly user: number
  /** The line of the user that it adds to `/etc/passwd`. */
  readonly account?: string
  /** A line that it adds to `/etc/group`, for that user. */
  readonly ownGroup?: string
  /** Further groups of root, as the image's `/etc/group` has them. */
  readonly groups: readonly number[]
  /** False for an image that nobody wrote down. */
  readonly known: boolean
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Further groups of root, by the system of an image. */
const groups: Readonly<Record<Image['system'], readonly number[]>> = { alpine: [1, 2, 3, 4, 6, 10, 11, 20, 26, 27], busybox: [10], debian: [], ubuntu: [] }

function image(from: Partial<Image>): Image {
  const system = from.system ?? (from.flavor === 'busybox' ? 'alpine' : 'debian')
  return {
    flavor: 'debian',
    system,
    shell: true,
    entrypoint: [],
    command: [],
    programs: [],
    folder: '/',
    user: 0,
    groups: groups[system],
    known: true,
    ...from,
    env: { PATH: path, ...from.env },
  }
}

/** A row of the table: names of repositories, without registry, and the image. */
type Row = readonly [names: RegExp, image: Image]

const bare = image({ shell: false })
const withShell = (command: readonly string[], more: Partial<Image> = {}): Image => image({ command, ...more })

const rows: readonly Row[] = [
  [
    /(^|\/)busybox$/,
    image({
      flavor: 'busybox',
      system: 'busybox',
      command: ['sh'],
      programs: ['wget', 'nslookup', 'nc', 'ping', 'ip', 'netstat', 'ps', 'vi', 'httpd', 'telnet', 'ifconfig', 'route', 'arp', 'traceroute'],
    }),
  ],
  [
    /^alpine$|\/alpine-base$/,
    image({
      flavor: 'busybox',
      command: ['/bin/sh'],
      programs: ['wget', 'nslookup', 'nc', 'ping', 'ip', 'netstat', 'ps', 'vi', 'getent', 'ifconfig', 'route', 'arp', 'traceroute'],
    }),
  ],
  [
    /^(curlimages\/)?curl$/,
    image({
      flavor: 'busybox',
      command: ['curl'],
      wraps: 'curl',
      yields: true,
      account: 'curl_user:x:100:101:Linux User,,,:/home/curl_user:/sbin/nologin',
      programs: ['curl', 'wget', 'nslookup', 'nc', 'ps'],
      user: 100,
    }),
  ],
  [/^(nicolaka\/netshoot|praqma\/network-multitool|wbitt\/network-multitool)$/, image({ flavor: 'busybox', command: ['zsh'], programs: ['*'] })],
  [/dnsutils$|jessie-dnsutils$/, withShell(['sleep', 'infinity'], { programs: ['nslookup', 'dig', 'host', 'wget', 'curl', 'ping', 'nc'] })],
  [/^(nginxdemos\/(nginx-)?hello)$/, image({ flavor: 'busybox', command: ['nginx-hello'], programs: ['nginx-hello', 'wget', 'curl', 'ps'] })],
  [
    /(^|\/)nginx(-unprivileged|-slim)?$/,
    withShell(['nginx', '-g', 'daemon off;'], {
      programs: ['nginx', 'curl'],
      env: { NGINX_VERSION: '1.29.3', PKG_RELEASE: '1~trixie' },
      account: 'nginx:x:101:101:nginx user:/nonexistent:/bin/false',
    }),
  ],
  [
    /^httpd$/,
    withShell(['httpd-foreground'], { programs: ['httpd', 'httpd-foreground'], folder: '/usr/local/apache2', env: { HTTPD_PREFIX: '/usr/local/apache2' } }),
  ],
  [
    /(^|\/)redis$/,
    withShell(['redis-server'], { wraps: 'redis-server', programs: ['redis-server', 'redis-cli'], folder: '/data', env: { REDIS_VERSION: '8.4.0' } }),
  ],
  [/^(bitnami\w*\/)?mysql$/, withShell(['mysqld'], { wraps: 'mysqld', programs: ['mysqld', 'mysql', 'mysqladmin', 'mysqldump'] })],
  [
    /^(bitnami\w*\/)?mariadb$/,
    withShell(['mariadbd'], {
      wraps: 'mariadbd',
      programs: ['mariadbd', 'mariadb', 'mariadb-admin', 'mariadb-dump', 'mysqld', 'mysql', 'mysqladmin', 'mysqldump'],
    }),
  ],
  [/(^|\/)xtrabackup$/, withShell(['bash'], { programs: ['xtrabackup', 'xbstream', 'ncat', 'mysql'] })],
  [/^postgres$/, withShell(['postgres'], { wraps: 'postgres', programs: ['postgres', 'pg_isready', 'psql', 'pg_dump', 'createdb'] })],
  [/^mongo$/, withShell(['mongod'], { wraps: 'mongod', programs: ['mongod', 'mongosh'] })],
  [/^memcached$/, withShell(['memcached'], { wraps: 'memcached', programs: ['memcached'] })],
  [/^rabbitmq$/, withShell(['rabbitmq-server'], { programs: ['rabbitmq-server'] })],
  ...(
    [
      [/(^|\/)node-hello$/, 'node-hello'],
      [/(^|\/)nodejs-hello-world$/, 'nodejs-hello-world'],
      [/^dgkanatsios\/simpleapp$/, 'simpleapp'],
      [/^kodekloud\/webapp-color$/, 'webapp-color'],
      [/^kodekloud\/event-simulator$/, 'event-simulator'],
    ] as const
  ).map(([names, program]): Row => [names, withShell([program], { programs: [program, 'curl', 'wget', 'ps'] })]),
  [/http-echo$/, image({ shell: false, entrypoint: ['http-echo'], programs: ['http-echo'], user: 65532 })],
  [
    /agnhost$/,
    image({
      flavor: 'busybox',
      entrypoint: ['agnhost'],
      command: ['pause'],
      programs: ['*'],
      account: 'user-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh',
      ownGroup: 'group-defined-in-image:x:50000:user-defined-in-image',
    }),
  ],
  [/(^|\/)nonroot$/, withShell(['sh'], { user: 1234 })],
  [/(^|\/)(busybox-liveness|liveness)$/, image({ entrypoint: ['agnhost'], command: ['liveness'], programs: ['agnhost'] })],
  [/^kicbase\/echo-server$/, image({ shell: false, command: ['kicbase-echo'], programs: ['kicbase-echo'] })],
  [/(echoserver|echo-server)$/, withShell(['echoserver'], { programs: ['echoserver', 'curl'] })],
  [/traefik\/whoami$|jwilder\/whoami$/, image({ shell: false, entrypoint: ['whoami-server'], programs: ['whoami-server'] })],
  [/(^|\/)nonewprivs$/, image({ entrypoint: ['/nnp'], programs: ['nnp'] })],
  [/(^|\/)(nautilus|kitten)$/, withShell(['update-demo'], { programs: ['update-demo'] })],
  [/(^|\/)hpa-example$/, withShell(['php-apache'], { programs: ['php-apache', 'php', 'curl'], folder: '/var/www/html' })],
  [/^wordpress$/, withShell(['wordpress'], { programs: ['wordpress', 'php', 'curl'], folder: '/var/www/html' })],
  [/(^|\/)(gb-frontend|php-redis)$/, withShell(['guestbook-front'], { programs: ['guestbook-front', 'php', 'curl'], folder: '/var/www/html' })],
  [/(^|\/)gb-redis-follower$/, withShell(['redis-follower'], { programs: ['redis-follower', 'redis-cli'], folder: '/data' })],
  [/(^|\/)serve_hostname$/, image({ shell: false, entrypoint: ['serve-hostname'], programs: ['serve-hostname', 'agnhost'] })],
  // Kept at gcr.io since it stood on alpine; the newer one of the same name has no shell.
  [
    /^google-samples\/hello-app$/,
    image({ flavor: 'busybox', command: ['hello-app'], programs: ['hello-app', 'wget', 'nslookup', 'nc', 'ping', 'ip', 'netstat', 'ps', 'vi'] }),
  ],
  [/hello-app$/, image({ shell: false, entrypoint: ['hello-app'], programs: ['hello-app'] })],
  [/podinfo$/, image({ flavor: 'busybox', command: ['podinfo'], programs: ['podinfo', 'curl', 'wget'] })],
  [/aks-helloworld$/, withShell(['aks-helloworld'], { programs: ['aks-helloworld', 'curl'] })],
  [/^vish\/stress$/, image({ shell: false, entrypoint: ['vish-stress'], programs: ['vish-stress'] })],
  [/(^|\/)(stress|stress-ng)$/, image({ flavor: 'busybox', entrypoint: [], command: ['stress'], programs: ['stress', 'stress-ng', 'ps'] })],
  [/(^|\/)pause(-amd64)?$/, image({ shell: false, entrypoint: ['pause'], programs: ['pause'] })],
  [/^ubuntu$/, withShell(['bash'], { system: 'ubuntu', programs: ['ps', 'top', 'free', 'uptime'] })],
  [/^(debian|centos|fedora|rockylinux|almalinux|amazonlinux|buildpack-deps)$|\/(ubi\d|azurelinux|base\/core)/, withShell(['bash'], { programs: ['ps'] })],
  [/^python$/, withShell(['python3'], { programs: ['python', 'python3', 'pip', 'pip3', 'curl', 'wget'], env: { PYTHON_VERSION: '3.13.1' } })],
  [/^bash$/, image({ flavor: 'busybox', command: ['bash'], programs: ['bash', 'ping', 'wget', 'nslookup', 'nc', 'ps'] })],
  [
    /^(node|golang|perl|ruby|php|openjdk|eclipse-temurin|rust|maven|gradle)$/,
    withShell(['bash'], { programs: ['curl', 'wget', 'ps', 'node', 'npm', 'perl', 'ruby', 'php', 'java', 'go'] }),
  ],
  [/(^|\/)(kubectl|kubernetes-kubectl)$/, withShell([], { entrypoint: ['kubectl'], programs: ['curl', 'wget', 'kubectl'] })],
  [/^hello-world$/, image({ shell: false, command: ['hello'] })],
  [/(^|\/)sample-apiserver$/, image({ shell: false, entrypoint: ['/sample-apiserver'], programs: ['sample-apiserver'] })],
  [/(^|\/)metrics-server$/, image({ shell: false, entrypoint: ['/metrics-server'], programs: ['metrics-server'], user: 1000 })],
  [
    /(^|\/)(ingress-nginx\/controller|nginx-ingress-controller)(-chroot)?$/,
    image({
      flavor: 'busybox',
      command: ['/nginx-ingress-controller'],
      programs: ['nginx-ingress-controller', 'curl', 'wget', 'ps'],
      user: 101,
      folder: '/etc/nginx',
    }),
  ],
  [/(^|\/)cert-manager-webhook$/, image({ shell: false, entrypoint: ['/app/cert-manager-webhook'], programs: ['cert-manager-webhook'], user: 1000 })],
  [/(^|\/)cert-manager-(startupapicheck|ctl)$/, image({ shell: false, entrypoint: ['/app/startupapicheck'], programs: ['startupapicheck'], user: 1000 })],
  [/(^|\/)pilot$/, image({ entrypoint: ['/usr/local/bin/pilot-discovery'], programs: ['pilot-discovery', 'curl'], user: 1337 })],
  [/(^|\/)kube-webhook-certgen$/, image({ shell: false, entrypoint: ['/kube-webhook-certgen'], programs: ['kube-webhook-certgen'], user: 65532 })],
  [/(^|\/)coredns$/, image({ shell: false, entrypoint: ['/coredns'], programs: ['coredns'] })],
  [/(^|\/)etcd$/, { ...bare, known: false, programs: ['etcdctl', 'etcdutl'] }],
  [/(kube-(apiserver|controller-manager|scheduler|proxy)|flannel|distroless)/, { ...bare, known: false }],
]

/** The name of a reference's repository, without registry, and without the folders in which mirrors and tests keep well-known images. */
function repositoryOf(reference: string): string {
  const name = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  const [host = ''] = name.split('/')
  const path = name.includes('/') && /[.:]|^localhost$/.test(host) ? name.slice(host.length + 1) : name
  return path.replace(/^(mirror\/)?(docker\/)?library\/|^e2e-test-images\//, '')
}

/** True where an image may have a program that nobody wrote down: it is one that nobody wrote down itself, or says that it has it. */
export function mayHave({ known, programs }: Image, name: string): boolean {
  return !known || programs.includes(name)
}

/** The image of a reference; one that nobody wrote down has a shell and a program that only runs. */
export function imageOf(reference: string): Image {
  const repository = repositoryOf(reference)
  const found = rows.find(([names]) => names.test(repository))?.[1]
  if (!found) return { ...image({}), known: false }
  const system = /alpine|busybox/.exec(reference.split(':')[1] ?? '')?.[0] as 'alpine' | 'busybox' | undefined
  return system !== undefined && found.shell
    ? {
        ...found,
        flavor: 'busybox',
        system,
        groups: groups[system],
        programs: [...found.programs, 'wget', 'nslookup', 'nc', 'ps', 'ping', 'ip', 'netstat', ...(/nginx|curl/.test(repository) ? ['curl'] : [])],
      }
    : found
}
