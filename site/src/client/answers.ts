// Answers to prompts and scenarios: kept by the runner, and in this browser where there is none.
import type { AnswerMessage, AnswersMessage } from '#runner/http/messages.ts'
import { aboutRunner, ask } from './runner.ts'

/** Where an answer was kept. */
export type Kept = 'runner' | 'browser' | 'nowhere'

const loads = new Map<string, Promise<AnswersMessage>>()

/** The answer that was given to a question, as this browser knows it. */
export function localAnswer(course: string, question: string): AnswerMessage | undefined {
  return readLocal(course)[question]
}

/** The answer that was given to a question, as the runner knows it. */
export async function storedAnswer(course: string, question: string): Promise<AnswerMessage | undefined> {
  let load = loads.get(course)
  if (!load) {
    load = aboutRunner().then((about) => (about ? ask<AnswersMessage>('GET', `answers/${course}`) : {}))
    loads.set(course, load)
  }
  const answers = await load.catch((): AnswersMessage => ({}))
  return answers[question]
}

const keeping = new Map<string, Promise<unknown>>()

/** Keeps an answer; `right` is said for scenarios. Answers of one course are kept in the order in which they were given. */
export function keepAnswer(course: string, question: string, given: { answer: string; right?: boolean }): Promise<{ kept: Kept; message: AnswerMessage }> {
  const kept = (keeping.get(course) ?? Promise.resolve()).then(() => keepNow(course, question, given))
  keeping.set(course, kept)
  return kept
}

async function keepNow(course: string, question: string, given: { answer: string; right?: boolean }): Promise<{ kept: Kept; message: AnswerMessage }> {
  const before = localAnswer(course, question)
  const message: AnswerMessage = { ...given, attempts: (before?.attempts ?? 0) + 1, at: new Date().toISOString() }
  const local = writeLocal(course, { ...readLocal(course), [question]: message })
  if (!(await aboutRunner())) return { kept: local ? 'browser' : 'nowhere', message }
  try {
    const stored = await ask<AnswerMessage>('PUT', `answers/${course}/${question}`, { answer: given.answer })
    writeLocal(course, { ...readLocal(course), [question]: stored })
    return { kept: 'runner', message: stored }
  } catch {
    return { kept: local ? 'browser' : 'nowhere', message }
  }
}

/** What to tell the learner about where an answer is. */
export function whereKept(kept: Kept): string {
  switch (kept) {
    case 'runner':
      return 'Saved'
    case 'browser':
      return 'Saved in this browser only'
    case 'nowhere':
      return 'Not saved: this browser keeps nothing for this page'
    default:
      return kept satisfies never
  }
}

const key = (course: string): string => `drydock:answers:${course}`

function readLocal(course: string): AnswersMessage {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key(course)) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as AnswersMessage) : {}
  } catch {
    return {}
  }
}

function writeLocal(course: string, answers: AnswersMessage): boolean {
  try {
    localStorage.setItem(key(course), JSON.stringify(answers))
    return true
  } catch {
    return false
  }
}
