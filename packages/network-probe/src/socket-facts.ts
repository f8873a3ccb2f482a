import type { SocketFacts } from '@netscope/domain';

import { SLOT, type SocketLook } from './native/socket-slots.ts';

const BITS_PER_BYTE = 8;

/**
 * What the kernel says of an attempt, by a look before and one after it. Counters and times are
 * what they grew by; the rest is as the later look saw it. On a connection that carries several
 * requests at a time (HTTP/2) the growth is that of all of them.
 */
export function factsBetween(before: SocketLook, after: SocketLook): SocketFacts {
  return {
    rttUs: known(after[SLOT.rttUs]),
    minRttUs: known(after[SLOT.minRttUs]),
    rttvarUs: known(after[SLOT.rttvarUs]),
    retransmits: grownBy(before, after, SLOT.retransmits),
    lost: known(after[SLOT.lost]),
    cwnd: known(after[SLOT.cwnd]),
    deliveryRateBps: known((after[SLOT.deliveryRate] ?? Number.NaN) * BITS_PER_BYTE),
    bytesAcked: grownBy(before, after, SLOT.bytesAcked),
    busyUs: grownBy(before, after, SLOT.busyUs),
    receiverLimitedUs: grownBy(before, after, SLOT.rwndLimitedUs),
    senderLimitedUs: grownBy(before, after, SLOT.sndbufLimitedUs),
  };
}

/**
 * Bytes that left this host between two looks, each counted once: what was handed to the kernel and
 * still waited there did not. TLS's own are among them, and on HTTP/2 those of other requests.
 */
export function leftBetween(before: SocketLook, after: SocketLook): number | undefined {
  const sent = grownBy(before, after, SLOT.bytesSent);
  const again = grownBy(before, after, SLOT.bytesRetransmitted);
  return sent === undefined || again === undefined ? undefined : sent - again;
}

/** How much a value grew; undefined where this kernel does not give it. */
export function grownBy(before: SocketLook, after: SocketLook, slot: number): number | undefined {
  return known((after[slot] ?? Number.NaN) - (before[slot] ?? Number.NaN));
}

/** Undefined for what this kernel does not give, which is not 0. */
export function known(value: number | undefined): number | undefined {
  return value === undefined || Number.isNaN(value) ? undefined : value;
}
