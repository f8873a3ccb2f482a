import { AddressGuard } from '@netscope/outbound-client';
import { describe, expect, test } from 'vitest';

const HOSTILE = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '100::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'localhost',
  '',
];

describe('the address guard', () => {
  test.each(HOSTILE)('with `public` refuses %o', (address) => {
    expect(new AddressGuard({ addresses: 'public', allow: [] }).permits(address)).toBe(false);
  });

  test.each(['8.8.8.8', '203.0.114.1', '2606:4700:4700::1111'])('with `public` lets %s', (one) => {
    expect(new AddressGuard({ addresses: 'public', allow: [] }).permits(one)).toBe(true);
  });

  test.each(['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254'])(
    'with `any` still refuses the metadata address %s, unless it is named',
    (address) => {
      expect(new AddressGuard({ addresses: 'any', allow: [] }).permits(address)).toBe(false);
      expect(new AddressGuard({ addresses: 'any', allow: [address] }).permits(address)).toBe(true);
    },
  );

  test('lets a range that is named, and only that', () => {
    const guard = new AddressGuard({ addresses: 'public', allow: ['10.0.0.0/8', 'nonsense'] });
    expect([guard.permits('10.9.9.9'), guard.permits('11.0.0.1')]).toEqual([true, true]);
    expect(guard.permits('192.168.1.1')).toBe(false);
  });

  test('takes an IPv4 network that is written inside an IPv6 one for what it is', () => {
    const guard = new AddressGuard({ addresses: 'public', allow: ['::ffff:10.0.0.0/104'] });
    expect([guard.permits('10.9.9.9'), guard.permits('::ffff:10.1.1.1')]).toEqual([true, true]);
    expect([guard.permits('192.168.1.1'), guard.permits('::1')]).toEqual([false, false]);
  });

  test('with `any` lets what is not metadata', () => {
    const guard = new AddressGuard({ addresses: 'any', allow: [] });
    expect([guard.permits('127.0.0.1'), guard.permits('10.0.0.1')]).toEqual([true, true]);
  });
});
