// The answer of a path that the server does not have.

/** Go's plain 404. */
export function pageNotFound(): Response {
  const headers = { 'cache-control': 'no-cache, private', 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return new Response('404 page not found\n', { status: 404, headers })
}
