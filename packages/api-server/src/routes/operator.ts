import type { IntakeAction, IntakeTarget } from '@netscope/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { AppState } from '../app-state.ts';
import { operatorReasonSchema } from '../contract.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { readBody } from '../extractors/body.ts';
import { readQuery } from '../extractors/query.ts';
import { answer } from './answer.ts';

interface Named {
  readonly Params: { readonly name: string };
}

/** Why, where the operator does not say. */
const NO_REASON = 'by an operator';

const TARGETS: readonly {
  readonly target: IntakeTarget;
  readonly path: string;
  readonly actions: readonly IntakeAction[];
}[] = [
  {
    target: 'upstream',
    path: '/v1/resilience/:name',
    actions: ['isolate', 'release', 'pause', 'resume'],
  },
  { target: 'topic', path: '/v1/resilience/topics/:name', actions: ['pause', 'resume'] },
  { target: 'route', path: '/v1/resilience/routes/:name', actions: ['resume'] },
];

/** One path for each thing that an operator may do; a body with a `reason` is optional. */
export function operatorRoutes(app: FastifyInstance, state: AppState): void {
  for (const { target, path, actions } of TARGETS) {
    for (const action of actions) {
      app.post<Named>(`${path}/${action}`, async (request) => {
        readQuery(noQuerySchema, request.query);
        const order = { target, name: request.params.name, action, ...saidBy(request) };
        return answer(state, request, await state.operator.act(order));
      });
    }
  }
}

function saidBy(request: FastifyRequest) {
  const { reason = NO_REASON } = readBody(operatorReasonSchema, request.body);
  return { reason, traceId: request.traceId, requestId: request.id, clientIp: request.ip };
}
