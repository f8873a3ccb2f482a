import { getSystemErrorName } from 'node:util';

/** The error that Node would have raised had its own read been told this errno. */
export function readError(errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`read ${code}`), { errno: -errno, code, syscall: 'read' });
}
