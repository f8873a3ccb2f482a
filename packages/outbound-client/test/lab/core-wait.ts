import { readFile } from 'node:fs/promises';

/** Where tasks waited for a core this share of the time, who was late is not as scripted. */
export const STARVED_FROM = 0.3;

/** Tells what share of the time since it was made some task of this machine waited for a core. */
export class CoreWait {
  readonly #sinceMs: number;
  readonly #beforeUs: number;

  private constructor(beforeUs: number) {
    this.#sinceMs = performance.now();
    this.#beforeUs = beforeUs;
  }

  static async begin(): Promise<CoreWait> {
    return new CoreWait(await waitedUs());
  }

  /** By the kernel; 0 where it does not say. */
  async share(): Promise<number> {
    const waitedMs = ((await waitedUs()) - this.#beforeUs) / 1000;
    return waitedMs / (performance.now() - this.#sinceMs);
  }
}

async function waitedUs(): Promise<number> {
  const pressure = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '');
  return Number(/some .*total=(\d+)/u.exec(pressure)?.[1] ?? 0);
}
