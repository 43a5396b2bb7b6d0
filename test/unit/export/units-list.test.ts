import { describe, expect, it } from 'vitest';
import { listOf, listText, movable, readList } from '../../../src/export/units-list.js';

const file = (path: string, service: string | null = null) => ({ path, service, text: '', executable: false });
const WEB = { service: 'web', numbers: [1, 12], once: false, paths: ['shop-web@.service'] };
const JOB = { service: 'job', numbers: [], once: true, paths: ['shop-job/finish', 'shop-job/run'] };

describe('the list of what was written', () => {
  it('can be read again', () => {
    const list = { shared: ['a', 'b/run'], services: [JOB, WEB] };
    expect(readList(listText('# head', list))).toEqual(list);
    expect(listText('# head', { shared: ['b/run', 'a'], services: [WEB, JOB] })).toMatchInlineSnapshot(`
      "# head
      a
      b/run
      [job] once
      shop-job/finish
      shop-job/run
      [web] 1 12
      shop-web@.service
      "
    `);
  });

  it('may not be there', () => {
    expect(readList('')).toEqual({ shared: [], services: [] });
  });

  it('never leads out of the folder', () => {
    expect(readList('/etc/passwd\n../x\na/../../x\n..\na..b\n').shared).toEqual(['a..b']);
    expect(readList('[web]\n/etc/passwd\n../x\na..b\n').services[0]?.paths).toEqual(['a..b']);
  });

  it('keeps what rests as it was, and has nothing of that removed', () => {
    const written = [{ service: 'db', numbers: [], once: false }];
    const list = listOf([file('t'), file('shop-db/run', 'db')], { written, resting: [JOB] });
    const db = { service: 'db', numbers: [], once: false, paths: ['shop-db/run'] };
    expect(list).toEqual({ shared: ['t'], services: [db, JOB] });
    expect(movable(list, [JOB])).toEqual(['t', 'shop-db/run']);
  });
});
