// What the API server's proxy changes of an answer: links that begin at the root lead through the proxy (apimachinery `proxy/transport.go`).

/** Attributes that hold addresses, by tag. */
const attributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
}

/** The answer with its redirect, and the links of its page, led through the proxy at this path. */
export async function throughProxy(answer: Response, prefix: string): Promise<Response> {
  const { status, headers } = answer
  const location = headers.get('location')
  if (location !== null && location !== '') {
    const led = new Headers(headers)
    led.set('location', leadLink(location, prefix))
    return new Response(answer.body, { status, headers: led })
  }
  if ((headers.get('content-type') ?? '').split(';')[0]?.trim() !== 'text/html' || !answer.body) return answer
  const led = new Headers(headers)
  led.delete('content-length')
  return new Response(leadPage(await answer.text(), prefix), { status, headers: led })
}

function leadPage(text: string, prefix: string): string {
  return text.replace(/<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>]*)?)>/g, (whole, tag: string, rest: string) => {
    const names = attributes[tag.toLowerCase()]
    if (!names) return whole
    const led = rest.replace(/([\w-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g, (pair, name: string, _: string, value: string) => {
      if (!names.includes(name.toLowerCase())) return pair
      return `${name}="${leadLink(value.replace(/^["']|["']$/g, ''), prefix)}"`
    })
    return `<${tag}${led}>`
  })
}

function leadLink(link: string, prefix: string): string {
  if (!link.startsWith('/') || link.startsWith('//') || link.startsWith(prefix)) return link
  return `${prefix.replace(/\/$/, '')}${link}`
}
