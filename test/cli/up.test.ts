import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Scenario } from '../support/cli.js';

let scenario: Scenario;
beforeEach(() => {
  scenario = new Scenario();
});
afterEach(() => scenario.clean());

describe('up -d', () => {
  it('starts a linked service before the one that links to it', async () => {
    scenario.fig(`
web: { image: busybox, command: sleep 300, links: [db] }
db: { image: busybox, command: sleep 300, expose: ["5432"] }
`);
    const { stdout } = await scenario.ok('up', '-d');
    expect(stdout).toBe('');
    expect(await scenario.states()).toEqual(['db_1: running', 'web_1: running']);
    const [db, web] = [await scenario.inspect('db'), await scenario.inspect('web')];
    expect(db.State.StartedAt < web.State.StartedAt).toBe(true);
  });
});
