// Sessions: begin, look, go back, move time on, take along.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { SessionRecord } from '../../progress/progress-store.ts'
import type { LiveSession } from '../../sessions/live-session.ts'
import { parseDuration } from '../../world/clock-host.ts'
import type { App, AppGround } from '../app-ground.ts'
import { RouteError } from '../errors.ts'
import { readJson } from '../read-json.ts'
import { toClock, toSession } from '../to-messages.ts'

const wish = z.strictObject({ lab: z.string().min(1).max(100), from: z.number().int().positive().optional(), fresh: z.boolean().optional() })
const back = z.strictObject({ step: z.number().int().positive() })
const advance = z.strictObject({ advance: z.string().min(1).max(20) })
/** A world's time is moved on by a day at once, at most. */
const longestAdvance = 24 * 3_600_000

/** `/api/sessions`. */
export function sessionRoutes(app: App, ground: AppGround): void {
  const { house, tickets, now } = ground
  const { store } = house.ground

  /** The learner's own session; another's is not there for them. */
  function own(learner: string, id: string): SessionRecord {
    const found = store.session(id)
    if (!found || found.learner !== learner) throw new RouteError('no-session', 'There is no such session: it was deleted, or it is another learner’s')
    return found
  }

  async function live(learner: string, id: string): Promise<LiveSession> {
    const record = own(learner, id)
    const session = record.ended ? undefined : await house.open(id)
    if (!session) throw new RouteError('session-ended', 'This session has ended: start the lab again')
    return session
  }

  app.post('/api/sessions', async (context) => {
    const { lab, from, fresh } = await readJson(context.req, wish)
    const record = await house.begin(context.var.learner, { lab, ...(from === undefined ? {} : { from }), ...(fresh === undefined ? {} : { fresh }) })
    return context.json(toSession(record, house))
  })

  app.get('/api/sessions/:id', (context) => context.json(toSession(own(context.var.learner, context.req.param('id')), house)))

  app.delete('/api/sessions/:id', async (context) => {
    await house.remove(own(context.var.learner, context.req.param('id')).id)
    return context.body(null, 204)
  })

  app.post('/api/sessions/:id/ticket', async (context) => {
    const session = await live(context.var.learner, context.req.param('id'))
    return context.json({ ticket: tickets.give({ learner: context.var.learner, session: session.record.id }) })
  })

  app.post('/api/sessions/:id/restart', async (context) => {
    const { step } = await readJson(context.req, back)
    const session = await live(context.var.learner, context.req.param('id'))
    await house.restart(session, step)
    return context.json(toSession(session.record, house))
  })

  app.post('/api/sessions/:id/clock', async (context) => {
    const { advance: by } = await readJson(context.req, advance)
    const session = await live(context.var.learner, context.req.param('id'))
    const ms = by === 'next' ? by : parseDuration(by)
    if (ms === undefined || (ms !== 'next' && (ms < 0 || ms > longestAdvance)))
      throw new RouteError('bad-request', `advance: expected "next" or a time up to 24h, as "15m", found "${by}"`)
    await session.advance(ms)
    return context.json(toClock(session, now()))
  })

  downloads(app, { ...ground, own, live })
}

interface Reach extends AppGround {
  own(learner: string, id: string): SessionRecord
  live(learner: string, id: string): Promise<LiveSession>
}

/** What can be taken along: the home folder, and recordings of the terminals. */
function downloads(app: App, { house, own, live }: Reach): void {
  app.get('/api/sessions/:id/home', async (context) => {
    const session = await live(context.var.learner, context.req.param('id'))
    const archive = (await session.body.packHome()) ?? session.files.home()
    if (!archive) throw new RouteError('failed', 'The home folder could not be packed: try again')
    const headers = { 'content-type': 'application/gzip', 'content-disposition': `attachment; filename="${session.record.lab}-home.tar.gz"` }
    return new Response(new Uint8Array(archive), { headers })
  })

  app.get('/api/sessions/:id/recordings', (context) => {
    const found = house.recordings(own(context.var.learner, context.req.param('id')).id)
    return context.json(found.map(({ terminal, bytes, startedAt }) => ({ terminal, bytes, startedAt: new Date(startedAt).toISOString() })))
  })

  app.get('/api/sessions/:id/recordings/:n{[0-9]+}', (context) => {
    const number = Number(context.req.param('n'))
    const found = house.recordings(own(context.var.learner, context.req.param('id')).id).find(({ terminal }) => terminal === number)
    if (!found) throw new RouteError('no-session', `This session has no recording of a terminal ${number}`)
    const stream = Readable.toWeb(createReadStream(found.file)) as ReadableStream<Uint8Array>
    return new Response(stream, { headers: { 'content-type': 'application/x-asciicast' } })
  })
}
