// The world outside of a cluster, as far as its pods ask for it: a few hosts that tutorials name, with their first page.
import { answerText } from '../commands/transfer.ts'
import type { Connection, HttpAnswer } from '../process.ts'

interface OuterHost {
  readonly names: readonly string[]
  readonly address: string
  /** What it answers over HTTP; absent for a host that only answers pings. */
  readonly page?: string
  /** Where it sends who comes without TLS. */
  readonly moved?: string
}

const title = (text: string): string =>
  `<!doctype html>\n<html lang="en">\n<head>\n<title>${text}</title>\n</head>\n<body>\n<h1>${text}</h1>\n</body>\n</html>\n`

const hosts: readonly OuterHost[] = [
  {
    names: ['info.cern.ch'],
    address: '188.184.67.127',
    page: '<html><head></head><body><header>\n<title>http://info.cern.ch</title>\n</header>\n\n<h1>http://info.cern.ch - home of the first website</h1>\n<p>From here you can:</p>\n<ul>\n<li><a href="http://info.cern.ch/hypertext/WWW/TheProject.html">Browse the first website</a></li>\n<li><a href="http://home.web.cern.ch/about">Learn about CERN, the physics laboratory where the web was born</a></li>\n</ul>\n</body></html>\n',
  },
  { names: ['example.com', 'www.example.com', 'example.org'], address: '23.220.75.245', page: title('Example Domain') },
  { names: ['kubernetes.io', 'k8s.io'], address: '15.197.167.90', page: title('Kubernetes'), moved: 'https://kubernetes.io/' },
  { names: ['google.com', 'www.google.com'], address: '142.250.185.78', page: title('Google') },
  { names: ['github.com'], address: '140.82.121.4', page: title('GitHub'), moved: 'https://github.com/' },
  { names: ['dns.google'], address: '8.8.8.8' },
  { names: ['one.one.one.one'], address: '1.1.1.1' },
]

/** The address of a name outside; undefined for one that is not simulated. */
export function outerAddress(name: string): string | undefined {
  return hosts.find(({ names }) => names.includes(name.toLowerCase().replace(/\.$/, '')))?.address
}

/** A connection to a host outside; undefined for an address that is not simulated. */
export function connectOutside(address: string, port: number): Connection | undefined {
  const host = hosts.find((each) => each.address === address)
  if (!host) return undefined
  // A ping asks for no port: the host is there.
  if (port === 0) return 'refused'
  const { page, moved } = host
  if (page === undefined || (port !== 80 && port !== 443)) return 'timeout'
  const answer: HttpAnswer =
    port === 80 && moved !== undefined
      ? { status: 301, headers: { location: moved, 'content-type': 'text/html' }, body: '' }
      : answerText(page, 'text/html; charset=UTF-8')
  return { listener: { http: () => answer }, address }
}
