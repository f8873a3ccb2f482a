import type { OffsetMapPlace } from '@netscope/domain';

/** One name for each place, whatever its parts hold. */
export function placeName({ cluster, group, topic, partition }: OffsetMapPlace): string {
  return JSON.stringify([cluster, group, topic, partition]);
}
