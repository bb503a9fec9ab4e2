// The few hosts of the internet that people try from a pod to see whether it has a way out, and those that tutorials name.
import { encodeText } from '../bytes.ts'
import { answerText } from '../commands/transfer.ts'
import type { DnsAnswer, DnsQuestion } from '../dns-message.ts'
import type { Connection, HttpAnswer } from '../process.ts'

/** A host outside of the cluster. */
interface OutsideHost {
  readonly address: string
  readonly ports: readonly number[]
  answer(port: number): HttpAnswer
}

const html = 'text/html; charset=utf-8'

function page(title: string, text: string): OutsideHost['answer'] {
  return () =>
    answerText(`<!doctype html>\n<html>\n<head>\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<p>${text}</p>\n</body>\n</html>\n`, html)
}

/** Sends whoever comes to another address. */
function moved(location: string): OutsideHost['answer'] {
  return () => ({ status: 301, headers: { location, 'content-type': html }, body: encodeText(`<a href="${location}">Moved Permanently</a>.\n`) })
}

/** Sends whoever comes without TLS to the same page with it. */
function secured(name: string, answer: OutsideHost['answer']): OutsideHost['answer'] {
  const sent = moved(`https://${name}/`)
  return (port) => (port === 80 ? sent(port) : answer(port))
}

const web = [80, 443]
const example = page('Example Domain', 'This domain is for use in documentation examples without needing permission.')
const kubernetes = page('Kubernetes', 'Production-Grade Container Orchestration')
const firstPage =
  '<html><head></head><body><header>\n<title>http://info.cern.ch</title>\n</header>\n\n<h1>http://info.cern.ch - home of the first website</h1>\n<p>From here you can:</p>\n<ul>\n<li><a href="http://info.cern.ch/hypertext/WWW/TheProject.html">Browse the first website</a></li>\n<li><a href="http://home.web.cern.ch/about">Learn about CERN, the physics laboratory where the web was born</a></li>\n</ul>\n</body></html>\n'

const hosts: Readonly<Record<string, OutsideHost>> = {
  'example.com': { address: '23.220.75.232', ports: web, answer: example },
  'www.example.com': { address: '23.220.75.245', ports: web, answer: example },
  'example.org': { address: '23.215.0.133', ports: web, answer: example },
  'info.cern.ch': { address: '188.184.67.127', ports: [80], answer: () => answerText(firstPage, html) },
  'neverssl.com': {
    address: '34.223.124.45',
    ports: [80],
    answer: page('NeverSSL', 'This website is for when you try to open a page in a browser and nothing happens.'),
  },
  'google.com': { address: '142.250.74.46', ports: web, answer: moved('http://www.google.com/') },
  'www.google.com': { address: '142.250.74.36', ports: web, answer: page('Google', '') },
  'kubernetes.io': { address: '3.33.186.135', ports: web, answer: secured('kubernetes.io', kubernetes) },
  'k8s.io': { address: '34.107.204.206', ports: web, answer: moved('https://kubernetes.io/') },
  'killer.sh': { address: '35.227.196.29', ports: web, answer: secured('killer.sh', page('Killer Shell', 'CKS CKA CKAD Simulator')) },
  'github.com': { address: '140.82.121.4', ports: [22, ...web], answer: secured('github.com', page('GitHub', '')) },
  'dns.google': { address: '8.8.8.8', ports: [53, 443], answer: moved('https://dns.google/') },
  'one.one.one.one': { address: '1.1.1.1', ports: [53, ...web], answer: moved('https://one.one.one.one/') },
}

/** The address of a name outside; undefined if the internet that is simulated does not have it. */
export function outsideAddress(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/\.$/, '')
  return Object.hasOwn(hosts, plain) ? hosts[plain]?.address : undefined
}

/** What a name server of the internet would say: it knows few names, and their addresses alone. */
export function answerOutside({ name, type }: DnsQuestion): DnsAnswer {
  const plain = name.toLowerCase().replace(/\.$/, '')
  const address = outsideAddress(plain)
  const answer = { own: false, answers: [], authority: [], additional: [] }
  if (address !== undefined)
    return { ...answer, status: 'NOERROR', answers: type === 'A' || type === 'ANY' ? [{ name: plain, ttl, type: 'A', data: address }] : [] }
  const root = { name: '', ttl, type: 'SOA', data: 'a.root-servers.net. nstld.verisign-grs.com. 2026030200 1800 900 604800 86400' }
  return { ...answer, status: 'NXDOMAIN', authority: [root] }
}

const ttl = 30

/** A connection to an address outside; undefined where no host is known. Firewalls of the internet drop what nobody listens for; a ping, which asks for no port, finds its host. */
export function connectOutside(address: string, port: number): Connection | undefined {
  const host = Object.values(hosts).find((each) => each.address === address)
  if (!host) return undefined
  if (port === 0) return 'refused'
  return host.ports.includes(port) ? { listener: { http: () => host.answer(port) }, address } : 'timeout'
}
