/**
 * What the spool needs of a file system, all of it blocking, so that a test can watch the order of
 * writes and syncs and make any of them fail. Every error is Node's own, with its `code`.
 */
export interface SpoolFiles {
  /** Opens for writing, created where missing; its name is durable when this returns. */
  openForWrite(path: string): number;
  /** Writes all of `length` bytes at `position`. */
  write(fd: number, bytes: Uint8Array, place: WritePlace): void;
  /** Returns when the file's data is on disk. */
  syncData(fd: number): void;
  close(fd: number): void;
  read(path: string): Buffer;
  /** As `read`, in `scratch` where the file fits: good until that is used again. */
  readInto(path: string, scratch: Buffer): Buffer;
  /** `undefined` where there is no such file. */
  size(path: string): number | undefined;
  /** Names in a directory, sorted. */
  list(directory: string): readonly string[];
  makeDirectory(path: string): void;
  /** Writes a whole file so that after a crash there is either all of it or the former one. */
  replace(path: string, bytes: Uint8Array): void;
  /** Cuts a file and syncs it. */
  truncate(path: string, bytes: number): void;
  /** Removes a file; does nothing where there is none. */
  remove(path: string): void;
  /** Moves a file; durable when this returns. */
  move(from: string, to: string): void;
}

export interface WritePlace {
  readonly length: number;
  readonly position: number;
}
