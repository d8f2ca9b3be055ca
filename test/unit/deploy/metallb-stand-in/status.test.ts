import { expect, it } from '@jest/globals';
import { writesFor } from '../../../../deploy/local/components/metallb-stand-in/status.ts';
import { service } from './objects.ts';

const A = '10.0.0.1';
const B = '10.0.0.2';

it.each([
  { what: 'nothing to show', shown: null, address: null, expected: [] },
  { what: 'shown as it should be', shown: A, address: A, expected: [] },
  { what: 'a first address', shown: null, address: A, expected: [`web=${A}`] },
  { what: 'another address', shown: A, address: B, expected: [`web=${B}`] },
  { what: 'none any more', shown: A, address: null, expected: ['web=null'] },
])('writes $expected for $what', ({ shown, address, expected }) => {
  expect(writes([service('web', { shown })], { 'shop/web': address })).toEqual(expected);
});

it('writes what is shown otherwise than it should be', () => {
  const web = { ...service('web'), shown: { address: A, exact: false } };

  expect(writes([web], { 'shop/web': A })).toEqual([`web=${A}`]);
});

it('lets a Service wait for an address that another shows still', () => {
  const services = [service('former', { shown: A }), service('next')];

  expect(writes(services, { 'shop/former': null, 'shop/next': A })).toEqual(['former=null']);
});

it('clears both of two that change places, who would wait for each other for ever', () => {
  const services = [service('one', { shown: A }), service('two', { shown: B })];

  expect(writes(services, { 'shop/one': B, 'shop/two': A })).toEqual(['one=null', 'two=null']);
});

function writes(
  services: Parameters<typeof writesFor>[0],
  addresses: Readonly<Record<string, string | null>>,
): string[] {
  const assigned = new Map(
    Object.entries(addresses).flatMap(([key, address]) =>
      address === null ? [] : [[key, address]],
    ),
  );
  return writesFor(services, assigned).map((write) => `${write.service.name}=${write.address}`);
}
