import process from 'node:process';

const USAGE = 64;

/** The number that an argument gives; ends the process with 64 where it gives none of at least `min`. */
export function wholeNumber(name: string, given: string, min = 1): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number >= min && given.trim() !== '') return number;
  return refuse(`--${name} is ${JSON.stringify(given)}, not a whole number of at least ${min}`);
}

/** Ends the process with 64: what was given is not understood. */
export function refuse(reason: string): never {
  process.stderr.write(`bench: ${reason}\n`);
  process.exit(USAGE);
}
