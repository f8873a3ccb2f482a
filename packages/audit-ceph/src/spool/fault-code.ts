/** The code of an error of the platform (`ENOSPC`), or its name where it has none. */
export function faultCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

export function faultMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What is said of a file that the disk does not give back. */
export function unreadable(error: unknown): string {
  return `it cannot be read: ${faultCode(error)}`;
}
