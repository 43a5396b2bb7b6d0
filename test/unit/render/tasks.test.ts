import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/model/plan.js';
import { tasksOf } from '../../../src/render/tasks.js';
import { attach, CHANGED, create, group, plan, pull, remove, rename, replacement, start, stop, wait } from './plans.js';

const titles = (of: Plan): string[] =>
  tasksOf(of).map(({ title, quiet, rescue }) => `${title}${quiet ? ' (quiet)' : ''}${rescue ? ' (rescue)' : ''}`);

describe('the tasks of a plan', () => {
  it('make creating, attaching to and starting one container one task', () => {
    const steps = [
      pull('nginx', 'web'),
      create('shop_web_1'),
      attach('shop_web_1'),
      start('shop_web_1'),
      wait('shop_web_1'),
    ];
    const groups = [group('create', 'shop_web_1', steps.slice(1, 4))];
    expect(tasksOf(plan(steps, { groups }))).toMatchInlineSnapshot(`
      [
        {
          "kind": "pull",
          "name": "web",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "pull nginx",
          ],
          "title": "Pulling web (nginx)",
          "verb": "Pulling",
        },
        {
          "kind": "container",
          "name": "shop_web_1",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "create shop_web_1",
            "attach shop_web_1",
            "start shop_web_1",
          ],
          "title": "Creating shop_web_1",
          "verb": "Creating",
        },
        {
          "kind": "wait",
          "name": "shop_web_1",
          "quiet": false,
          "rescue": false,
          "stepIds": [
            "wait for shop_web_1",
          ],
          "title": "Waiting for shop_web_1 to be ready",
          "verb": "Waiting for",
        },
      ]
    `);
  });

  it('make a replacement one task with its reason, and putting back another', () => {
    expect(titles(replacement())).toMatchInlineSnapshot(`
      [
        "Recreating shop_db_1 (command changed)",
        "Removing the old shop_db_1 (quiet)",
        "Putting shop_db_1 back (rescue)",
      ]
    `);
  });

  it('say why something is recreated', () => {
    expect(titles(replacement({ code: 'asked-for' }))[0]).toBe('Recreating shop_db_1 (asked for)');
    expect(titles(replacement({ code: 'made-by-other-tool' }))[0]).toBe('Recreating shop_db_1 (made by another tool)');
  });

  it('keep stopping and removing apart when nothing is created', () => {
    expect(titles(plan([stop('shop_web_1'), remove('shop_web_1')]))).toEqual([
      'Stopping shop_web_1',
      'Removing shop_web_1',
    ]);
  });

  it('show the removal of a leftover before a container of that name is created', () => {
    const steps = [remove('shop_job_once'), create('shop_job_once', { code: 'asked-for' })];
    expect(titles(plan(steps))).toEqual(['Removing shop_job_once', 'Creating shop_job_once']);
  });

  it('say that an interrupted replacement is put back', () => {
    const back = rename('shop_web_1_replaced', 'shop_web_1', { code: 'interrupted' });
    const groups = [group('put-back', 'shop_web_1', [back])];
    expect(titles(plan([back, start('shop_web_1')], { groups }))).toEqual([
      'Putting shop_web_1 back',
      'Starting shop_web_1',
    ]);
  });

  it('hold every step exactly once', () => {
    const all = plan([pull('a', 'web'), create('shop_web_1', CHANGED), stop('shop_old_1'), remove('shop_old_1')]);
    const ids = tasksOf(all).flatMap(({ stepIds }) => stepIds);
    expect(ids.toSorted()).toEqual(all.steps.map(({ id }) => id).toSorted());
  });
});
