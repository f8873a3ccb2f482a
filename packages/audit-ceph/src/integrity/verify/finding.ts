/** What can be found of a trail. Those of `NOTES` say something and do not make it unsound. */
export type FindingKind =
  | 'missing'
  | 'extra'
  | 'changed'
  | 'reordered'
  | 'not_joined'
  | 'replaced_version'
  | 'delete_marker'
  | 'bad_signature'
  | 'cut_tail'
  | 'lock_missing'
  | 'lock_expired'
  | 'lost'
  | 'unshipped'
  | 'unproved';

/** One finding with its place: a key, or a node. */
export interface Finding {
  readonly kind: FindingKind;
  readonly place: string;
  readonly message: string;
}

const NOTES: ReadonlySet<FindingKind> = new Set(['lock_expired', 'lost', 'unshipped', 'unproved']);

/** Whether it makes the trail unsound. */
export function isBreach({ kind }: Finding): boolean {
  return !NOTES.has(kind);
}
