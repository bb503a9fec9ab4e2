// The few hosts of the internet that people try from a pod to see whether it has a way out.
import { encodeText } from '../bytes.ts'
import { answerText } from '../commands/transfer.ts'
import type { HttpAnswer, HttpCall, Listener } from '../process.ts'

/** A host outside of the cluster. */
interface OutsideHost {
  readonly address: string
  readonly ports: readonly number[]
  answer(call: HttpCall): HttpAnswer
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

const web = [80, 443]
const hosts: Readonly<Record<string, OutsideHost>> = {
  'example.com': {
    address: '23.220.75.232',
    ports: web,
    answer: page('Example Domain', 'This domain is for use in documentation examples without needing permission.'),
  },
  'www.example.com': {
    address: '23.220.75.245',
    ports: web,
    answer: page('Example Domain', 'This domain is for use in documentation examples without needing permission.'),
  },
  'neverssl.com': {
    address: '34.223.124.45',
    ports: [80],
    answer: page('NeverSSL', 'This website is for when you try to open a page in a browser and nothing happens.'),
  },
  'google.com': { address: '142.250.74.46', ports: web, answer: moved('http://www.google.com/') },
  'www.google.com': { address: '142.250.74.36', ports: web, answer: page('Google', '') },
  'kubernetes.io': { address: '3.33.186.135', ports: web, answer: page('Kubernetes', 'Production-Grade Container Orchestration') },
  'killer.sh': { address: '35.227.196.29', ports: web, answer: page('Killer Shell', 'CKS CKA CKAD Simulator') },
  'github.com': { address: '140.82.121.4', ports: [22, ...web], answer: page('GitHub', '') },
  'dns.google': { address: '8.8.8.8', ports: [53, 443], answer: moved('https://dns.google/') },
  'one.one.one.one': { address: '1.1.1.1', ports: [53, ...web], answer: moved('https://one.one.one.one/') },
}

/** The address of a name outside; undefined if the internet that is simulated does not have it. */
export function outsideAddress(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/\.$/, '')
  return Object.hasOwn(hosts, plain) ? hosts[plain]?.address : undefined
}

/** What listens at an address outside; `refused` where a host is that does not listen there, undefined where no host is known. */
export function outsideListener(address: string, port: number): Listener | 'refused' | undefined {
  const host = Object.values(hosts).find((each) => each.address === address)
  if (!host) return undefined
  return host.ports.includes(port) ? { http: (call) => host.answer(call) } : 'refused'
}
