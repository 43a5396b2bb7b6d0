import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

/** What a step makes differs with every time that it is done; `again` makes a later step differ. */
const DOCKERFILE = `FROM busybox
RUN cat /proc/sys/kernel/random/uuid > /made
ARG LAST=none
RUN echo $LAST > /last
CMD sleep 1000
`;

describe.each([
  ['the classic builder', '0'],
  ['BuildKit', '1'],
])('%s', (_title, buildkit) => {
  let scenario: Scenario;
  const env = { DOCKER_BUILDKIT: buildkit };
  const up = async (): Promise<string> => {
    const { code, stderr } = await scenario.run(['up', '-d', '--build'], { env });
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    return stderr;
  };
  beforeEach(() => {
    scenario = new Scenario();
  });
  afterEach(() => scenario.clean());

  it('up --build: services with one build are built once, and recreated only when something has changed', async () => {
    scenario.write('app/Dockerfile', `${DOCKERFILE}# ${scenario.project}\nRUN echo ${scenario.project}\n`);
    scenario.fig(
      'a: { build: app }\nb: { build: app }\nc: { build: app }\nd: { build: { context: app, args: [LAST=d] } }\n',
    );
    const first = await up();
    expect(first.match(/^Building [a-d, ]+$/gm)?.toSorted()).toEqual(['Building a, b, c', 'Building d']);
    const ids = async (): Promise<string[]> =>
      (await scenario.containers()).map(({ Id, ImageID }) => `${ImageID} ${Id}`).toSorted();
    const made = await ids();
    expect(new Set(made.map((id) => id.split(' ')[0])).size).toBe(2);
    const again = await up();
    expect(again).not.toContain('Recreating');
    expect(await ids()).toEqual(made);
    const alone = await scenario.run(['build', 'b'], { env });
    expect(alone.code).toBe(0);
    expect((await scenario.run(['plan', '--exit-code'])).code).toBe(0);
  });
});
