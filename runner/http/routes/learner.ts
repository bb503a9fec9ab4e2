// About the learner: what a page must know first, and everything that is stored of them, to take along or to delete.
import type { App, AppGround } from '../app-ground.ts'
import type { AboutMessage } from '../messages.ts'
import { toSession } from '../to-messages.ts'

/** `/api/about` and `/api/me`. */
export function learnerRoutes(app: App, { house, labs, sandbox, version }: AppGround): void {
  const { store } = house.ground

  app.get('/api/about', async (context) => {
    const sessions = store.sessionsOf(context.var.learner).map((session) => toSession(session, house))
    return context.json({ version, labs: await labs(), sandbox, sessions } satisfies AboutMessage)
  })

  app.get('/api/me', (context) => {
    context.header('content-disposition', 'attachment; filename="drydock-my-data.json"')
    return context.json(store.export(context.var.learner) ?? {})
  })

  app.delete('/api/me', async (context) => {
    for (const { id } of store.sessionsOf(context.var.learner)) await house.remove(id)
    store.forget(context.var.learner)
    return context.body(null, 204)
  })
}
