import { type Clock, isoTimestamp, type Log, type LogFields } from '@netscope/domain';
import { type Logger, pino } from 'pino';

import { allowedFields } from './allowed-fields.ts';
import { errorFacts } from './error-facts.ts';
import { fdDestination, type LogDestination } from './log-destination.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  /** Lowest level that is written. */
  readonly level: LogLevel;
  readonly service: string;
  readonly node: string;
  readonly clock: Pick<Clock, 'wallMs'>;
  /** A file descriptor or a sink of one's own; standard output unless given. */
  readonly destination?: number | LogDestination | undefined;
}

/** The log of a process: the domain's port, a level below it, and an end. */
export interface ProcessLog extends Log {
  /** Whether `debug` writes; asked before facts are gathered for it. */
  readonly isDebug: boolean;
  debug(event: string, message: string, fields?: LogFields): void;
  /** A log that adds the same fields to every line. */
  child(fields: LogFields): ProcessLog;
  /** Flushes what is buffered; later lines are lost. Resolves within about a second. */
  close(): Promise<void>;
}

/**
 * Makes a log that writes one line of JSON an event, with fields from an allow-list only. Never
 * throws and never waits for its sink.
 */
export function createLog(options: LogOptions): ProcessLog {
  const destination = destinationOf(options.destination ?? STANDARD_OUTPUT, (lines) =>
    log.warn('log.dropped', 'the sink of the log was too slow', { count: lines }),
  );
  const log: ProcessLog = new PinoLog(createPino(options, destination), destination);
  return log;
}

const STANDARD_OUTPUT = 1;

function destinationOf(
  target: number | LogDestination,
  onDropped: (lines: number) => void,
): LogDestination {
  return typeof target === 'number' ? fdDestination({ fd: target, onDropped }) : target;
}

function createPino(options: LogOptions, destination: LogDestination): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service, node: options.node },
      timestamp: () => `,"time":"${isoTimestamp(options.clock.wallMs())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
}

class PinoLog implements ProcessLog {
  readonly #pino: Logger;
  readonly #destination: LogDestination;

  constructor(logger: Logger, destination: LogDestination) {
    this.#pino = logger;
    this.#destination = destination;
  }

  get isDebug(): boolean {
    return this.#pino.isLevelEnabled('debug');
  }

  debug(event: string, message: string, fields?: LogFields): void {
    this.#write('debug', { event, ...allowedFields(fields ?? {}) }, message);
  }

  info(event: string, message: string, fields?: LogFields): void {
    this.#write('info', { event, ...allowedFields(fields ?? {}) }, message);
  }

  warn(event: string, message: string, fields?: LogFields): void {
    this.#write('warn', { event, ...allowedFields(fields ?? {}) }, message);
  }

  error(event: string, error: unknown, fields?: LogFields): void {
    const facts = errorFacts(error);
    this.#write('error', { event, ...allowedFields(fields ?? {}), error: facts }, facts.message);
  }

  child(fields: LogFields): ProcessLog {
    return new PinoLog(this.#pino.child(allowedFields(fields)), this.#destination);
  }

  close(): Promise<void> {
    return this.#destination.close();
  }

  #write(level: LogLevel, line: object, message: string): void {
    try {
      this.#pino[level](line, message);
    } catch {
      // The port promises never to throw, and there is nowhere left to tell it.
    }
  }
}
