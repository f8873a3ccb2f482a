/** How a command ends; the numbers are those of `sysexits.h` where it has one. */
export const EXIT = {
  ok: 0,
  /** `audit verify`: the trail is not what was written. */
  unsound: 1,
  /** What reads the trail: there is nothing of what was looked for. */
  nothing: 1,
  /** `audit *`: it could not be checked, read or shipped, or not all of it. */
  unchecked: 2,
  usage: 64,
  defect: 70,
  noCoordinator: 75,
  configuration: 78,
  secondSignal: 130,
} as const;
