// How clients follow long-running operations: their status, and their result.
import { error } from '../arm-error.ts'
import type { ArmRequest } from '../arm-request.ts'
import { emptyResponse, textResponse } from '../arm-response.ts'
import type { Engine } from '../engine.ts'
import { phaseOf } from '../operations.ts'
import type { Route } from '../route.ts'
import type { Operation } from '../state.ts'

/** Routes of operations. */
export const operationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operations/{operation}',
    async answer(_request, names, engine) {
      const operation = await poll(names, engine)
      return textResponse(JSON.stringify(status(operation, engine), null, 1), 200, running(operation) ? { 'retry-after': '1' } : {})
    },
  },
  ...['', '/resourceGroups/{group}'].map(
    (group): Route => ({
      method: 'GET',
      path: `/subscriptions/{subscription}${group}/providers/Microsoft.Resources/deployments/{name}/operationStatuses/{operation}`,
      async answer(_request, names, engine) {
        const operation = await poll(names, engine)
        const { error: problem } = operation
        return textResponse(
          JSON.stringify({ status: phaseOf(operation, engine.context.clock.now()), ...(problem ? { error: problem } : {}) }),
          200,
          running(operation) ? { 'retry-after': '1' } : {},
        )
      },
    }),
  ),
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/{namespace}/locations/{location}/operationresults/{operation}',
    answer: (request, names, engine) => result(request, names, engine, 204),
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/operationresults/{operation}',
    answer: (request, names, engine) => result(request, names, engine, 200),
  },
]

async function result(request: ArmRequest, names: Readonly<Record<string, string>>, engine: Engine, done: number): Promise<Response> {
  const operation = await poll(names, engine)
  if (running(operation)) return emptyResponse(202, { location: `${request.origin}${request.path}?${queryOf(request)}`, 'retry-after': '1' })
  if (operation.error) throw error(409, operation.error.code, operation.error.message)
  return emptyResponse(done)
}

async function poll(names: Readonly<Record<string, string>>, engine: Engine): Promise<Operation> {
  const id = names.operation ?? ''
  const operation = await engine.operations.poll(id)
  if (!operation) throw error(404, 'NotFound', `The operation '${id}' could not be found.`)
  return operation
}

function status(operation: Operation, engine: Engine): object {
  const { id, startTime, endTime, error: problem } = operation
  const word = phaseOf(operation, engine.context.clock.now())
  return {
    name: id,
    status: word,
    startTime: wholeSeconds(startTime),
    ...(endTime === undefined ? {} : { endTime: wholeSeconds(endTime) }),
    ...(problem ? { error: problem } : {}),
  }
}

function running(operation: Operation): boolean {
  return operation.status === 'InProgress'
}

function queryOf(request: ArmRequest): string {
  return [...request.query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
