import type { OperatorCommand, OperatorControl } from '@netscope/domain';

import type { OperatorAction } from '../contract.ts';
import { RequestError } from '../dto/request-error.ts';
import type { ResilienceService } from './resilience-service.ts';

/** What operators do by hand, and how its target stands after it. */
export class OperatorService {
  readonly #control: OperatorControl;
  readonly #resilience: ResilienceService;

  constructor(control: OperatorControl, resilience: ResilienceService) {
    this.#control = control;
    this.#resilience = resilience;
  }

  /** @throws {RequestError} `NOT_FOUND` for a name that is not configured, with those that are. */
  async act(command: OperatorCommand): Promise<OperatorAction> {
    const { target, name, action } = command;
    const answer = await this.#control.act(command);
    if (answer.kind === 'unknown') {
      throw new RequestError('NOT_FOUND', `there is no such ${target}`, {
        [`${target}s`]: answer.known,
      });
    }
    const { state, changed, audited } = answer;
    const done = { target, name, action, state, changed, audited };
    if (target !== 'upstream') return done;
    return { ...done, upstreams: this.#resilience.one(name).upstreams };
  }
}
