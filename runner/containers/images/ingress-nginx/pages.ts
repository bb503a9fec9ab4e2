// The pages that nginx writes itself, without its version.
import { answerText } from '../../commands/transfer.ts'
import type { HttpAnswer } from '../../process.ts'

const words: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
}

/** The page of a status. */
export function nginxPage(status: number): HttpAnswer {
  const title = `${status} ${words[status] ?? ''}`
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  return { ...answerText(page, 'text/html', status), reason: words[status] ?? '' }
}
