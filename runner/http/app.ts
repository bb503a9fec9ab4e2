// The runner's HTTP app (the room's door): who asks, whether they may, and the routes. Sockets come by upgrade.ts.
import { Hono, type MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { Credentials } from '../auth/identity.ts'
import type { App, AppGround, AppVariables } from './app-ground.ts'
import { RouteError, toAnswer } from './errors.ts'
import { isOurHost, isOurPage } from './guard.ts'
import { answerRoutes } from './routes/answers.ts'
import { learnerRoutes } from './routes/learner.ts'
import { operatorRoutes } from './routes/operator.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { toSession } from './to-messages.ts'

const changing = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** Headers of every answer. */
const usualHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Makes the app. `fetch` it, or serve it. */
export function createApp(ground: AppGround): App {
  const app: App = new Hono()
  app.use(async (context, next) => {
    const began = performance.now()
    await next()
    for (const [name, value] of Object.entries(usualHeaders)) context.res.headers.set(name, value)
    const route = context.req.path.startsWith('/api/') ? routeOf(context.req.path) : 'site'
    ground.metrics.requestTook({ method: context.req.method, route, status: context.res.status }, (performance.now() - began) / 1000)
  })
  app.use(async (context, next) => {
    if (!isOurHost((name) => context.req.header(name), ground.allowed)) {
      throw new RouteError('bad-host', `This server is not "${context.req.header('host') ?? ''}": expected ${[...ground.allowed.hosts].join(', ')}`)
    }
    await next()
  })
  operatorRoutes(app, ground)
  app.use('/api/*', guard(ground))
  learnerRoutes(app, ground)
  sessionRoutes(app, ground)
  answerRoutes(app, ground)
  app.all('/api/*', (context) => {
    throw new RouteError('unknown-route', `There is no route ${context.req.method} ${context.req.path}`)
  })
  siteRoute(app, ground)
  app.onError((error, context) => {
    const { status, body } = toAnswer(error, (session) => toSession(session, ground.house))
    if (status === 500) ground.house.ground.log('request.failed', { path: context.req.path, error: error.stack ?? error.message })
    return context.json(body, status as 400)
  })
  return app
}

/** Lets in who is known, makes known who is new, and refuses changes that come from no page of ours. */
function guard({ allowed, authenticator, house, now }: AppGround): MiddlewareHandler<AppVariables> {
  return async (context, next) => {
    if (changing.has(context.req.method) && !isOurPage((name) => context.req.header(name), allowed)) {
      throw new RouteError(
        'bad-origin',
        'This request changes something and does not come from a page of this server: expected its own Origin and the header x-drydock',
      )
    }
    const credentials: Credentials = { cookie: (name) => getCookie(context, name), header: (name) => context.req.header(name) }
    const known = authenticator.identify(credentials)
    const welcome = known ? undefined : authenticator.welcome(credentials)
    const learner = known?.learner ?? welcome?.learner
    if (learner === undefined) throw new RouteError('not-signed-in', 'Sign in first')
    if (welcome) house.ground.store.meet(learner, now())
    if (welcome?.cookie) {
      const { name, value, maxAgeSeconds } = welcome.cookie
      const secure = context.req.header('x-forwarded-proto') === 'https'
      setCookie(context, name, value, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: maxAgeSeconds, secure })
    }
    context.set('learner', learner)
    context.header('cache-control', 'no-store')
    await next()
  }
}

/** A path without ids, for metrics. */
function routeOf(path: string): string {
  return path
    .replace(/\/sessions\/[^/]+/, '/sessions/:id')
    .replace(/\/recordings\/\d+/, '/recordings/:n')
    .replace(/\/answers\/.*/, '/answers')
}

function siteRoute(app: App, { site }: AppGround): void {
  app.on(['GET', 'HEAD'], '*', async (context) => {
    const file = await site(context.req.path, context.req.header('if-none-match'))
    if (!file) return context.text('The site has not been built: run "npm start", which builds it\n', 404)
    return new Response(file.status === 304 ? null : file.body, { status: file.status, headers: file.headers })
  })
}
