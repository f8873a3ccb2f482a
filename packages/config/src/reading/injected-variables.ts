/**
 * Kubernetes sets these for every service of its namespace, and Docker for links; a service called
 * `netscope` or `netscope-x` gives names that begin like ours. Docker tells ports in a row by the first
 * and the last, and repeats the other side's own variables, lower case and all.
 */
const INJECTED_NAMES: readonly RegExp[] = [
  /^NETSCOPE_(?:[A-Z0-9_]+_)?SERVICE_HOST$/,
  /^NETSCOPE_(?:[A-Z0-9_]+_)?SERVICE_PORT(?:_[A-Z0-9_]+)?$/,
  /^NETSCOPE_(?:[A-Z0-9_]+_)?PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PROTO|(?:PORT_)?(?:START|END)|PORT))?$/,
  /^NETSCOPE_PORT$/,
  /^NETSCOPE_(?:[A-Z0-9_]+_)?ENV_\w+$/,
];

/** What such a variable holds where its name alone does not tell. */
const INJECTED_VALUES: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/_PORT$/, /^(?:tcp|udp|sctp):\/\//],
  [/_NAME$/, /^\/[\w.-]+\/[\w.-]+$/],
];

/** Whether a platform, not a person, set this variable. Asked only of names that are no key's. */
export function isInjected(name: string, value: string): boolean {
  if (INJECTED_NAMES.some((pattern) => pattern.test(name))) return true;
  return INJECTED_VALUES.some(([names, values]) => names.test(name) && values.test(value));
}

/**
 * Whether a person may have meant something by a variable that is passed over: a platform gives
 * `NETSCOPE_PORT` an address, never a bare number.
 */
export function mayBeMeant(name: string, value: string): boolean {
  return name === 'NETSCOPE_PORT' && !isServiceAddress(value);
}

/** Whether a value is the address that Kubernetes or Docker gives a service. */
export function isServiceAddress(value: string): boolean {
  return /^(?:tcp|udp|sctp):\/\//.test(value);
}
