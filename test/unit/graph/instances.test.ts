import { describe, expect, it } from 'vitest';
import { readNamed } from '../../../src/graph/instances.js';
import { project } from '../load/read.js';

const shop = project(`
web: { image: nginx, ports: ["80%i:80"] }
db: { image: postgres }
door: { image: nginx, container_name: frontdoor }
`);
const read = (...words: string[]): unknown => {
  const found = readNamed(shop, [...shop.services.keys()], words);
  return found.ok ? found.value : found.problems.map(({ message, hint }) => `${message} (${String(hint)})`);
};

describe('services on a command line', () => {
  it('are meant as a whole, or by the numbers of their containers', () => {
    expect(read()).toEqual({ services: ['web', 'db', 'door'], instances: {} });
    expect(read('db', 'web@2', 'web@1', 'web@2')).toEqual({ services: ['db', 'web'], instances: { web: [2, 1] } });
  });

  it.each(['web@0', 'web@x', 'web@', 'web@01', 'web@-1', 'web@1.5', 'web@1@2'])('are not %s', (word) => {
    expect(read(word)).toEqual([`"${word}" does not name a container of web (write web@1)`]);
  });

  it('are those of the file', () => {
    expect(read('wep@2')).toEqual(['No such service: wep (did you mean "web"?)']);
  });

  it('are not named in both ways', () => {
    expect(read('web', 'web@2')).toEqual([
      'web is named both as a whole and by number (name it in one of the two ways)',
    ]);
  });

  it('have no number but 1 when they have a name of their own', () => {
    expect(read('door@1')).toEqual({ services: ['door'], instances: { door: [1] } });
    expect(read('door@2')).toEqual([
      'door has a container_name, so there can be only one of it (take container_name out)',
    ]);
  });

  it('have only numbers whose ports there are', () => {
    expect(read('web@99')).toEqual({ services: ['web'], instances: { web: [99] } });
    expect(read('web@100')).toEqual([
      'container 100 of web cannot have port 80100 of the host (the last port is 65535)',
    ]);
  });
});
