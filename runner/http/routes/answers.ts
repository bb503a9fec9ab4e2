// Answers to the questions of a course: predictions and scenarios. Kept with the learner's progress.
import { z } from 'zod'
import { type Course, questionsOf } from '../../labs/load-course.ts'
import type { Answer } from '../../progress/progress-store.ts'
import type { App, AppGround } from '../app-ground.ts'
import { RouteError } from '../errors.ts'
import { type AnswerMessage, limits } from '../messages.ts'
import { readJson } from '../read-json.ts'

const body = z.strictObject({ answer: z.string().min(1).max(limits.answerBytes) })

/** `/api/answers`. */
export function answerRoutes(app: App, { house, course, now }: AppGround): void {
  const { store } = house.ground

  app.get('/api/answers/:course', (context) => {
    const answers = store.answers(context.var.learner, context.req.param('course'))
    return context.json(Object.fromEntries(answers.map((answer) => [answer.question, toMessage(answer)])))
  })

  app.put('/api/answers/:course/:question', async (context) => {
    const { course: id, question } = context.req.param()
    const { answer } = await readJson(context.req, body)
    const right = judge(await course(id), question, answer)
    const kept = store.answer(context.var.learner, id, { question, answer, at: now(), ...(right === undefined ? {} : { right }) })
    return context.json(toMessage(kept))
  })
}

/** Whether an answer to a scenario is right; undefined for a prediction, which is nobody's to judge. */
function judge({ id, modules }: Course, question: string, answer: string): boolean | undefined {
  const pages = modules.flatMap(({ pages }) => pages)
  if (!pages.some((page) => questionsOf(page).includes(question))) throw new RouteError('bad-request', `The course "${id}" has no question "${question}"`)
  const scenarios = pages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'scenario' ? [part.scenario] : [])))
  const scenario = scenarios.find((one) => one.id === question)
  if (!scenario) return undefined
  const option = scenario.options.find((one) => one.id === answer)
  if (!option) throw new RouteError('bad-request', `Expected one of ${scenario.options.map((one) => one.id).join(', ')}, found "${answer}"`)
  return option.right
}

function toMessage({ answer, right, attempts, at }: Answer): AnswerMessage {
  return { answer, attempts, at: new Date(at).toISOString(), ...(right === undefined ? {} : { right }) }
}
